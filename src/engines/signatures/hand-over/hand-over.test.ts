import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import type { FastifyInstance } from 'fastify';
import type { PersonActor } from '#kernel/actor.ts';
import { newId } from '#kernel/ids.ts';
import { openTestHouse, type TestHouse } from '#kernel/testkit.ts';
import { readBytes } from '#engines/files/index.ts';
import { assembleCms, signAttributes, signedAttributes } from '../domain/cms/sign.ts';
import { hasOracle, runOracle, toPem } from '../domain/pdf/testing-signer.ts';
import { buildPdf } from '../domain/pdf/testing.ts';
import { validateStored } from '../queries/validate-stored.ts';
import { timestampSource } from '../adapters/timestamps/timestamp-source.ts';
import { openPaper, somebody } from '../testing.ts';
import { handOverKind, type HandOverAddresses, type HandOverKind, type HandOverStatus } from './contract.ts';
import { agentModules, formOf, signAsProgram, tokenOf, type Token } from './testing.ts';

let house: TestHouse;
let server: FastifyInstance;
let caller: PersonActor;
const person = somebody();
let token: Token;
before(async () => {
  house = await openTestHouse({ modules: agentModules });
  server = house.server(() => Promise.resolve(caller));
  token = await tokenOf(house, person);
});
after(() => house.close());

const pdf = buildPdf({ fillerBytes: 3000 });

type Lent = HandOverAddresses & { signingId: string; subjectId: string };

async function lend(options: { base?: Buffer; signingId?: string; subjectId?: string; refuse?: boolean; kind?: HandOverKind } = {}): Promise<Lent> {
  const subjectId = options.subjectId ?? newId();
  const data = options.refuse === true ? { refuse: true } : {};
  const signingId = options.signingId ?? (await openPaper(house.kernel, person, { credentialId: token.credentialId, pdf: options.base ?? pdf, subjectId, appearance: { kind: 'invisible' }, data }));
  caller = person;
  const reply = await server.inject({ method: 'POST', url: `/api/v1/signatures/signings/${signingId}/hand-over`, payload: { kind: options.kind ?? 'approved' } });
  assert.equal(reply.statusCode, 200, reply.body);
  return { ...reply.json<HandOverAddresses>(), signingId, subjectId };
}

const pathOf = (url: string): string => new URL(url).pathname;
const fetchFile = async (lent: Lent) => server.inject({ method: 'GET', url: pathOf(lent.downloadUrl) });
const sendFile = async (lent: Lent, bytes: Buffer) => server.inject({ method: 'POST', url: pathOf(lent.uploadUrl), ...formOf(bytes) });
const statusOf = async (lent: Lent) => (await server.inject({ method: 'GET', url: `/api/v1/signatures/signings/${lent.signingId}/hand-over` })).json<HandOverStatus>();
const signed = async (bytes: Buffer, by: Pick<Token, 'signer' | 'key'> = token): Promise<Buffer> => signAsProgram(bytes, by, { signingTime: house.clock.now() });
const rowOf = async (lent: Lent) => (await house.sql('select state, failure_code, result_sha256, evidence from signatures.signing where id = $1', [lent.signingId]))[0];
const eventsOf = async (lent: Lent) => house.sql(`select type, data from audit.entry where subject_id = $1`, [lent.subjectId]);

async function assertRefused(lent: Lent, bytes: Buffer, code: string): Promise<void> {
  const reply = await sendFile(lent, bytes);
  const body = reply.json<{ Status: boolean; Message: string; code?: string }>();
  assert.equal(body.code, `signatures.${code}`, reply.body);
  assert.equal(body.Status, false);
  assert.ok(reply.statusCode >= 400);
  const status = await statusOf(lent);
  assert.deepEqual([status.state, status.problem?.code], ['refused', `signatures.${code}`]);
  assert.equal(body.Message, `${status.problem?.message ?? ''} ${status.problem?.fix ?? ''}`, 'the same words there and here');
  assert.doesNotMatch(`${body.Message} ${status.problem?.message ?? ''}`, /\{\w+\}/, 'no blank is left in what a person reads');
  assert.equal((await rowOf(lent))?.['state'], 'prepared', 'the same signing can be tried again');
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const refusal = (await eventsOf(lent)).find(({ type }) => type === 'signatures.hand-over-refused');
  // safe because the recorder writes an object
  assert.equal((refusal?.['data'] as { sha256: string }).sha256, sha256, 'the record says which file was refused');
  assert.ok((await readBytes(house.kernel, sha256)).equals(bytes), 'and the file can still be looked at');
}

