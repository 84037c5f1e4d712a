import assert from 'node:assert/strict';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { systemActor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import { vietnamDay } from '#kernel/time.ts';
import { pathOfBytes } from '#engines/files/index.ts';
import { createTestPki, days, hours, later, signTestPdf, type TestPki } from '#engines/signatures/domain/validation/testing.ts';
import { addTrustAnchor } from '#engines/signatures/index.ts';
import { issuedDocument, letter, openOffice, type Clerk, type Office } from '../../../tests/office.ts';

type Report = { indication: string; problem: { code: string; text: { vi: string }; todo: { vi: string } } | null };

let office: Office;
let receiver: Clerk;
let silent: TestPki;
let documentId: string;
let place: string;
const folder = mkdtempSync(join(tmpdir(), 'lienthong-lost-'));
before(async () => {
  office = await openOffice();
  const { house } = office;
  Object.assign(house.kernel.config, { trustAnchorsDir: folder });
  const now = house.clock.now();
  silent = await createTestPki(later(now, -days(30)), 'Nơi cấp chưa trả lời');
  const trusted = { certificate: silent.root.certificate.raw.toString('base64'), legalBasis: 'thử nghiệm', validFrom: vietnamDay(later(now, -days(29))), validTo: null };
  await run(house.kernel, addTrustAnchor, trusted, { actor: systemActor('test') });
  const [sender, director] = [await office.signIn('vanthu.snv'), await office.signIn('giamdoc.snv')];
  receiver = await office.signIn('vanthu.stc');
  const signed = signTestPdf(letter, { pki: silent, at: later(now, -hours(2)), withTimestamp: true });
  await issuedDocument(sender, director, await office.agencies('Sở Tài chính'), { mainUploadId: await sender.upload(signed) });
  await house.drain();
  const [row] = await house.sql<{ id: string; sha256: string }>(`select id, files -> 0 ->> 'sha256' as sha256 from incoming_documents.document`);
  assert.ok(row);
  documentId = row.id;
  place = pathOfBytes(house.kernel, row.sha256) ?? '';
});
after(async () => {
  await office.close();
  rmSync(folder, { recursive: true, force: true });
});

const verdict = async () => (await office.house.sql<{ verdict: string }>('select verdict from incoming_documents.document'))[0]?.verdict;
const report = async (): Promise<Report> => (await receiver.get<Report>(`/api/v1/incoming-documents/${documentId}/validation`)).body;
/** The sender's lasting copy is of the same file, and stands in a list of its own with the reason. */
const failing = async (): Promise<unknown[]> => office.house.sql(`select kind, last_error from kernel.job where attempts > 0 and kind <> 'signatures.archive-file'`);

/** A little more than some hours. */
async function wait(hoursPassed = 1): Promise<void> {
  office.house.clock.advance(hoursPassed * 3_601_000);
  await office.house.drain();
}

test('a verdict that waits for an authority’s word and whose file is lost says that, and no job tries for ever', async () => {
  assert.equal(await verdict(), 'INDETERMINATE');
  renameSync(place, `${place}.lost`);
  await wait();
  assert.equal(await verdict(), 'UNREADABLE');
  assert.deepEqual(await failing(), []);
  receiver = await office.signIn('vanthu.stc');
  const { indication, problem } = await report();
  assert.equal(indication, 'UNREADABLE');
  assert.deepEqual([problem?.code, problem?.text.vi], ['files.notStored', 'Nội dung của tệp không còn trong kho lưu trữ nên không kiểm tra được chữ ký số.']);
  assert.match(problem?.todo.vi ?? '', /khôi phục tệp từ bản sao lưu/);
  const { body } = await receiver.get<{ entries: { text: string }[] }>(`/api/v1/incoming-documents/${documentId}/timeline`);
  assert.ok(body.entries.some(({ text }) => text === 'Kiểm tra lại chữ ký số của văn bản: trước chưa đủ căn cứ, nay không đọc được'));
});

test('something else is trusted meanwhile: it stays lost, and nothing fails', async () => {
  const other = await createTestPki(later(office.house.clock.now(), -days(30)), 'Nơi cấp khác');
  const trusted = { certificate: other.root.certificate.raw.toString('base64'), legalBasis: 'thử nghiệm', validFrom: vietnamDay(later(office.house.clock.now(), -days(29))), validTo: null };
  await run(office.house.kernel, addTrustAnchor, trusted, { actor: systemActor('test') });
  await wait();
  await report();
  await wait();
  assert.equal(await verdict(), 'UNREADABLE');
  assert.deepEqual(await failing(), []);
});

test('bytes that are there and damaged are told as such', async () => {
  writeFileSync(place, 'hỏng');
  await wait(4);
  receiver = await office.signIn('vanthu.stc');
  const { problem } = await report();
  assert.equal(problem?.code, 'files.damaged');
  assert.deepEqual(await failing(), []);
});

test('a file that was put back is judged when it is asked for again, and the earlier report tells why', async () => {
  renameSync(`${place}.lost`, place);
  silent.crls(office.house.clock.now()).forEach((list, index) => {
    writeFileSync(join(folder, `${String(index)}.crl`), list);
  });
  await wait(10);
  assert.equal(await verdict(), 'TOTAL-PASSED');
  receiver = await office.signIn('vanthu.stc');
  assert.equal((await report()).indication, 'TOTAL-PASSED');
  const { body } = await receiver.get<{ reports: { indication: string; reasons: { vi: string }[] }[] }>(`/api/v1/incoming-documents/${documentId}/validation/earlier`);
  assert.deepEqual([body.reports[0]?.indication, body.reports[0]?.reasons.map(({ vi }) => vi)], ['UNREADABLE', ['Lúc đó không đọc được nội dung của tệp trong kho lưu trữ.']]);
});
