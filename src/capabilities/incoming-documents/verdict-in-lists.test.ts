import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { systemActor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import { vietnamDay } from '#kernel/time.ts';
import { createTestPki, days, hours, later, signTestPdf, type TestPki } from '#engines/signatures/domain/validation/testing.ts';
import { addTrustAnchor } from '#engines/signatures/index.ts';
import { issuedDocument, letter, openOffice, type Clerk, type Office } from '../../../tests/office.ts';

type Shown = { id: string; verdict: string };
type Report = { indication: string; isBeingMadeAnew: boolean };

let office: Office;
let receiver: Clerk;
let foreign: TestPki;
let documentId: string;
const folder = mkdtempSync(join(tmpdir(), 'lienthong-verdicts-'));
const base = '/api/v1/incoming-documents';
before(async () => {
  office = await openOffice();
  Object.assign(office.house.kernel.config, { trustAnchorsDir: folder });
  const now = office.house.clock.now();
  foreign = await createTestPki(later(now, -days(30)), 'Nơi cấp của đơn vị phối hợp');
  foreign.crls(now).forEach((list, index) => {
    writeFileSync(join(folder, `phoi-hop-${String(index)}.crl`), list);
  });
  const [sender, director, finance] = [await office.signIn('vanthu.snv'), await office.signIn('giamdoc.snv'), await office.agencies('Sở Tài chính')];
  receiver = await office.signIn('vanthu.stc');
  const bytes = signTestPdf(letter, { pki: foreign, at: later(now, -hours(2)), withTimestamp: true });
  await issuedDocument(sender, director, finance, { mainUploadId: await sender.upload(bytes), summary: 'V/v phối hợp' });
  await office.house.drain();
  documentId = (await inList()).id;
});
after(async () => {
  await office.close();
  rmSync(folder, { recursive: true, force: true });
});

async function inList(): Promise<Shown> {
  const { body } = await receiver.get<{ rows: Shown[] }>(base);
  assert.ok(body.rows[0]);
  return body.rows[0];
}

/** What the list, the head of the document and its report say. */
async function said(): Promise<string[]> {
  const report = await receiver.get<Report>(`${base}/${documentId}/validation`);
  const head = await receiver.get<Shown>(`${base}/${documentId}`);
  return [(await inList()).verdict, head.body.verdict, report.body.indication];
}

const waiting = async (): Promise<number> => (await office.house.sql(`select 1 from kernel.job where kind = 'incoming-documents.follow-verdict'`)).length;

/** What the document's record tells of its verdict. */
async function changes(): Promise<string[]> {
  const { body } = await receiver.get<{ entries: { text: string }[] }>(`${base}/${documentId}/timeline`);
  return body.entries.map(({ text }) => text).filter((text) => text.startsWith('Kiểm tra lại'));
}

const trusted = () => ({ certificate: foreign.root.certificate.raw.toString('base64'), legalBasis: 'thử nghiệm', validFrom: vietnamDay(later(office.house.clock.now(), -days(29))), validTo: null });

test('where a report is made anew with another verdict, the list and the head of the document say the same as it, and the record says so', async () => {
  assert.deepEqual(await said(), ['INDETERMINATE', 'INDETERMINATE', 'INDETERMINATE']);
  await run(office.house.kernel, addTrustAnchor, trusted(), { actor: systemActor('test') });
  await receiver.get(`${base}/${documentId}/validation`);
  await office.house.drain();
  assert.deepEqual(await said(), ['TOTAL-PASSED', 'TOTAL-PASSED', 'TOTAL-PASSED']);
  assert.deepEqual(await changes(), ['Kiểm tra lại chữ ký số của văn bản: trước chưa đủ căn cứ, nay hợp lệ']);
  assert.equal(await waiting(), 0, 'nothing is left to do');
});

test('a revocation list that comes later changes all three, and looking again changes nothing', async () => {
  const now = office.house.clock.now();
  const revoked = foreign.crls(now, [{ serial: foreign.person.certificate.serial, revokedAt: later(now, -hours(3)), reason: 'keyCompromise' }])[1];
  assert.ok(revoked);
  writeFileSync(join(folder, 'phoi-hop-moi.crl'), revoked);
  office.house.clock.advance(61_000);
  await Promise.all([said(), said()]);
  assert.equal(await waiting(), 1, 'begun once, however often it is looked at');
  await office.house.drain();
  const [list, head, report] = await said();
  assert.notEqual(list, 'TOTAL-PASSED');
  assert.deepEqual([list, head], [report, report]);
  assert.equal((await changes()).length, 2);
  assert.equal(await waiting(), 0);
});

test('where the report was made anew because of another document, the list follows when this one is opened', async () => {
  await office.house.sql(`update incoming_documents.document set verdict = 'UNSIGNED' where id = $1`, [documentId]);
  await receiver.get(`${base}/${documentId}/validation`);
  await office.house.drain();
  const [list, head, report] = await said();
  assert.deepEqual([list, head], [report, report]);
});

test('while a damaged revocation list stops all validation, a document is opened as ever, with what was known of it', async () => {
  const before = (await inList()).verdict;
  writeFileSync(join(folder, 'hong.crl'), Buffer.concat([Buffer.from(foreign.crls(office.house.clock.now())[0] ?? []).subarray(0, 60), Buffer.alloc(400, 0xff)]));
  office.house.clock.advance(61_000);
  const head = await receiver.get<Shown>(`${base}/${documentId}`);
  assert.deepEqual([head.status, head.body.verdict], [200, before]);
  assert.equal((await receiver.get(`${base}/${documentId}/validation`)).status, 500);
  rmSync(join(folder, 'hong.crl'));
});