test('a file signed by the program on the signer’s computer completes the signing, with a time stamp over it', async () => {
  const lent = await lend();
  assert.ok(lent.downloadUrl.startsWith('http://lienthong.test/api/v1/signatures/hand-overs/'));
  assert.match(lent.certificateSerial, /^[0-9A-F]+$/i, 'programs with several certificates choose by it');
  const fetched = await fetchFile(lent);
  assert.ok(fetched.rawPayload.equals(pdf));
  const reply = await sendFile(lent, await signed(fetched.rawPayload));
  assert.equal(reply.statusCode, 200, reply.body);
  assert.equal(reply.json<{ Status: boolean }>().Status, true);
  const row = await rowOf(lent);
  assert.equal(row?.['state'], 'completed');
  const sha256 = String(row['result_sha256']);
  const report = await validateStored(house.kernel, sha256);
  assert.equal(report.indication, 'TOTAL-PASSED', JSON.stringify(report.signatures.map(({ problems }) => problems)));
  assert.deepEqual(report.signatures.map(({ level, changesAfter }) => [level, changesAfter]), [['B-T', 'permitted'], ['DOC-TIMESTAMP', 'none']]);
  assert.ok((await readBytes(house.kernel, sha256)).subarray(0, pdf.length).equals(pdf));
  // safe because the engine writes this shape
  const evidence = row['evidence'] as { level: string; timestamp: { time: string }; signatures: number };
  assert.deepEqual([evidence.level, evidence.signatures, evidence.timestamp.time], ['PAdES-B-T', 1, '2026-11-20T09:00:00+07:00']);
  assert.equal((await statusOf(lent)).state, 'completed');
  const types = (await eventsOf(lent)).map(({ type }) => String(type));
  for (const type of ['hand-over-opened', 'hand-over-fetched', 'hand-over-received', 'signing-completed']) assert.ok(types.includes(`signatures.${type}`), type);
  assert.ok(types.includes('papers.paper-signed'), 'the purpose drew its consequences');
});

for (const kind of handOverKind.options) {
  test(`a file that is lent for “${kind}” is checked like any other: not ours is refused, ours is signed, and the record says what for`, async () => {
    const first = await lend({ kind });
    await assertRefused(first, await signed(buildPdf({ fillerBytes: 2000 })), 'handOverNotOurFile');
    const lent = await lend({ kind, signingId: first.signingId, subjectId: first.subjectId });
    const reply = await sendFile(lent, await signed(pdf));
    assert.equal(reply.json<{ Status: boolean }>().Status, true, reply.body);
    assert.equal((await rowOf(lent))?.['state'], 'completed');
    const opened = (await eventsOf(lent)).filter(({ type }) => type === 'signatures.hand-over-opened');
    // safe because the recorder writes an object
    assert.deepEqual(opened.map(({ data }) => (data as { kind: string }).kind), [kind, kind]);
  });
}

test('the same file sent twice is one signature; another file to a used address is refused', async () => {
  const lent = await lend();
  const bytes = await signed(pdf);
  assert.equal((await sendFile(lent, bytes)).statusCode, 200);
  const again = await sendFile(lent, bytes);
  assert.deepEqual([again.statusCode, again.json<{ Status: boolean }>().Status], [200, true]);
  const other = await sendFile(lent, await signAsProgram(pdf, token, { signingTime: house.clock.now(), fieldName: 'Other' }));
  assert.deepEqual([other.statusCode, other.json<{ code: string }>().code], [410, 'signatures.handOverEnded']);
  const [count] = await house.sql(`select count(*)::int as n from audit.entry where subject_id = $1 and type = 'papers.paper-signed'`, [lent.subjectId]);
  assert.equal(count?.['n'], 1);
});

