/** Keys of a remote signing service that wants a one-time code beside the PIN, from the connection to the seal, through the routes. */
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { systemActor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import { vietnamDay } from '#kernel/time.ts';
import { addTrustAnchor, demoSealPng, demoSignaturePng, type CredentialSummary } from '#engines/signatures/index.ts';
import { cscAccount, testCscService, type TestCscService } from '#engines/signatures/adapters/csc-client/testing.ts';
import { agencySubject, createIssuingAuthority, createRootAuthority, generateKey, issueCertificate, personSubject } from '#engines/signatures/domain/pki/authority.ts';
import { draft, initial, letter, openOffice, submit, type Clerk, type Document, type Office, type Refusal, type Reply } from '../../../tests/office.ts';
import type { SignTogetherReply } from './contract.ts';

const base = '/api/v1/outgoing-documents';
const placement = { page: 1, x: 380, y: 560, width: 113, height: 43 };
const HEAD = 'Hoàng Hữu Dũng';
const now = new Date('2026-11-01T00:00:00Z');
const root = await createRootAuthority({ organization: 'CA công cộng thử', now });
const issuing = await createIssuingAuthority(root, { organization: 'CA công cộng thử', now });
const pair = await generateKey('rsa-2048');
const certificateFor = (subject: ReturnType<typeof personSubject>): Buffer => issueCertificate(issuing, { kind: 'signer', subject, publicKey: pair.publicKey, now, validDays: 365 }).raw;

const directorCertificate = certificateFor(personSubject({ name: 'Nguyễn Văn Bình', organization: 'Sở Nội vụ' }));
const identity = { key: pair.privateKey, certificate: directorCertificate, chain: [issuing.certificate.raw] };
const folder = mkdtempSync(join(tmpdir(), 'one-time-code-'));
let office: Office;
let service: TestCscService;
let clerk: Clerk;
let director: Clerk;
let head: Clerk;
let keyId: string;

before(async () => {
  service = await testCscService(identity);
  const access = { kind: 'login', user: cscAccount.user, password: cscAccount.password };
  const services = [1, 2].map((version) => ({ name: `csc-${String(version)}`, kind: 'csc', version, baseUrl: service.url(version === 1 ? 1 : 2), access }));
  writeFileSync(join(folder, 'services.json'), JSON.stringify(services));
  office = await openOffice();
  Object.assign(office.house.kernel.config, { signingServicesFile: join(folder, 'services.json') });
  const anchor = { certificate: new X509Certificate(root.certificate.raw).toString(), legalBasis: 'Quyết định thử nghiệm', validFrom: vietnamDay(now), validTo: null };
  await run(office.house.kernel, addTrustAnchor, anchor, { actor: systemActor('test') });
  [clerk, director, head] = await Promise.all([office.signIn('vanthu.snv'), office.signIn('giamdoc.snv'), office.signIn('truongphong.snv')]);
  behave('online');
  keyId = await connect(director, { driver: 'csc-1', kind: 'person', png: demoSignaturePng('Nguyễn Văn Bình') });
});
after(async () => {
  await office.close();
  await service.close();
  rmSync(folder, { recursive: true });
});
beforeEach(async () => {
  behave('online');
  await forgetPauses();
});

async function forgetPauses(): Promise<void> {
  await office.house.sql('update signatures.credential set code_again_at = null, codes_in_a_row = 0');
}

function behave(code: TestCscService['behave']['code']): void {
  service.behave = { mode: 'explicit', code, multisign: 10, confirmsElsewhere: false, keyStatus: 'enabled', next: undefined, dropAnswerOf: undefined };
  Object.assign(service.codes, { lastsMs: 60_000, pauseMs: 0 });
  service.asked.length = 0;
}

async function connect(client: Clerk, { driver, kind, png }: { driver: string; kind: 'person' | 'agency'; png: Buffer }): Promise<string> {
  const { body: listed } = await client.post<{ certificates: { fingerprint: string }[] }>('/api/v1/signatures/credentials/connectable', { driver });
  const reply = await client.post<{ id: string } & Refusal>('/api/v1/signatures/credentials/connect', { driver, kind, fingerprint: listed.certificates[0]?.fingerprint });
  assert.equal(reply.status, 200, JSON.stringify(reply.body));
  const image = await client.put(`/api/v1/signatures/credentials/${reply.body.id}/image`, { png: png.toString('base64'), widthMm: 36, validFrom: '2026-01-01', validTo: null });
  assert.equal(image.status, 204);
  return reply.body.id;
}

type Sent = { againAfterSeconds: number; challenge: string | null } & Refusal & { fix?: string };
const sendCode = (client: Clerk, id = keyId): Promise<Reply<Sent>> => client.post<Sent>(`/api/v1/signatures/credentials/${id}/one-time-code`);
const newest = (): string => service.codes.sent.at(-1) ?? assert.fail('no code was sent');
const stateOf = async (id: string): Promise<string> => (await clerk.get<Document>(`${base}/${id}`)).body.state;
const keyOf = async (client: Clerk, id: string): Promise<CredentialSummary | undefined> => (await client.get<{ credentials: CredentialSummary[] }>('/api/v1/signatures/credentials')).body.credentials.find((each) => each.id === id);
const sign = (id: string, typed: { pin?: string; otp?: string }): Promise<Reply<{ state: string } & Refusal & { fix?: string }>> => director.post(`${base}/${id}/sign`, { credentialId: keyId, placement, pin: cscAccount.pin, ...typed });

async function submitted(): Promise<string> {
  const id = await draft(clerk);
  await submit(clerk, id);
  return id;
}

async function codeFor(client: Clerk, id = keyId): Promise<string> {
  const reply = await sendCode(client, id);
  assert.equal(reply.status, 200, JSON.stringify(reply.body));
  await forgetPauses();
  return newest();
}

test('a connected key says what its service wants typed', async () => {
  const { needsPin, mayTypePin, needsOtp, place } = (await keyOf(director, keyId)) ?? assert.fail('not listed');
  assert.deepEqual({ needsPin, mayTypePin, needsOtp, place }, { needsPin: true, mayTypePin: false, needsOtp: 'online', place: 'remote' });
});

test('the service sends a code to whom the key belongs, and it signs the document; the record says that one was asked for', async () => {
  const id = await submitted();
  const reply = await sendCode(director);
  assert.deepEqual([reply.status, reply.body], [200, { againAfterSeconds: 60, challenge: null }]);
  const signed = await sign(id, { otp: newest() });
  assert.deepEqual([signed.status, signed.body.state], [200, 'signed'], JSON.stringify(signed.body));
  assert.equal(await stateOf(id), 'signed');
  const events = await office.house.sql(`select 1 from audit.entry where subject_id = $1 and type = 'signatures.one-time-code-asked'`, [keyId]);
  assert.ok(events.length > 0);
});

test('without a code, with a wrong one and with one that came too late nothing is signed, nothing is lost, and the next try signs', async () => {
  const id = await submitted();
  const refused = async (typed: { otp?: string }, code: string): Promise<void> => {
    const reply = await sign(id, typed);
    assert.deepEqual([reply.status, reply.body.code], [422, `signatures.${code}`], JSON.stringify(reply.body));
    assert.ok(/mã/i.test(reply.body.message) && (reply.body.fix ?? '') !== '');
    assert.equal(await stateOf(id), 'submitted');
  };
  await refused({}, 'oneTimeCodeMissing');
  await refused({ otp: '' }, 'oneTimeCodeMissing');
  const good = await codeFor(director);
  await refused({ otp: good === '000000' ? '000001' : '000000' }, 'oneTimeCodeWrong');
  service.codes.lastsMs = -1;
  await refused({ otp: await codeFor(director) }, 'oneTimeCodeExpired');
  service.codes.lastsMs = 60_000;
  assert.equal((await sign(id, { otp: await codeFor(director) })).body.state, 'signed');
});

test('codes are sent only so often: a minute apart, after three in a row ten minutes, and as the service wants', async () => {
  const soon = async (seconds: number): Promise<void> => {
    const { status, body } = await sendCode(director);
    assert.deepEqual([status, body.code], [429, 'signatures.oneTimeCodeTooSoon']);
    assert.match(body.fix ?? '', new RegExp(`${String(seconds)} giây`));
  };
  const before = service.codes.sent.length;
  for (const seconds of [60, 60, 600]) {
    assert.equal((await sendCode(director)).body.againAfterSeconds, seconds);
    await soon(seconds);
    office.house.clock.advance(seconds * 1000);
  }
  assert.equal(service.codes.sent.length, before + 3);
  await office.house.sql(`update signatures.credential set code_again_at = code_again_at - interval '2 hours' where id = $1`, [keyId]);
  assert.equal((await sendCode(director)).body.againAfterSeconds, 60, 'after a while it is counted anew');
  office.house.clock.advance(60_000);
  service.codes.pauseMs = 600_000;
  const theirs = await sendCode(director);
  assert.deepEqual([theirs.status, theirs.body.code], [429, 'signatures.oneTimeCodeTooSoon']);
  assert.match(theirs.body.fix ?? '', /giây/);
});

test('of two that ask at once one code is sent; a service that is away costs no pause', async () => {
  const before = service.codes.sent.length;
  const both = await Promise.all([sendCode(director), sendCode(director)]);
  assert.deepEqual(both.map(({ status }) => status).sort(), [200, 429]);
  assert.equal(service.codes.sent.length, before + 1);
  office.house.clock.advance(60_000);
  service.behave.next = { path: 'credentials/sendOTP', status: 503, body: {} };
  const away = await sendCode(director);
  assert.deepEqual([away.status, away.body.code], [503, 'signatures.holderUnavailable']);
  assert.equal((await sendCode(director)).status, 200);
});

test('only the holder has a code sent; nobody else learns that there is such a key', async () => {
  for (const stranger of [clerk, head, await office.signIn('giamdoc.stc')]) {
    const { status, body } = await sendCode(stranger);
    assert.deepEqual([status, body.code], [404, 'signatures.credentialNotFound']);
  }
  const own = (await director.get<{ credentials: CredentialSummary[] }>('/api/v1/signatures/credentials')).body.credentials.find(({ place }) => place === 'file');
  const file = await sendCode(director, own?.id);
  assert.deepEqual([file.status, file.body.code], [409, 'signatures.oneTimeCodeNotSent'], 'a key file wants none');
});

test('a service that changes what it wants is noticed when a code is asked for and when something is signed', async () => {
  behave('offline');
  const reply = await sendCode(director);
  assert.deepEqual([reply.status, reply.body.code], [409, 'signatures.oneTimeCodeNotSent']);
  assert.equal((await keyOf(director, keyId))?.needsOtp, 'offline');
  const id = await submitted();
  assert.equal((await sign(id, { otp: service.codes.onDevice })).body.state, 'signed');
  behave('none');
  assert.equal((await sendCode(director)).status, 409);
  assert.equal((await keyOf(director, keyId))?.needsOtp, 'no');
  behave('online');
  const other = await submitted();
  assert.equal((await sign(other, {})).body.code, 'signatures.oneTimeCodeMissing');
  assert.equal((await keyOf(director, keyId))?.needsOtp, 'online');
  behave('none');
  assert.equal((await sendCode(director)).status, 409);
  behave('online');
  const together = await director.post<Refusal>(`${base}/signing-room/sign`, { credentialId: keyId, pin: cscAccount.pin, documents: [other, await submitted()].map((each) => ({ act: 'sign', id: each, placement })) });
  assert.equal(together.body.code, 'signatures.oneTimeCodeMissing');
  assert.equal((await keyOf(director, keyId))?.needsOtp, 'online');
  assert.equal((await sign(other, { otp: await codeFor(director) })).body.state, 'signed');
});

test('one code signs as many documents as one authorisation covers; the rest says that it wants another one', async () => {
  service.behave.multisign = 2;
  const ids = [await submitted(), await submitted(), await submitted()];
  const outcomes = async (list: readonly string[], otp: string): Promise<string[]> => {
    const reply = await director.post<SignTogetherReply & Refusal>(`${base}/signing-room/sign`, { credentialId: keyId, pin: cscAccount.pin, otp, documents: list.map((id) => ({ act: 'sign', id, placement })) });
    assert.equal(reply.status, 200, JSON.stringify(reply.body));
    return reply.body.documents.map((each) => (each.state === 'refused' ? each.problem.code : each.state));
  };
  assert.deepEqual(await outcomes(ids, await codeFor(director)), ['signed', 'signed', 'signatures.oneTimeCodeUsed']);
  assert.deepEqual(await outcomes(ids.slice(2), await codeFor(director)), ['signed']);
});

test('initials and the seal with its number take a code as well, in version 2 sent as a challenge', async () => {
  const id = await draft(clerk);
  await submit(clerk, id, { initialsBy: HEAD });
  identity.certificate = certificateFor(personSubject({ name: HEAD, organization: 'Sở Nội vụ' }));
  const headKey = await connect(head, { driver: 'csc-2', kind: 'person', png: demoSignaturePng(HEAD) });
  const initialled = await initial(head, id, { credentialId: headKey, pin: cscAccount.pin, otp: await codeFor(head, headKey) });
  assert.equal(initialled.status, 200, JSON.stringify(initialled.body));
  identity.certificate = directorCertificate;
  assert.equal((await sign(id, { otp: await codeFor(director) })).body.state, 'signed');
  assert.equal((await clerk.post(`${base}/${id}/number`)).status, 200);
  identity.certificate = certificateFor(agencySubject({ name: 'Sở Nội vụ tỉnh Thanh Hóa', agencyCode: 'H56.05' }));
  service.behave.code = 'challenge';
  const sealKey = await connect(clerk, { driver: 'csc-2', kind: 'agency', png: demoSealPng('Sở Nội vụ', 240) });
  const asked = await sendCode(clerk, sealKey);
  assert.equal(asked.body.challenge, 'Mã số trên thẻ, ô B7?');
  const texts = [
    { page: 1, text: '07', x: 120, baseline: 110, width: 30, fontSize: 13, style: 'regular' },
    { page: 1, text: '20', x: 400, baseline: 110, width: 20, fontSize: 13, style: 'italic' },
  ];
  service.asked.length = 0;
  const sealed = await clerk.post<{ state: string } & Refusal>(`${base}/${id}/seal`, { credentialId: sealKey, pin: cscAccount.pin, otp: newest(), texts });
  assert.deepEqual([sealed.status, sealed.body.state], [200, 'signed'], JSON.stringify(sealed.body));
  assert.equal(await stateOf(id), 'sealed');
  const calls = (path: string): number => service.asked.filter((each) => each === path).length;
  assert.equal(calls('credentials/authorize'), 1);
  assert.equal(calls('credentials/extendTransaction'), calls('signatures/signHash') - 1);
});

test('a seal whose service wants a PIN and no code is put on a document and its attachments together; when the service begins to want a code nothing is lost, and the screen knows', async () => {
  behave('none');
  const id = await draft(clerk, [], { attachmentUploadIds: [await clerk.upload(letter, 'phu-luc-1.pdf'), await clerk.upload(letter, 'phu-luc-2.pdf')] });
  await submit(clerk, id);
  identity.certificate = directorCertificate;
  assert.equal((await sign(id, {})).body.state, 'signed');
  assert.equal((await clerk.post(`${base}/${id}/number`)).status, 200);
  identity.certificate = certificateFor(agencySubject({ name: 'Sở Nội vụ tỉnh Thanh Hóa', agencyCode: 'H56.06' }));
  const sealKey = await connect(clerk, { driver: 'csc-2', kind: 'agency', png: demoSealPng('Sở Nội vụ', 240) });
  const seal = (typed: object) => clerk.post<{ state: string } & Refusal>(`${base}/${id}/seal`, { credentialId: sealKey, pin: cscAccount.pin, texts: [], ...typed });
  behave('online');
  assert.equal((await seal({})).body.code, 'signatures.oneTimeCodeMissing');
  assert.deepEqual([await stateOf(id), (await keyOf(clerk, sealKey))?.needsOtp], ['numbered', 'online']);
  behave('none');
  await sendCode(clerk, sealKey);
  service.asked.length = 0;
  const sealed = await seal({});
  assert.deepEqual([sealed.status, sealed.body.state, await stateOf(id)], [200, 'signed', 'sealed'], JSON.stringify(sealed.body));
  assert.equal(service.asked.filter((each) => each === 'credentials/authorize').length, 2, 'for all files, and for what the main one takes over its first signature');
});
