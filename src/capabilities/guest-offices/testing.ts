import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify';
import { generate } from 'otplib';

/** A browser at the API and the public pages, with its cookies. */
export type Visitor = {
  ask<Body = unknown>(method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD', url: string, payload?: object): Promise<{ status: number; body: Body }>;
  page(url: string): Promise<{ status: number; text: string }>;
  /** Sends a public form; a file goes as the field `papers`. */
  form(url: string, values: Record<string, string>, papers?: readonly { name: string; bytes: Buffer }[]): Promise<{ status: number; text: string; location: string | undefined }>;
  upload(bytes: Buffer, name: string): Promise<string>;
  file(fileId: string): Promise<Buffer>;
  signIn(login: string, password: string): Promise<{ status: number }>;
  /** The same, setting up the codes that an administrator owes. */
  signInWithCodes(login: string, password: string, now: Date): Promise<void>;
};

export function visitorAt(server: FastifyInstance, remoteAddress = '198.51.100.7'): Visitor {
  const jar = new Map<string, string>();
  const send = async (options: InjectOptions): Promise<LightMyRequestResponse> => {
    const reply = await server.inject({ ...options, remoteAddress, cookies: Object.fromEntries(jar) });
    for (const cookie of reply.cookies) jar.set(cookie.name, cookie.value);
    return reply;
  };
  const ask: Visitor['ask'] = async <Body>(method: Parameters<Visitor['ask']>[0], url: string, payload?: object) => {
    const reply = await send({ method, url, ...(payload === undefined ? {} : { payload }) });
    const isJson = String(reply.headers['content-type']).includes('json');
    // safe because the server checked the reply against its contract
    return { status: reply.statusCode, body: (isJson && reply.body !== '' ? JSON.parse(reply.body) : undefined) as Body };
  };
  return {
    ask,
    page: async (url) => {
      const reply = await send({ method: 'GET', url });
      return { status: reply.statusCode, text: reply.body };
    },
    async form(url, values, papers = []) {
      const data = new FormData();
      for (const [name, value] of Object.entries(values)) data.append(name, value);
      for (const { name, bytes } of papers) data.append('papers', new Blob([new Uint8Array(bytes)]), name);
      const request = new Request('http://localhost/', { method: 'POST', body: data });
      const payload = Buffer.from(await request.arrayBuffer());
      const reply = await send({ method: 'POST', url, payload, headers: { 'content-type': request.headers.get('content-type') ?? '' } });
      return { status: reply.statusCode, text: reply.body, location: reply.headers.location };
    },
    async upload(bytes, name) {
      const headers = {
        'tus-resumable': '1.0.0',
        'upload-length': String(bytes.length),
        'upload-metadata': `filename ${Buffer.from(name).toString('base64')}`,
        'content-type': 'application/offset+octet-stream',
      };
      const reply = await send({ method: 'POST', url: '/api/v1/uploads', headers, payload: bytes });
      if (reply.statusCode !== 201) throw new Error(`upload refused: ${reply.body}`);
      return String(reply.headers.location).split('/').at(-1) ?? '';
    },
    file: async (fileId) => (await send({ method: 'GET', url: `/api/v1/files/${fileId}` })).rawPayload,
    signIn: (login, password) => ask('POST', '/api/v1/sign-in', { login, password }),
    async signInWithCodes(login, password, now) {
      const first = await ask<{ step: string }>('POST', '/api/v1/sign-in', { login, password });
      const { body } = await ask<{ secret: string }>('POST', '/api/v1/sign-in/enrol-code', { step: first.body.step });
      const code = await generate({ secret: body.secret, epoch: Math.floor(now.getTime() / 1000) });
      const done = await ask('POST', '/api/v1/sign-in/confirm-code', { step: first.body.step, code });
      if (done.status !== 200) throw new Error(`${login} could not sign in: ${JSON.stringify(done.body)}`);
    },
  };
}