test('two uploads at the same moment make one signature', async () => {
  const lent = await lend();
  const bytes = await signed(pdf);
  const replies = await Promise.all([sendFile(lent, bytes), sendFile(lent, bytes), sendFile(lent, bytes)]);
  assert.ok(replies.every(({ statusCode }) => statusCode === 200), replies.map(({ body }) => body).join());
  await house.drain();
  const [count] = await house.sql(`select count(*)::int as n from audit.entry where subject_id = $1 and type = 'papers.paper-signed'`, [lent.subjectId]);
  assert.equal(count?.['n'], 1);
  assert.equal((await rowOf(lent))?.['state'], 'completed');
});

test('a file that is not ours plus an increment is refused, and the signing can be tried again', async () => {
  const rewritten = Buffer.from(pdf);
  rewritten[rewritten.indexOf('Lien Thong')] = 0x58;
  await assertRefused(await lend(), await signed(rewritten), 'handOverNotOurFile');
  await assertRefused(await lend(), await signed(buildPdf({ fillerBytes: 4000 })), 'handOverNotOurFile');
  await assertRefused(await lend(), pdf.subarray(0, pdf.length - 10), 'handOverNotOurFile');
  const lent = await lend();
  await assertRefused(lent, pdf, 'handOverNotSigned');
  const again = await lend({ signingId: lent.signingId, subjectId: lent.subjectId });
  assert.notEqual(again.uploadUrl, lent.uploadUrl);
  assert.equal((await sendFile(again, await signed(pdf))).json<{ Status: boolean }>().Status, true);
  assert.equal((await rowOf(lent))?.['state'], 'completed');
});

test('a certificate of another person is refused by name', async () => {
  const other = await tokenOf(house, somebody({ name: 'Phạm Văn Khác' }));
  const lent = await lend();
  await assertRefused(lent, await signed(pdf, other), 'handOverOtherCertificate');
  const both = await signAsProgram(await signed(pdf), other, { signingTime: house.clock.now(), fieldName: 'Second' });
  await assertRefused(await lend(), both, 'handOverOtherCertificate');
});

test('a broken signature, bytes behind it, and changed content are refused', async () => {
  const good = await signed(pdf);
  const flipped = Buffer.from(good);
  const digit = flipped.indexOf('/M(', pdf.length) + 6;
  flipped[digit] = flipped[digit] === 0x31 ? 0x32 : 0x31;
  await assertRefused(await lend(), flipped, 'handOverBroken');
  await assertRefused(await lend(), Buffer.concat([good, Buffer.from('1 0 obj<</Type/Catalog>>endobj\n')]), 'handOverChanged');
});

/** The same file with something else in its signature's dictionary, and with a container that fits that. */
function resigned(bytes: Buffer, change: [string, string], makeContainer: (signedBytes: Buffer) => Buffer): Buffer {
  const out = Buffer.from(bytes);
  const at = out.indexOf(change[0], pdf.length);
  assert.ok(at > 0 && change[0].length === change[1].length);
  out.write(change[1], at, 'latin1');
  const [, gapStart = 0, gapEnd = 0] = (/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)/.exec(out.toString('latin1', pdf.length)) ?? []).slice(1).map(Number);
  const container = makeContainer(Buffer.concat([out.subarray(0, gapStart), out.subarray(gapEnd)])).toString('hex');
  out.write(container.padEnd(gapEnd - gapStart - 2, '0'), gapStart + 1, 'latin1');
  return out;
}

test('a signature of the old kind is refused with what to set in the program', async () => {
  const older = resigned(await signed(pdf), ['/ETSI.CAdES.detached', '/adbe.pkcs7.detached'], (signedBytes) => {
    const attributes = signedAttributes(token.signer, createHash('sha256').update(signedBytes).digest());
    return assembleCms(token.signer, { attributes, signature: signAttributes(token.signer, token.key, attributes) });
  });
  await assertRefused(await lend(), older, 'handOverOldFormat');
});

