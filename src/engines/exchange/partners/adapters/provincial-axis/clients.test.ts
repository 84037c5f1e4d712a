import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, test, type TestContext } from 'node:test';
import { callAxis } from '../../../../../../docs/clients/client.ts';
import type { DocumentMessage } from '../../../edxml/index.ts';
import { openInstallation, type Installation } from '../../testing.ts';
import { conformanceOf, type Conformance } from './conformance.ts';
import { playSandbox } from './sandbox.ts';
import { openPacket } from './testing.ts';

// The clients that integrators copy, each as it stands in docs/clients, run against an installation.

const folder = resolve(import.meta.dirname, '../../../../../../docs/clients');
const text = (name: string): string => readFileSync(join(folder, name), 'utf8');
const scratch = mkdtempSync(join(tmpdir(), 'lienthong-clients-'));

type Access = { url: string; systemId: string; key: string };
type System = Access & { /** The code of the agency for trying. */ code: string };
type Reply = { ErrorCode: string; DocId: string | null; agencies: { code: string }[]; items: { docId: string; messageType: string; from: string; status: string }[] };
/** What a call answered, accepted or refused; throws where there was no answer of the axis. */
type Client = { name: string; missing?: string; call: (access: Access, call: string, body: string | Buffer) => Promise<Buffer> };

/** What a maker of a C# system writes around the client. */
const PROGRAM = `
using System;
using System.IO;
public static class Program
{
    public static int Main(string[] given)
    {
        using (var axis = new AxisClient(given[0], given[1], given[2]))
        using (var output = Console.OpenStandardOutput())
        {
            try
            {
                var answer = given[3] == "sendEdoc" ? Bytes(axis.Send(File.ReadAllBytes(given[4]), given[5]).Result)
                    : given[3] == "getEdoc" ? axis.Fetch(given[4]).Result
                    : Bytes(axis.Call(given[3], given[4]).Result);
                output.Write(answer, 0, answer.Length);
                return 0;
            }
            catch (AggregateException all)
            {
                var refused = all.InnerException as AxisException;
                if (refused == null) throw;
                var answer = Bytes(refused.Answer);
                output.Write(answer, 0, answer.Length);
                return refused.RetryAfter == null ? 22 : 23;
            }
        }
    }

    private static byte[] Bytes(string text) { return System.Text.Encoding.UTF8.GetBytes(text); }
}
`;
const REFUSED = [22, 23];

