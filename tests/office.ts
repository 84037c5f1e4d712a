import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import type { InjectOptions, LightMyRequestResponse } from 'fastify';
import type { Kernel } from '#kernel/kernel.ts';
import { openTestHouse, type TestHouse } from '#kernel/testkit.ts';
import { modules } from '#app/capabilities.ts';
import { allRoutes } from '#app/server.ts';
import { createHttpServer } from '#kernel/http.ts';
import { authenticate } from '#engines/identity/index.ts';
import { DEMO_PASSWORD } from '#seeds/demo-accounts.ts';
import { DEMO_PIN, seedCredentials } from '#seeds/credentials.ts';
import type { SeedPlan } from '#seeds/seed-plan.ts';
import { seedThanhHoa } from '#seeds/thanh-hoa.ts';

/** The letter of the seeds. */
export const letter = readFileSync(resolve(import.meta.dirname, '../seeds/letters/cong-van-mau.pdf'));

export type Reply<Body> = { status: number; body: Body };

/** A person at the API, with the cookies of a browser. */
export type Clerk = {
  get<Body = unknown>(url: string): Promise<Reply<Body>>;
  post<Body = unknown>(url: string, payload?: object, headers?: Record<string, string>): Promise<Reply<Body>>;
  put<Body = unknown>(url: string, payload?: object): Promise<Reply<Body>>;
  /** How an address answers that gives bytes, or nothing. */
  status(url: string): Promise<number>;
  upload(bytes?: Buffer, name?: string): Promise<string>;
};

export type Refusal = { code: string; message: string; data?: unknown };
export type Document = {
  id: string;
  revision: number;
  state: string;
  number: number | null;
  numberAndNotation: string | null;
  abilities: string[];
  files: { id: string; fileId: string; role: string; sha256: string; sealed: boolean }[];
  recipients: { agencyId: string; name: string; delivery: { state: string; arrivedAt: string | null; answeredAt: string | null; answeredBy: string | null; reason: string | null } | null }[];
};

export type Office = {
  house: TestHouse;
  signIn(login: string): Promise<Clerk>;
  /** Agency ids by the beginnings of their names. */
  agencies(...texts: string[]): Promise<string[]>;
  /** From now on it answers at an address of its own, as its partners know it. */
  listen(): Promise<string>;
  close(): Promise<void>;
};

/** A province that an office can be of. Raise the name when what it holds changes. */
export type Province = { name: string; seed: (kernel: Kernel) => Promise<SeedPlan> };
const THANH_HOA: Province = { name: 'thanh-hoa', seed: seedThanhHoa };

/** A small province at the API, with signing keys for Sở Nội vụ and Sở Tài chính. */
export async function openOffice(province = THANH_HOA): Promise<Office> {
  const house = await openTestHouse({
    modules,
    seed: {
      name: `${province.name} with keys of two departments`,
      run: async (kernel) => {
        const plan = await province.seed(kernel);
        const withKeys = /Sở Nội vụ|Sở Tài chính/;
        await seedCredentials(kernel, { people: plan.people.filter((person) => withKeys.test(person.agencyName)), agencies: plan.agencies.filter((agency) => withKeys.test(agency.name)) });
      },
    },
  });
  const server = createHttpServer({ kernel: house.kernel, authenticate, routes: allRoutes(), checkReplies: true });
  const signIn = async (login: string): Promise<Clerk> => {
    const jar = new Map<string, string>();
    const send = async (options: InjectOptions): Promise<LightMyRequestResponse> => {
      const reply = await server.inject({ ...options, cookies: Object.fromEntries(jar) });
      for (const cookie of reply.cookies) jar.set(cookie.name, cookie.value);
      return reply;
    };
    const signedIn = await send({ method: 'POST', url: '/api/v1/sign-in', payload: { login, password: DEMO_PASSWORD } });
    if (signedIn.statusCode !== 200) throw new Error(`${login} could not sign in: ${signedIn.body}`);
    const answer = <Body>(reply: LightMyRequestResponse): Reply<Body> => ({
      status: reply.statusCode,
      // safe because the server checked the reply against its contract
      body: (reply.body === '' ? undefined : JSON.parse(reply.body)) as Body,
    });
    return {
      get: async (url) => answer(await send({ method: 'GET', url })),
      post: async (url, payload = {}, headers = {}) => answer(await send({ method: 'POST', url, payload, headers })),
      put: async (url, payload = {}) => answer(await send({ method: 'PUT', url, payload })),
      status: async (url) => (await send({ method: 'GET', url })).statusCode,
      async upload(bytes = letter, name = 'cong-van.pdf') {
        const reply = await send({
          method: 'POST',
          url: '/api/v1/uploads',
          headers: {
            'tus-resumable': '1.0.0',
            'upload-length': String(bytes.length),
            'upload-metadata': `filename ${Buffer.from(name).toString('base64')}`,
            'content-type': 'application/offset+octet-stream',
          },
          payload: bytes,
        });
        if (reply.statusCode !== 201) throw new Error(`upload refused: ${reply.body}`);
        return String(reply.headers.location).split('/').at(-1) ?? '';
      },
    };
  };
  return {
    house,
    signIn,
    async agencies(...texts) {
      const rows = await house.sql<{ agency_id: string; name: string }>('select agency_id, name from identity.agency_name where valid_to is null');
      return texts.map((text) => rows.find((row) => row.name.startsWith(text))?.agency_id ?? '');
    },
    async listen() {
      await server.listen({ port: 0, host: '127.0.0.1' });
      // safe because the server listens on a port
      const address = `http://127.0.0.1:${String((server.server.address() as AddressInfo).port)}`;
      Object.assign(house.kernel.config, { publicUrl: address });
      return address;
    },
    async close() {
      await server.close();
      await house.close();
    },
  };
}