test('a signature over SHA-1 is refused, as openssl makes it', async (t) => {
  if (!hasOracle(t, 'openssl')) return;
  const weak = resigned(await signed(pdf), ['/ETSI.CAdES.detached', '/adbe.pkcs7.detached'], (signedBytes) => {
    const files = { data: signedBytes, 'cert.pem': toPem(token.certificate), 'key.pem': String(token.key.export({ type: 'pkcs8', format: 'pem' })) };
    const args = ['cms', '-sign', '-binary', '-md', 'sha1', '-in', 'data', '-signer', 'cert.pem', '-inkey', 'key.pem', '-outform', 'DER', '-out', 'out'];
    return runOracle('openssl', args, files).read('out');
  });
  await assertRefused(await lend(), weak, 'handOverWeakHash');
});

test('content that the program replaced before it signed is refused although the signature is whole', async () => {
  const contentNumber = 11;
  const stream = 'BT /F1 13 Tf 72 770 Td (Trang khac) Tj ET';
  const offset = pdf.length;
  const object = `${String(contentNumber)} 0 obj\n<</Length ${String(stream.length)}>>stream\n${stream}\nendstream\nendobj\n`;
  const previous = /startxref\s+(\d+)\s+%%EOF\s*$/.exec(pdf.toString('latin1'))?.[1];
  const table = `xref\n${String(contentNumber)} 1\n${String(offset).padStart(10, '0')} 00000 n \ntrailer\n<</Size 13/Root 1 0 R/Prev ${String(previous)}>>\nstartxref\n${String(offset + object.length)}\n%%EOF\n`;
  const replaced = Buffer.concat([pdf, Buffer.from(object + table, 'latin1')]);
  await assertRefused(await lend(), await signed(replaced), 'handOverChanged');
});

test('the addresses are for one use, for a short time, and only with their keys', async () => {
  const lent = await lend();
  for (let times = 0; times < 5; times += 1) assert.equal((await fetchFile(lent)).statusCode, 200);
  assert.equal((await fetchFile(lent)).json<{ code: string }>().code, 'signatures.handOverEnded');
  const wrong = lent.uploadUrl.slice(0, -3) + (lent.uploadUrl.endsWith('AAA') ? 'BBB' : 'AAA');
  assert.equal((await sendFile({ ...lent, uploadUrl: wrong }, await signed(pdf))).json<{ code: string }>().code, 'signatures.handOverUnknown');
  const swapped = lent.downloadUrl.replace('/van-ban.pdf', '');
  assert.equal((await sendFile({ ...lent, uploadUrl: swapped }, await signed(pdf))).statusCode, 404, 'the key to fetch is no key to send');
  const [row] = await house.sql('select download_key_hash, upload_key_hash from signatures.hand_over where id = $1', [lent.handOverId]);
  const key = lent.uploadUrl.split('/').at(-1) ?? '';
  assert.equal(row?.['upload_key_hash'], createHash('sha256').update(key).digest('hex'));
  assert.equal(Buffer.from(key, 'base64url').length, 32);
  house.clock.advance(31 * 60_000);
  assert.equal((await sendFile(lent, await signed(pdf))).json<{ code: string }>().code, 'signatures.handOverExpired');
});

test('nobody but the person who opened the signing gets addresses, and only for a key on a token', async () => {
  const signingId = await openPaper(house.kernel, person, { credentialId: token.credentialId, pdf, appearance: { kind: 'invisible' } });
  caller = { ...somebody(), agencyId: person.agencyId };
  const url = `/api/v1/signatures/signings/${signingId}/hand-over`;
  const refused = await server.inject({ method: 'POST', url, payload: { kind: 'approved' } });
  assert.deepEqual([refused.statusCode, refused.json<{ code: string }>().code], [404, 'signatures.signingNotFound']);
  caller = somebody();
  assert.equal((await server.inject({ method: 'POST', url, payload: { kind: 'approved' } })).statusCode, 404);
  caller = person;
  assert.equal((await server.inject({ method: 'POST', url, payload: { kind: 'everything' } })).statusCode, 422);
});

