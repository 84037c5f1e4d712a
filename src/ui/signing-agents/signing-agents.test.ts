import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test, type TestContext } from 'node:test';
import tls from 'node:tls';
import { AgentError, type AgentProblem, type AgentSurroundings, type HandOver } from './agent.ts';
import { agentMessages } from './agent-messages.ts';
import { isSignatureOver, makeCertificate, makeToken, startProgram, vgcaAnswers, vnptAnswers, type FakeProgram, type VgcaMood, type VnptMood } from './testing.ts';
import { vgcaAgent } from './vgca.ts';
import { vnptAgent } from './vnpt.ts';

const ORIGIN = 'https://lienthong.thanhhoa.test';
const DOMAIN = 'lienthong.thanhhoa.test';
const LICENSE = 'giấy phép của tỉnh';
const selfMade = makeCertificate();
const token = makeToken();
const vgcaMood: { mood: VgcaMood; signFile: (file: Buffer) => Buffer } = { mood: 'signs', signFile: (file) => Buffer.concat([file, Buffer.from('đã ký')]) };
const vnptMood: { mood: VnptMood; license: string; domain: string; signFile: (file: Buffer) => Buffer } = { mood: 'signs', license: LICENSE, domain: DOMAIN, signFile: vgcaMood.signFile };
let vgcaProgram: FakeProgram | undefined;
let vnptProgram: FakeProgram | undefined;

before(async () => {
  if (selfMade === undefined) return;
  vgcaProgram = await startProgram({ tls: selfMade, origin: ORIGIN, answer: vgcaAnswers(token, vgcaMood) });
  vnptProgram = await startProgram({ tls: selfMade, origin: ORIGIN, answer: vnptAnswers(token, vnptMood) });
});
after(async () => {
  await vgcaProgram?.close();
  await vnptProgram?.close();
});

/** A page of the installation whose person has trusted the program's certificate, unless told otherwise. */
function page(changes: { origin?: string; permission?: PermissionState; secure?: boolean } = {}): AgentSurroundings {
  return {
    // safe because Node's WebSocket takes headers where the browser sets them by itself
    openSocket: (url) => new WebSocket(url, { headers: { origin: changes.origin ?? ORIGIN } } as unknown as string[]),
    localNetworkPermission: () => Promise.resolve(changes.permission),
    isSecurePage: () => changes.secure ?? true,
    hostname: () => DOMAIN,
  };
}

function trustProgram(isTrusted: boolean): void {
  const roots = tls.getCACertificates('bundled');
  tls.setDefaultCACertificates(isTrusted && selfMade !== undefined ? [...roots, selfMade.certificate] : roots);
}

function isReady(t: TestContext): boolean {
  trustProgram(true);
  vgcaMood.mood = 'signs';
  vnptMood.mood = 'signs';
  if (selfMade === undefined) t.skip('openssl is missing: the programs on a signer’s computer were NOT imitated');
  return selfMade !== undefined;
}

const vgca = (changes: Parameters<typeof page>[0] = {}) => vgcaAgent({ ...page(changes), address: `127.0.0.1:${String(vgcaProgram?.port)}` });
const vnpt = (changes: Parameters<typeof page>[0] & { license?: string; ports?: number[] } = {}) =>
  vnptAgent({ ...page(changes), license: changes.license ?? LICENSE, ports: changes.ports ?? [vnptProgram?.port ?? 0] });
const fails = (problem: AgentProblem) => (error: unknown) => {
  assert.ok(error instanceof AgentError, String(error));
  assert.equal(error.problem, problem);
  return true;
};
const hash = createHash('sha256').update('những thuộc tính được ký').digest('base64');
const request = { hash, hashAlgorithm: 'SHA-256' as const, certificateSerial: token.serial };