/** Runs a program to its end; one that ends as a refused call does is no failure. */
function output(file: string, words: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Buffer> {
  return new Promise((done, fail) => {
    execFile(file, words, { encoding: 'buffer', env: { ...process.env, ...env }, maxBuffer: 10_000_000 }, (error, stdout, stderr) => {
      const isRefused = error !== null && REFUSED.includes(Number(error.code)) && stdout.length > 0;
      if (error === null || isRefused) done(stdout);
      else fail(new Error(stderr.toString('utf8') || error.message));
    });
  });
}

function keptPacket(bytes: Buffer): string {
  const path = join(scratch, 'packet.edxml');
  writeFileSync(path, bytes);
  return path;
}

const curl: Client = {
  name: 'curl',
  call: ({ url, systemId, key }, call, body) => output('sh', [join(folder, 'client.sh'), call, typeof body === 'string' ? body : keptPacket(body)], { LIENTHONG_URL: url, LIENTHONG_SYSTEM: systemId, LIENTHONG_KEY: key }),
};

const typescript: Client = {
  name: 'TypeScript',
  call: async (access, call, body) => {
    // safe because all bodies of these tests are objects
    const answer = await callAxis(access, call, typeof body === 'string' ? (JSON.parse(body) as object) : new Uint8Array(body));
    return answer instanceof Uint8Array ? Buffer.from(answer) : Buffer.from(JSON.stringify(answer));
  },
};

const program = join(scratch, 'program.exe');
const hasCompiler = ['mcs', 'mono'].every((name) => spawnSync(name, ['--version']).status === 0);
const csharp: Client = {
  name: 'C#',
  ...(hasCompiler ? {} : { missing: 'mcs and mono are not on PATH (bash bin/setup-oracles.sh): the C# client was neither compiled nor run' }),
  call: ({ url, systemId, key }, call, body) => {
    // safe because the bodies of these calls are objects
    const given = typeof body !== 'string' ? [keptPacket(body), ''] : call === 'getEdoc' ? [(JSON.parse(body) as { docId: string }).docId] : [body];
    return output('mono', [program, url, systemId, key, call, ...given]);
  },
};

type Request = { url: string; method: string; header: { key: string; value: string }[]; body: { mode: 'raw'; raw: string } | { mode: 'file'; file: { src: string } } };
// safe because the file is ours
const collection = JSON.parse(text('lienthong.postman_collection.json')) as { variable: { key: string; value: string }[]; item: { name: string; request: Request }[] };
/** A request of the Postman collection as Postman sends it, with what a person fills into its variables. */
const postman: Client = {
  name: 'Postman',
  call: async (access, call, body) => {
    const request = collection.item.find((each) => each.name === call)?.request;
    assert.ok(request, call);
    // safe because the values of these bodies are texts
    const given = typeof body === 'string' ? (JSON.parse(body) as Record<string, string>) : {};
    const values = new Map(Object.entries({ ...Object.fromEntries(collection.variable.map(({ key, value }) => [key, value])), ...access, ...given }));
    const filled = (of: string): string => of.replace(/\{\{(\w+)\}\}/g, (_whole, name: string) => values.get(name) ?? assert.fail(`${name} is no variable of the collection`));
    if (request.body.mode === 'file') text(request.body.file.src);
    const sent = request.body.mode === 'file' ? new Uint8Array(Buffer.from(body)) : filled(request.body.raw);
    const reply = await fetch(filled(request.url), { method: request.method, redirect: 'error', headers: Object.fromEntries(request.header.map(({ key, value }) => [key, filled(value)])), body: sent });
    return Buffer.from(await reply.arrayBuffer());
  },
};
const clients: readonly Client[] = [curl, typescript, csharp];

let place: Installation;
before(async () => {
  place = await openInstallation();
});
after(async () => {
  await place.close();
  rmSync(scratch, { recursive: true });
});

/** The C# client is compiled once, by its first test. */
function isReady(client: Client, t: TestContext): boolean {
  if (client.missing !== undefined) t.skip(client.missing);
  return client.missing === undefined;
}

test('the C# client compiles as C# 7 without a warning', (t) => {
  if (!isReady(csharp, t)) return;
  const source = join(scratch, 'Program.cs');
  writeFileSync(source, PROGRAM);
  const { status, stdout, stderr } = spawnSync('mcs', ['-langversion:7', '-warnaserror', '-warn:4', '-r:System.Net.Http.dll', `-out:${program}`, join(folder, 'Client.cs'), source], { encoding: 'utf8' });
  assert.equal(status, 0, `${stdout}${stderr}`);
});

/** A system that tries itself, in the sandbox. */
async function aSystem(systemId: string): Promise<System> {
  const made = await place.call<{ partnerId: string; key: { secret: string } }>('POST', '/api/v1/exchange/systems', { body: { name: `Phần mềm ${systemId}`, systemId, isSandbox: true, agencies: [] } });
  assert.equal(made.status, 200, JSON.stringify(made.body));
  const { body } = await place.call<{ sandboxCode: string }>('GET', `/api/v1/exchange/systems/${made.body.partnerId}`);
  return { url: place.address, systemId, key: made.body.key.secret, code: body.sandboxCode };
}

/** The example of a status packet, filled in as its first line says. */
function answered(message: DocumentMessage, own: string): Buffer {
  const parts = { OrganId: message.from.organId, Code: `${message.codeNumber}/${message.codeNotation}`, PromulgationDate: (message.promulgationDay ?? '').replaceAll('-', '/'), DocumentId: message.documentId };
  const inside = Object.entries(parts).map(([name, value]) => `<edXML:${name}>${value}</edXML:${name}>`);
  return Buffer.from(text('status-03.edxml').replace('Z99.1', own).replace(/(<edXML:ResponseFor>)[^]*(<\/edXML:ResponseFor>)/, `$1${inside.join('')}$2`));
}

async function checklist({ systemId, key }: Access): Promise<Conformance> {
  const found = await conformanceOf(place.house.kernel, { systemId, secret: key });
  assert.ok(found);
  return found;
}

async function rounds(count: number): Promise<void> {
  for (let round = 0; round < count; round += 1) {
    place.house.clock.advance(4000);
    await playSandbox(place.house.kernel);
    await place.house.drain();
  }
}

for (const [index, client] of [...clients, postman].entries()) {
  test(`the ${client.name} client registers, lists, sends, receives and says that it has received`, async (t) => {
    if (!isReady(client, t)) return;
    const access = await aSystem(`khach-${String(index)}`);
    // safe because every answer in JSON has this form
    const ask = async (call: string, body: object | Buffer = {}): Promise<Reply> => JSON.parse((await client.call(access, call, Buffer.isBuffer(body) ? body : JSON.stringify(body))).toString('utf8')) as Reply;
    assert.equal((await ask('registerAgency', { code: access.code })).ErrorCode, '0');
    assert.deepEqual((await ask('getAgenciesList')).agencies.map((each) => each.code), ['Z99.A', 'Z99.B']);
    const packet = Buffer.from(text('letter.edxml').replaceAll('Z99.1', access.code));
    const sent = await ask('sendEdoc', packet);
    assert.equal(sent.ErrorCode, '0');
    assert.equal((await ask('sendEdoc', packet)).DocId, sent.DocId, 'sent twice, it is one packet');
    await place.house.drain();
    await rounds(5);
    assert.deepEqual((await ask('getSentEdocList')).items.map((each) => each.docId), [sent.DocId]);
    const { items } = await ask('getReceivedEdocList');
    assert.equal(items.filter((each) => each.messageType === 'edoc').length, 2, 'the two agencies of the sandbox write');
    for (const item of items) {
      const { message } = await openPacket(await client.call(access, 'getEdoc', JSON.stringify({ docId: item.docId })));
      assert.equal(message.from.organId, item.from);
      if (message.kind === 'document') assert.equal((await ask('sendEdoc', answered(message, access.code))).ErrorCode, '0');
      assert.equal((await ask('updateStatus', { docId: item.docId, status: 'done' })).ErrorCode, '0');
    }
    assert.deepEqual((await ask('getReceivedEdocList')).items, []);
    await place.house.drain();
    const { steps } = await checklist(access);
    const missing = steps.filter((each) => each.doneAt === null).map((each) => each.step);
    assert.deepEqual(missing, ['status04', 'status05', 'status06', 'recall'], 'the checklist of the system');
  });
}

for (const [index, client] of clients.entries()) {
  test(`the ${client.name} client hands on what the axis refuses, in its words`, async (t) => {
    if (!isReady(client, t)) return;
    const access = await aSystem(`tu-choi-${String(index)}`);
    // safe because every answer in JSON has this form
    const ask = async (as: Access, call: string, body: object | Buffer = {}) => JSON.parse((await client.call(as, call, Buffer.isBuffer(body) ? body : JSON.stringify(body))).toString('utf8')) as { ErrorCode: string; ErrorDesc: string; requestId: string };
    const wrong = await ask({ ...access, key: 'lt_sai' }, 'getAgenciesList');
    assert.deepEqual([wrong.ErrorCode, wrong.ErrorDesc, wrong.requestId !== ''], ['15', 'Sai mã hệ thống (X-SystemId) hoặc khóa (X-SecretKey).', true]);
    assert.equal((await ask(access, 'updateStatus', { docId: place.house.clock.now().toISOString(), status: 'xong' })).ErrorCode, '31');
    assert.equal((await ask(access, 'sendEdoc', Buffer.from('không phải gói tin'))).ErrorCode, '22');
    assert.equal((await ask({ ...access, url: `${access.url}/` }, 'getAgenciesList')).ErrorCode, '0', 'with a slash at the end of the address');
  });

  test(`the ${client.name} client shows its key to nobody to whom it is sent on`, async (t) => {
    if (!isReady(client, t)) return;
    const seen: IncomingHttpHeaders[] = [];
    const other = await aServer((request, reply) => {
      seen.push(request.headers);
      reply.end('{}');
    });
    const first = await aServer((_request, reply) => reply.writeHead(307, { location: `${other.url}/v1/getAgenciesList` }).end('{}'));
    await client.call({ url: first.url, systemId: 'he-thong', key: 'lt_bi-mat' }, 'getAgenciesList', '{}').catch(() => undefined);
    assert.deepEqual(seen, []);
    for (const server of [first, other]) server.close();
  });
}

/** Something that is no axis. */
async function aServer(answer: RequestListener): Promise<{ url: string; close: () => void }> {
  const server = createServer(answer);
  await new Promise<void>((listening) => {
    server.listen(0, '127.0.0.1', listening);
  });
  // safe because the server listens on a port
  return { url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`, close: () => server.close() };
}

test('the C# client sends a message id of its maker’s own, which names the packet', async (t) => {
  if (!isReady(csharp, t)) return;
  const access = await aSystem('ma-rieng');
  const send = async (content: string) => {
    const answer = await output('mono', [program, access.url, access.systemId, access.key, 'sendEdoc', keptPacket(Buffer.from(content)), 'thu-mot-hai-ba']);
    // safe because every answer in JSON has this form
    return (JSON.parse(answer.toString('utf8')) as Reply).ErrorCode;
  };
  assert.equal(await send('không phải gói tin'), '22');
  assert.equal(await send('một gói khác'), '32');
});

test('the curl client tries again what may pass, and does not wait a day for a quota', async () => {
  let calls = 0;
  const shaky = await aServer((_request, reply) => {
    calls += 1;
    reply.writeHead(calls === 1 ? 503 : 200, { 'content-type': 'application/json' }).end('{"ErrorCode":"0"}');
  });
  const access = { systemId: 'he-thong', key: 'lt_x' };
  assert.match((await curl.call({ ...access, url: shaky.url }, 'getAgenciesList', '{}')).toString('utf8'), /"0"/);
  assert.equal(calls, 2);
  const full = await aServer((_request, reply) => reply.writeHead(429, { 'retry-after': '40000', 'content-type': 'application/json' }).end('{"ErrorCode":"33"}'));
  assert.match((await curl.call({ ...access, url: full.url }, 'sendEdoc', Buffer.from('gói'))).toString('utf8'), /"33"/);
  for (const server of [shaky, full]) server.close();
});

test('what stands about the headers in the clients is what the axis knows', () => {
  const headers = (of: string): string[] => [...new Set([...of.matchAll(/\bX-[A-Z][A-Za-z]*(?:-[A-Z][a-z]+)*/g)].map(([name]) => name))].sort();
  assert.deepEqual(headers(text('Client.cs')), ['X-Message-Id', 'X-SecretKey', 'X-SystemId']);
  for (const name of ['client.ts', 'client.sh']) assert.deepEqual(headers(text(name)), ['X-SecretKey', 'X-SystemId']);
});