test('giving up on the program frees the signing at once and closes the addresses', async () => {
  const lent = await lend();
  const left = await server.inject({ method: 'POST', url: `/api/v1/signatures/signings/${lent.signingId}/agent-abandon` });
  assert.equal(left.statusCode, 204, left.body);
  assert.equal((await rowOf(lent))?.['state'], 'prepared');
  assert.equal((await statusOf(lent)).state, 'closed');
  assert.equal((await sendFile(lent, await signed(pdf))).statusCode, 410);
  assert.equal((await fetchFile(lent)).statusCode, 410);
});

test('a file that comes after the signing was closed for nobody’s coming still signs', async () => {
  const lent = await lend();
  house.clock.advance(15 * 60_000);
  await house.sql(`update signatures.signing set state = 'expired', failure_code = 'abandoned', ended_at = $2 where id = $1`, [lent.signingId, house.clock.now()]);
  const reply = await sendFile(lent, await signed(pdf));
  assert.equal(reply.json<{ Status: boolean }>().Status, true, reply.body);
  assert.equal((await rowOf(lent))?.['state'], 'completed');
});

test('what the purpose refuses ends as every signing does, and the person learns it', async () => {
  const lent = await lend({ refuse: true });
  const reply = await sendFile(lent, await signed(pdf));
  const status = await statusOf(lent);
  assert.deepEqual([(await rowOf(lent))?.['state'], status.state, status.problem?.code], ['failed', 'refused', 'kernel.internal'], reply.body);
});

test('a program that puts a time from an authority needs no second one', async () => {
  const lent = await lend();
  const source = await timestampSource(house.kernel);
  const bytes = await signAsProgram(pdf, token, { signingTime: house.clock.now(), stamp: async (signature) => (await source.stamp(signature)).token });
  assert.equal((await sendFile(lent, bytes)).json<{ Status: boolean }>().Status, true);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  assert.equal((await rowOf(lent))?.['result_sha256'], sha256, 'the file is kept as it came');
  assert.deepEqual((await validateStored(house.kernel, sha256)).signatures.map(({ level }) => level), ['B-T']);
});

test('a file that is taken while no time stamp can be had is finished by itself later', async () => {
  const lent = await lend();
  const bytes = await signed(pdf);
  house.kernel.config.timestampUrl = 'http://127.0.0.1:1/tsa';
  const reply = await sendFile(lent, bytes);
  assert.deepEqual([reply.statusCode, (await statusOf(lent)).state], [200, 'received'], 'the program is not asked to do it again');
  assert.equal((await rowOf(lent))?.['state'], 'pending');
  house.kernel.config.timestampUrl = undefined;
  house.clock.advance(91_000);
  await house.drain();
  assert.deepEqual([(await rowOf(lent))?.['state'], (await statusOf(lent)).state], ['completed', 'completed']);
});

test('a second signer on a file that carries a signature leaves the first one valid', async () => {
  const first = await lend();
  await sendFile(first, await signed(pdf));
  const base = await readBytes(house.kernel, String((await rowOf(first))?.['result_sha256']));
  const second = await lend({ base });
  assert.equal((await sendFile(second, await signed(base))).json<{ Status: boolean }>().Status, true);
  const report = await validateStored(house.kernel, String((await rowOf(second))?.['result_sha256']));
  assert.deepEqual([report.indication, report.signatures.length], ['TOTAL-PASSED', 4]);
});

test('no file in the form, and a body beyond the limit, are refused while nothing is kept', async () => {
  const lent = await lend();
  const empty = await server.inject({ method: 'POST', url: pathOf(lent.uploadUrl), ...formOf(Buffer.alloc(0)) });
  assert.equal(empty.json<{ code: string }>().code, 'signatures.handOverNoFile');
  const huge = await sendFile(lent, Buffer.alloc(pdf.length + 17 * 1024 * 1024));
  assert.equal(huge.json<{ code: string }>().code, 'signatures.bodyTooLarge');
  assert.equal((await statusOf(lent)).state, 'open', 'the address is still good');
});