/** The two addresses of a server, as the signing program finds them. */
async function openAddresses(pdf: Buffer): Promise<{ handOver: HandOver; received: () => Buffer | undefined; close: () => void }> {
  let received: Buffer | undefined;
  const server = createServer((incoming, reply) => {
    if (incoming.method === 'GET') {
      reply.end(pdf);
      return;
    }
    const parts: Buffer[] = [];
    incoming.on('data', (part: Buffer) => parts.push(part)).on('end', () => {
      const body = Buffer.concat(parts);
      const start = body.indexOf('\r\n\r\n', body.indexOf('filename=')) + 4;
      received = body.subarray(start, body.lastIndexOf('\r\n--', body.length - 6));
      reply.setHeader('content-type', 'application/json').end(JSON.stringify({ Status: true, Message: '', FileName: 'van-ban.pdf', FileServer: 'van-ban.pdf' }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // safe because it listens on a port
  const root = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  const handOver: HandOver = {
    kind: 'issued',
    downloadUrl: `${root}/van-ban.pdf`,
    uploadUrl: `${root}/upload`,
    documentNumber: '125',
    issuedOn: '2026-11-20',
    certificateSerial: token.serial,
    fetchFile: async () => new Uint8Array(await (await fetch(`${root}/van-ban.pdf`)).arrayBuffer()),
    sendFile: (signed) => {
      received = Buffer.from(signed);
      return Promise.resolve();
    },
  };
  return { handOver, received: () => received, close: () => server.close() };
}

test('VGCA Sign Service is found, shows its certificate and signs a hash', async (t) => {
  if (!isReady(t)) return;
  assert.equal(await vgca().detect(), true);
  assert.deepEqual(await vgca().listCertificates(), [{ certificate: token.certificate, serial: token.serial }]);
  const { signature, certificate } = await vgca().signHash(request);
  assert.ok(isSignatureOver(token, hash, signature));
  assert.equal(certificate, token.certificate);
  vgcaMood.mood = 'keeps its certificate';
  assert.deepEqual(await vgca().listCertificates(), [{ certificate: token.certificate, serial: undefined }], 'an older version gives it with a signature');
});

test('VGCA Sign Service fetches a file, signs it and sends it back, with the verb and the facts of each act', async (t) => {
  if (!isReady(t) || vgcaProgram === undefined) return;
  const pdf = randomBytes(90_000);
  const { handOver, received, close } = await openAddresses(pdf);
  const verbs = { approved: '/SignApproved', issued: '/SignIssued', appendix: '/SignAppendix', copy: '/SignCopy', income: '/SignIncome', comment: '/Comment' } as const;
  for (const [kind, path] of Object.entries(verbs)) {
    // safe because these are the keys just written
    await vgca().handOver({ ...handOver, kind: kind as HandOver['kind'] });
    const last = vgcaProgram.heard.at(-1);
    assert.equal(last?.path, path);
    assert.deepEqual(JSON.parse(last.text), { FileUploadHandler: handOver.uploadUrl, SessionId: '', JWTToken: '', FileName: handOver.downloadUrl, MetaData: [], DocNumber: '125', IssuedDate: '2026-11-20' });
  }
  assert.ok(received()?.equals(vgcaMood.signFile(pdf)));
  close();
});

test('the VNPT-CA plugin is looked for on one port after another, gets its licence, and signs', async (t) => {
  if (!isReady(t) || vnptProgram === undefined) return;
  const nobody = await startProgram({ tls: selfMade ?? { key: '', certificate: '' }, origin: ORIGIN, answer: () => 'pong' });
  const agent = vnpt({ ports: [1, nobody.port, vnptProgram.port] });
  assert.equal(await agent.detect(), true);
  assert.deepEqual(await agent.listCertificates(), [{ certificate: token.certificate, serial: token.serial }]);
  const { signature } = await agent.signHash(request);
  assert.ok(isSignatureOver(token, hash, signature));
  const pdf = randomBytes(200_000);
  const { handOver, received, close } = await openAddresses(pdf);
  await agent.handOver(handOver);
  assert.ok(received()?.equals(vnptMood.signFile(pdf)));
  await nobody.close();
  vnptMood.mood = 'cannot sign hashes';
  await assert.rejects(agent.signHash(request), fails('notSupported'));
  vnptMood.mood = 'refuses';
  await assert.rejects(agent.handOver(handOver), fails('refused'));
  close();
  await assert.rejects(vnpt({ license: 'của tỉnh khác' }).listCertificates(), fails('notLicensed'));
  vnptMood.mood = 'something else';
  assert.equal(await agent.detect(), false);
});

test('a program that is not running, or whose certificate the browser does not trust, was not reached', async (t) => {
  if (!isReady(t)) return;
  const nobody = vgcaAgent({ ...page(), address: '127.0.0.1:1' });
  assert.equal(await nobody.detect(), false);
  await assert.rejects(nobody.signHash(request), fails('notReached'));
  trustProgram(false);
  assert.equal(await vgca().detect(), false);
  await assert.rejects(vgca().signHash(request), fails('notReached'));
  assert.equal(vgcaAgent().trustAddress, 'https://127.0.0.1:8987/');
});

test('a page of another origin is refused by the program', async (t) => {
  if (!isReady(t) || vgcaProgram === undefined) return;
  const heard = vgcaProgram.heard.length;
  await assert.rejects(vgca({ origin: 'https://evil.example' }).signHash(request), fails('notReached'));
  assert.equal(vgcaProgram.heard.length, heard);
});

test('a browser that keeps the page from this computer is said to do so, also when it says no only now', async (t) => {
  if (!isReady(t) || vgcaProgram === undefined) return;
  await assert.rejects(vgca({ permission: 'denied' }).detect(), fails('permissionDenied'));
  await assert.rejects(vnpt({ permission: 'denied' }).detect(), fails('permissionDenied'));
  await assert.rejects(vgca({ secure: false }).detect(), fails('insecurePage'));
  let asked = 0;
  const noNow = { ...page(), localNetworkPermission: () => Promise.resolve<PermissionState>((asked += 1) === 1 ? 'prompt' : 'denied') };
  await assert.rejects(vgcaAgent({ ...noNow, address: '127.0.0.1:1' }).detect(), fails('permissionDenied'));
});

test('what a program says is not believed: refusals, hang-ups, babble and SHA-1 each have their own words', async (t) => {
  if (!isReady(t)) return;
  const moods: [VgcaMood, AgentProblem][] = [['refuses', 'refused'], ['hangs up', 'closed'], ['babbles', 'wrongAnswer'], ['prefers SHA-1', 'weakHash']];
  for (const [mood, problem] of moods) {
    vgcaMood.mood = mood;
    await assert.rejects(vgca().signHash(request), fails(problem), mood);
  }
  vgcaMood.mood = 'refuses';
  const refusal = await vgca().signHash(request).catch((error: unknown) => error);
  assert.equal(refusal instanceof AgentError && refusal.said, 'Người dùng đã hủy');
});

test('a hash that is no SHA-256 is never sent to a program', async (t) => {
  if (!isReady(t) || vgcaProgram === undefined) return;
  const heard = vgcaProgram.heard.length;
  const sha1 = { ...request, hash: createHash('sha1').update('x').digest('base64') };
  await assert.rejects(vgca().signHash(sha1), fails('weakHash'));
  await assert.rejects(vnpt().signHash(sha1), fails('weakHash'));
  assert.equal(vgcaProgram.heard.length, heard);
});

test('a program that is silent is waited for as long as a person may need, and can be left at once', async (t) => {
  if (!isReady(t) || vgcaProgram === undefined) return;
  vgcaMood.mood = 'silent';
  const stop = new AbortController();
  const waiting = vgca().signHash(request, stop.signal);
  setTimeout(() => {
    stop.abort();
  }, 100);
  await assert.rejects(waiting, fails('cancelled'));
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const heard = vgcaProgram.heard.length;
  const late = vgca().signHash(request);
  const settled = assert.rejects(late, fails('timedOut'));
  while (vgcaProgram.heard.length === heard) await new Promise((resolve) => setImmediate(resolve));
  t.mock.timers.tick(3 * 60_000 + 1);
  await settled;
});

test('every problem has its words in both languages, with a way out', () => {
  const problems: AgentProblem[] = ['notReached', 'permissionDenied', 'insecurePage', 'closed', 'timedOut', 'refused', 'notLicensed', 'wrongAnswer', 'weakHash', 'notSupported', 'cancelled'];
  for (const problem of problems) {
    const keys: string[] = Object.keys(agentMessages.vi);
    assert.ok(keys.includes(`title-${problem}`) && keys.includes(`${problem}-1`), problem);
  }
  assert.deepEqual(Object.keys(agentMessages.vi), Object.keys(agentMessages.en));
});