/** A draft of the clerk's, with recipients. */
export async function draft(clerk: Clerk, recipientIds: readonly string[] = [], fields: object = {}): Promise<string> {
  const reply = await clerk.post<{ id: string }>('/api/v1/outgoing-documents', {
    mainUploadId: await clerk.upload(),
    typeCode: 'cong-van',
    summary: 'V/v kiểm tra công tác văn thư',
    recipientIds,
    ...fields,
  });
  if (reply.status !== 200) throw new Error(`draft refused: ${JSON.stringify(reply.body)}`);
  return reply.body.id;
}

const PLACE = { page: 1, x: 380, y: 560, width: 113, height: 43 };

/** Submitted by the clerk and signed by the director. */
export async function signedDocument(clerk: Clerk, director: Clerk, recipientIds: readonly string[] = [], fields: object = {}): Promise<string> {
  const id = await draft(clerk, recipientIds, fields);
  await submit(clerk, id);
  const reply = await sign(director, id);
  if (reply.status !== 200) throw new Error(`signature refused: ${JSON.stringify(reply.body)}`);
  return id;
}

type Signers = Record<'approvers' | 'initiallers', { postId: string; name: string; title: string }[]>;

/** Submitted to the director; with `initialsBy`, a person's name, to that one's initials first. */
export async function submit(clerk: Clerk, id: string, { initialsBy }: { initialsBy?: string } = {}): Promise<Reply<Document & Refusal>> {
  const { body } = await clerk.get<Signers>('/api/v1/outgoing-documents/approvers');
  return clerk.post(`/api/v1/outgoing-documents/${id}/submit`, {
    approverPostId: body.approvers.find((approver) => approver.title === 'Giám đốc')?.postId,
    ...(initialsBy === undefined ? {} : { initialsPostId: body.initiallers.find((head) => head.name === initialsBy)?.postId }),
  });
}

/** The person goes on in the post that was delegated by the named one. */
export async function actFor(client: Clerk, name: string): Promise<void> {
  const { body } = await client.get<{ posts: { id: string; onBehalfOf?: { name: string } }[] }>('/api/v1/me');
  const reply = await client.post('/api/v1/me/post', { postId: body.posts.find((post) => post.onBehalfOf?.name === name)?.id });
  if (reply.status !== 204) throw new Error(`cannot act for ${name}: ${JSON.stringify(reply.body)}`);
}

export async function initial(head: Clerk, id: string, fields: object = {}): Promise<Reply<{ document: Document } & Refusal>> {
  return head.post(`/api/v1/outgoing-documents/${id}/initial`, { credentialId: await credential(head, 'person'), pin: DEMO_PIN, ...fields });
}

export async function credential(client: Clerk, kind: 'person' | 'agency'): Promise<string> {
  const { body } = await client.get<{ credentials: { id: string; kind: string }[] }>('/api/v1/signatures/credentials');
  return body.credentials.find((each) => each.kind === kind)?.id ?? '';
}

export async function sign(director: Clerk, id: string, pin = DEMO_PIN): Promise<Reply<{ document: Document } & Refusal>> {
  return director.post(`/api/v1/outgoing-documents/${id}/sign`, { credentialId: await credential(director, 'person'), pin, placement: PLACE });
}

export async function seal(clerk: Clerk, id: string, pin = DEMO_PIN): Promise<Reply<{ document: Document } & Refusal>> {
  return clerk.post(`/api/v1/outgoing-documents/${id}/seal`, { credentialId: await credential(clerk, 'agency'), pin });
}

/** Signed, numbered, sealed and issued; the deliveries wait for `office.house.drain()`. */
export async function issuedDocument(clerk: Clerk, director: Clerk, recipientIds: readonly string[], fields: object = {}): Promise<string> {
  const id = await signedDocument(clerk, director, recipientIds, fields);
  for (const step of [() => clerk.post(`/api/v1/outgoing-documents/${id}/number`), () => seal(clerk, id), () => clerk.post(`/api/v1/outgoing-documents/${id}/issue`)]) {
    const reply = await step();
    if (reply.status !== 200) throw new Error(JSON.stringify(reply.body));
  }
  return id;
}
