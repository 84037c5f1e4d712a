import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { systemActor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import { vietnamDay } from '#kernel/time.ts';
import { agencySubject, generateKey, issueCertificate, type KeyHolder } from '#engines/signatures/domain/pki/authority.ts';
import { createTestPki, days, hours, later, signTestPdf, type TestPki } from '#engines/signatures/domain/validation/testing.ts';
import { addTrustAnchor, revokeCredential, trustVersion } from '#engines/signatures/index.ts';
import { credential, issuedDocument, letter, openOffice, type Clerk, type Office } from '../../../tests/office.ts';
import { openRound } from './commands/follow-trust.ts';
import { noteAnswer } from './commands/note-verdict.ts';

type Shown = { id: string; summary: string; verdict: string };
type Entry = { text: string };

let office: Office;
let receiver: Clerk;
let sender: Clerk;
let director: Clerk;
let foreign: TestPki;
const folder = mkdtempSync(join(tmpdir(), 'lienthong-followed-'));
const actor = systemActor('test');
/** An authority outside, which is out of order until it answers. */
let reply: (() => Buffer) | undefined;
const server = createServer((_, response) => {
  if (reply === undefined) response.writeHead(503);
  response.end(reply?.());
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
// safe because the server listens on a port, not on a pipe
const { port } = server.address() as AddressInfo;
before(async () => {
  office = await openOffice();
  Object.assign(office.house.kernel.config, { trustAnchorsDir: folder, revocationHosts: `internal:127.0.0.1:${String(port)}` });
  const now = office.house.clock.now();
  foreign = await createTestPki(later(now, -days(30)), 'Nơi cấp của đơn vị phối hợp');
  putLists(foreign, 'phoi-hop');
  sender = await office.signIn('vanthu.snv');
  director = await office.signIn('giamdoc.snv');
  receiver = await office.signIn('vanthu.stc');
  await issuedDocument(sender, director, await office.agencies('Sở Tài chính'));
  await letterSignedBy(foreign, 'V/v phối hợp');
  await office.house.drain();
});
after(async () => {
  await office.close();
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A letter that somebody of another authority has signed already goes its whole way. */
async function letterSignedBy(pki: TestPki, summary: string, how: { holder?: KeyHolder; withTimestamp?: boolean } = {}): Promise<void> {
  const bytes = signTestPdf(letter, { pki, at: later(office.house.clock.now(), -hours(2)), withTimestamp: true, ...how });
  await issuedDocument(sender, director, await office.agencies('Sở Tài chính'), { mainUploadId: await sender.upload(bytes), summary });
}

/** The revocation lists of an authority come into the folder, as they are now. */
function putLists(pki: TestPki, name: string): void {
  pki.crls(office.house.clock.now()).forEach((list, index) => {
    writeFileSync(join(folder, `${name}-${String(index)}.crl`), list);
  });
}

/** The verdicts in the list, with which nobody looked into a document. */
async function inList(): Promise<Record<string, string>> {
  const { body } = await receiver.get<{ rows: Shown[] }>('/api/v1/incoming-documents');
  return Object.fromEntries(body.rows.map(({ summary, verdict }) => [summary === 'V/v phối hợp' ? 'foreign' : 'own', verdict]));
}

/** The next turn of what is done now and then. */
async function turn(): Promise<void> {
  office.house.clock.advance(61_000);
  await office.house.drain();
}

const reports = async (): Promise<number> => (await office.house.sql('select 1 from signatures.validation')).length;
const jobs = async (): Promise<number> => (await office.house.sql(`select 1 from kernel.job where kind = 'incoming-documents.follow-trust'`)).length;
const round = async () => (await office.house.sql<{ stage: string; judged: number; changed: number; ended_at: Date | null }>('select stage, judged, changed, ended_at from incoming_documents.verdict_round'))[0];
const recorded = async (): Promise<unknown[]> => (await office.house.sql<{ data: unknown }>(`select data from audit.entry where type = 'incoming-documents.verdicts-updated' order by at`)).map(({ data }) => data);

const trusted = (pki = foreign) => ({ certificate: pki.root.certificate.raw.toString('base64'), legalBasis: 'thử nghiệm', validFrom: vietnamDay(later(office.house.clock.now(), -days(29))), validTo: null });

test('while nothing else is trusted, nothing is judged again and the record says nothing', async () => {
  assert.deepEqual(await inList(), { own: 'TOTAL-PASSED', foreign: 'INDETERMINATE' });
  const before = await reports();
  await turn();
  await turn();
  assert.deepEqual([await reports(), await jobs(), await recorded()], [before, 0, []]);
});

test('a document that nobody opens gets the verdict of what is trusted since, and one that this cannot change is not judged again', async () => {
  const before = await reports();
  await run(office.house.kernel, addTrustAnchor, trusted(), { actor });
  await turn();
  assert.deepEqual(await inList(), { own: 'TOTAL-PASSED', foreign: 'TOTAL-PASSED' });
  assert.deepEqual([await reports(), await jobs(), await recorded()], [before + 1, 0, [{ judged: 1, changed: 1 }]]);
  const { body } = await receiver.get<{ rows: Shown[] }>('/api/v1/incoming-documents');
  const { body: told } = await receiver.get<{ entries: Entry[] }>(`/api/v1/incoming-documents/${body.rows.find(({ summary }) => summary === 'V/v phối hợp')?.id ?? ''}/timeline`);
  assert.ok(told.entries.some(({ text }) => text === 'Kiểm tra lại chữ ký số của văn bản: trước chưa đủ căn cứ, nay hợp lệ'));
  await turn();
  assert.equal(await reports(), before + 1, 'once for a trust set');
});

test('a verdict that waits for an authority’s word is looked at again after an hour, then after ever longer, until it came', async () => {
  const { house } = office;
  const { clock, kernel } = house;
  const silent = await createTestPki(later(clock.now(), -days(30)), 'Nơi cấp chưa trả lời');
  await run(kernel, addTrustAnchor, trusted(silent), { actor });
  // The signer's status alone is asked for outside.
  writeFileSync(join(folder, 'chua-tra-loi.crl'), silent.crls(clock.now())[0] ?? Buffer.alloc(0));
  await turn();
  const { publicKey, privateKey } = await generateKey('p-256');
  const subject = agencySubject({ name: 'Sở Nội vụ', agencyCode: 'H56.05' });
  const certificate = issueCertificate(silent.issuing, { kind: 'signer', subject, publicKey, now: later(clock.now(), -days(20)), urls: { ocsp: `http://127.0.0.1:${String(port)}/ocsp` } });
  await letterSignedBy(silent, 'V/v chờ trả lời', { holder: { certificate, privateKey }, withTimestamp: false });
  await house.drain();
  const verdict = async () => (await house.sql<{ verdict: string }>(`select verdict from incoming_documents.document where summary = 'V/v chờ trả lời'`))[0]?.verdict;
  /** Hours until it is asked again. */
  const pauses = async () =>
    (await house.sql<{ hours: number }>(`select round(extract(epoch from run_at - $1) / 3600)::int as hours from kernel.job where kind = 'incoming-documents.ask-again'`, [clock.now()])).map((job) => job.hours);
  const anHourLater = async (): Promise<void> => {
    clock.advance(3_600_000);
    await house.drain();
  };
  assert.equal(await verdict(), 'INDETERMINATE');
  const judged = await reports();

  await anHourLater();
  assert.deepEqual([await verdict(), await pauses()], ['INDETERMINATE', [2]]);
  reply = () => silent.ocsp({ certificate, privateKey }, { status: 'good' }, clock.now());
  await anHourLater();
  assert.equal(await verdict(), 'INDETERMINATE');
  await anHourLater();
  assert.deepEqual([await verdict(), await pauses()], ['TOTAL-PASSED', []]);
  assert.equal(await reports(), judged, 'of the same trust set the newest stands');
  // Three hours end a session.
  [director, receiver] = [await office.signIn('giamdoc.snv'), await office.signIn('vanthu.stc')];
});

test('an answer that is noted a second time asks once more only once, and after six weeks nobody asks', async () => {
  const { house } = office;
  const [document] = await house.sql<{ id: string; agencyId: Id<'agency'> }>(`select id, agency_id as "agencyId" from incoming_documents.document where summary = 'V/v chờ trả lời'`);
  assert.ok(document);
  const noted = { agencyId: document.agencyId, documentId: document.id, verdict: 'TOTAL-PASSED' as const, isWaiting: true };
  const asked = async () => (await house.sql<{ asked: number }>(`select (payload ->> 'asked')::int as asked from kernel.job where kind = 'incoming-documents.ask-again'`)).map((job) => job.asked);
  for (const time of [9, 9, 10]) await run(house.kernel, noteAnswer, { ...noted, asked: time }, { actor });
  assert.deepEqual(await asked(), [10]);
  await house.sql(`delete from kernel.job where kind = 'incoming-documents.ask-again'`);
});

test('a revocation has those documents judged again that the certificate signed', async () => {
  const before = await reports();
  const [{ agency_id: agencyId } = { agency_id: '' }] = await office.house.sql<{ agency_id: string }>('select agency_id from signatures.credential where id = $1', [await credential(director, 'person')]);
  // safe because the column holds agency ids only
  await run(office.house.kernel, revokeCredential, { agencyId: agencyId as never, credentialId: (await credential(director, 'person')) as never, reason: 'keyCompromise' as const }, { actor });
  await turn();
  assert.equal(await reports(), before + 3, 'the director signed all');
  assert.equal((await recorded()).length, 2);
});

test('a round that was cut off goes on, through more documents than one step takes', async () => {
  const { kernel } = office.house;
  await office.house.sql(
    `insert into incoming_documents.document
     select (jsonb_populate_record(d, jsonb_build_object('id', gen_random_uuid(), 'message_id', gen_random_uuid()))).* from incoming_documents.document d, generate_series(1, 60)`,
  );
  await office.house.sql(`update incoming_documents.verdict_round set trust_version = 'cut off'`);
  const begun = await run(kernel, openRound, { version: await trustVersion(kernel) }, { actor });
  assert.deepEqual([begun.stage, begun.ended_at], ['doubtful', null]);
  await office.house.sql(`update incoming_documents.document set verdict = 'UNSIGNED'`);
  assert.equal(await jobs(), 0, 'whoever began it is dead');
  await turn();
  const now = await inList();
  assert.ok(!Object.values(now).includes('UNSIGNED'), JSON.stringify(now));
  const ended = await round();
  assert.deepEqual([ended?.stage, ended?.judged, ended?.changed, ended?.ended_at !== null], ['others', 0, 183, true]);
});

test('the end of trust has everything judged again', async () => {
  const before = await reports();
  await office.house.sql('update signatures.trust_anchor set valid_to = $1', [later(office.house.clock.now(), 1000)]);
  await turn();
  assert.ok((await reports()) > before);
  assert.equal((await round())?.judged, 3);
});
