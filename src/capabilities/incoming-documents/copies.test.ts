import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { readBytes } from '#engines/files/index.ts';
import { formOf, signAsProgram } from '#engines/signatures/hand-over/testing.ts';
import { cmsSigner } from '#engines/signatures/domain/cms/sign.ts';
import { readPkcs12 } from '#engines/signatures/domain/pki/pkcs12.ts';
import { DEMO_PIN } from '#seeds/credentials.ts';
import { credential, issuedDocument, letter, openOffice, type Clerk, type Office, type Refusal, type Reply } from '../../../tests/office.ts';
import type { CopyView, IncomingDetail } from './contract.ts';

let office: Office;
let sender: Clerk;
let director: Clerk;
let clerk: Clerk;
let key: string;
before(async () => {
  office = await openOffice();
  [sender, director, clerk] = await Promise.all([office.signIn('vanthu.snv'), office.signIn('giamdoc.snv'), office.signIn('vanthu.stc')]);
  key = await credential(clerk, 'agency');
});
after(() => office.close());

const base = '/api/v1/incoming-documents';
type Paper = { id: string; arrivalNumber: number } & Refusal;
type Sealed = { state: string; document: IncomingDetail } & Refusal;

async function facts(fields: object = {}): Promise<object> {
  const scanUploadId = await clerk.upload(letter, 'ban-quet.pdf');
  return { scanUploadId, senderName: 'Công ty cổ phần Lam Sơn', number: '12', notation: 'CV-LS', issuedOn: '2026-11-10', typeCode: 'cong-van', summary: 'V/v đề nghị gia hạn hợp đồng', ...fields };
}

async function paper(fields: object = {}): Promise<string> {
  const reply = await clerk.post<Paper>(`${base}/paper`, await facts(fields));
  assert.equal(reply.status, 200, JSON.stringify(reply.body));
  return reply.body.id;
}

const copy = (id: string, fields: object = {}, by = clerk): Promise<Reply<Sealed>> => by.post(`${base}/${id}/copies`, { kind: 'full', source: 'master', credentialId: key, pin: DEMO_PIN, ...fields });
const stamp = (id: string, fields: object = {}, by = clerk): Promise<Reply<Sealed>> => by.post(`${base}/${id}/arrival-stamp`, { credentialId: key, pin: DEMO_PIN, ...fields });
const detail = async (id: string, by = clerk): Promise<IncomingDetail> => (await by.get<IncomingDetail>(`${base}/${id}`)).body;
const copiesOf = async (id: string): Promise<CopyView[]> => (await detail(id)).copies.list;
const numberOf = (copies: readonly CopyView[]): (string | undefined)[] => copies.map(({ sealed }) => sealed?.numberAndNotation);

/** The number of the newest copy of the agency. */
async function lastNumber(): Promise<number> {
  const [row] = await office.house.sql<{ n: number }>(`select coalesce(max(c.number), 0)::int as n from incoming_documents.copy c join signatures.credential k on k.agency_id = c.agency_id and k.id = $1`, [key]);
  return row?.n ?? 0;
}

/** A letter that Sở Nội vụ issued, arrived over the exchange. */
async function arrived(): Promise<{ id: string; issuedId: string }> {
  const [finance = ''] = await office.agencies('Sở Tài chính');
  const issuedId = await issuedDocument(sender, director, [finance]);
  await office.house.drain();
  const { body } = await clerk.get<{ rows: { id: string }[] }>(`${base}?state=arrived`);
  return { id: body.rows[0]?.id ?? '', issuedId };
}

const electronic = async (): Promise<string> => (await arrived()).id;

test('paper goes into the same register as what is electronic, by the clerk alone, and is registered once', async () => {
  const first = await clerk.post<{ arrivalNumber: number }>(`${base}/${await electronic()}/register`);
  const body = await facts();
  const one = await clerk.post<Paper>(`${base}/paper`, body);
  assert.equal(one.body.arrivalNumber, first.body.arrivalNumber + 1);
  assert.equal((await clerk.post<Refusal>(`${base}/paper`, body)).body.code, 'files.uploadTaken');
  const leader = await office.signIn('giamdoc.stc');
  assert.equal((await leader.post(`${base}/paper`, body)).status, 403);
  assert.equal((await (await office.signIn('vanthu.hacthanh')).get(`${base}/${one.body.id}`)).status, 404);
  const document = await detail(one.body.id);
  assert.deepEqual([document.medium, document.state, document.verdict, document.messageId, document.twin], ['paper', 'registered', 'UNSIGNED', null, false]);
  const { body: timeline } = await clerk.get<{ entries: { text: string }[] }>(`${base}/${one.body.id}/timeline`);
  assert.ok(timeline.entries.some(({ text }) => /Vào sổ văn bản giấy 12\/CV-LS của Công ty cổ phần Lam Sơn/.test(text)));
  assert.equal((await detail(await paper())).twinId, one.body.id, 'the same paper twice is pointed out');
});

test('what somebody signed is no scan, and neither is what is no PDF; a day in the future is refused', async () => {
  const { files } = await detail(await electronic());
  const signed = await readBytes(office.house.kernel, files[0]?.sha256 ?? '');
  assert.equal((await clerk.post<Refusal>(`${base}/paper`, await facts({ scanUploadId: await clerk.upload(signed) }))).body.code, 'incoming-documents.scanIsSigned');
  assert.equal((await clerk.post<Refusal>(`${base}/paper`, await facts({ scanUploadId: await clerk.upload(Buffer.from('ghi chú'), 'a.txt') }))).body.code, 'incoming-documents.scanMustBePdf');
  assert.equal((await clerk.post<Refusal>(`${base}/paper`, await facts({ issuedOn: '2031-01-01' }))).body.code, 'incoming-documents.dayIsAhead');
});

test('a sender of the directory is kept with its entry, its code and its name of the day; what came over the exchange is its twin', async () => {
  const over = await detail(await electronic());
  const [senderAgencyId = ''] = await office.agencies('Sở Nội vụ');
  const known = await detail(await paper({ senderAgencyId, senderName: 'So noi vu', number: over.number, notation: over.notation, issuedOn: over.issuedOn }));
  assert.deepEqual([known.senderAgencyId, known.senderName, known.senderCode, known.twinId], [senderAgencyId, over.senderName, over.senderCode, over.id]);
  const free = await detail(await paper({ senderName: 'Sở Nội vụ tỉnh bạn' }));
  assert.deepEqual([free.senderAgencyId, free.senderName, free.senderCode], [null, 'Sở Nội vụ tỉnh bạn', '']);
  assert.equal((await clerk.post<Refusal>(`${base}/paper`, await facts({ senderAgencyId: randomUUID() }))).body.code, 'identity.agencyNotFound');
});

test('what is missing on a paper is named all at once, field by field', async () => {
  const { status, body } = await clerk.post<{ fields: { path: string; message: string }[] }>(`${base}/paper`, { senderName: '', typeCode: 'cong-van', summary: '' });
  assert.equal(status, 422);
  assert.deepEqual(body.fields.map(({ path }) => path), ['scanUploadId', 'senderName', 'issuedOn', 'summary']);
  assert.equal(body.fields[2]?.message, 'Nhập ngày văn bản.');
});

test('paper is handled like any other document, and nobody is told over the exchange', async () => {
  const id = await paper();
  const leader = await office.signIn('giamdoc.stc');
  const { body: who } = await clerk.get<{ leaders: { postId: string; title: string }[]; assignees: { postId: string }[] }>(`${base}/handlers`);
  assert.equal((await clerk.post(`${base}/${id}/submit`, { leaderPostId: who.leaders.find(({ title }) => title === 'Giám đốc')?.postId })).status, 200);
  const assigned = await leader.post<IncomingDetail>(`${base}/${id}/assign`, { instruction: 'Xử lý', mainPostId: who.assignees[0]?.postId, dueOn: '2027-01-29' });
  assert.equal(assigned.status, 200, JSON.stringify(assigned.body));
  const [answers] = await office.house.sql<{ n: number }>(`select count(*)::int as n from audit.entry where type like 'exchange.%' and data::text like '%' || $1 || '%'`, [id]);
  assert.equal(answers?.n, 0);
});

test('a sao y of scanned paper has the agency’s signature over the untouched scan, a number, its place in the record, and a verdict', async () => {
  const id = await paper();
  assert.deepEqual((await detail(id)).copies.choices, [{ source: 'master', kinds: ['full', 'extract'] }, { source: 'certified-copy', kinds: ['of-copy'] }]);
  const reply = await copy(id);
  assert.equal(reply.status, 200, JSON.stringify(reply.body));
  assert.equal(reply.body.state, 'signed');
  await office.house.drain();
  const document = await detail(id);
  const [made] = document.copies.list;
  assert.match(made?.sealed?.numberAndNotation ?? '', /^\d{2}\/SY-STC$/);
  assert.equal(made?.sealed?.verdict, 'TOTAL-PASSED');
  const bytes = await fileBytes(made.sealed.fileId);
  assert.ok(bytes.length > letter.length && bytes.subarray(0, letter.length).equals(letter), 'the scan and an increment');
  assert.equal((await fileBytes(document.files[0]?.fileId)).length, letter.length, 'the scan itself is kept beside it');
  const report = await clerk.get<{ signatures: { signer: string }[] }>(`${base}/${id}/copies/${made.id}/validation`);
  assert.match(report.body.signatures[0]?.signer ?? '', /Sở Tài chính/);
  const { body: timeline } = await clerk.get<{ entries: { text: string }[] }>(`${base}/${id}/timeline`);
  assert.ok(timeline.entries.some(({ text }) => text.includes(`Sao y số ${made.sealed?.numberAndNotation ?? ''}`)));
});

test('a sao y is made once, however often it is asked for and by how many at once', async () => {
  const id = await paper();
  const second = await office.signIn('vanthu.stc');
  const earlier = await lastNumber();
  const replies = await Promise.all([copy(id), copy(id, {}, second)]);
  assert.deepEqual(replies.map(({ status }) => status).sort(), [200, 409]);
  const again = await copy(id);
  assert.equal(again.body.code, 'incoming-documents.copyExists');
  assert.equal(numberOf(await copiesOf(id)).length, 1);
  assert.equal(await lastNumber(), earlier + 1);
});

test('all kinds of copies share one series of numbers', async () => {
  const earlier = await lastNumber();
  const [one, two] = [await paper(), await paper()];
  assert.equal((await copy(one)).status, 200);
  assert.equal((await copy(one, { kind: 'extract', extractUploadId: await anExtract() })).status, 200);
  assert.equal((await copy(two, { kind: 'of-copy', source: 'certified-copy' })).status, 200);
  const full = (n: number, letters: string): string => `${String(n).padStart(2, '0')}/${letters}-STC`;
  assert.deepEqual([...numberOf(await copiesOf(one)), ...numberOf(await copiesOf(two))], [full(earlier + 1, 'SY'), full(earlier + 2, 'TrS'), full(earlier + 3, 'SL')]);
});

test('of an electronic document there is an extract and no other electronic copy; before it is registered there is none', async () => {
  const id = await electronic();
  assert.equal((await copy(id, { kind: 'extract', source: 'electronic', extractUploadId: await anExtract() })).body.code, 'incoming-documents.notToCopy');
  await clerk.post(`${base}/${id}/register`);
  assert.deepEqual((await detail(id)).copies.choices, [{ source: 'electronic', kinds: ['extract'] }]);
  for (const fields of [{}, { source: 'electronic' }, { kind: 'of-copy', source: 'certified-copy' }, { kind: 'of-copy', source: 'electronic' }]) assert.equal((await copy(id, fields)).body.code, 'incoming-documents.copyNotAllowed');
  assert.equal((await copy(id, { kind: 'extract', source: 'electronic', extractUploadId: await anExtract() })).status, 200);
  assert.match(numberOf(await copiesOf(id))[0] ?? '', /\/TrS-STC$/);
});

test('of a recalled document the copies stay as evidence that nobody opens, and no new ones are made', async () => {
  const { id, issuedId } = await arrived();
  await clerk.post(`${base}/${id}/register`);
  assert.equal((await copy(id, { kind: 'extract', source: 'electronic', extractUploadId: await anExtract() })).status, 200);
  assert.equal((await sender.post(`/api/v1/outgoing-documents/${issuedId}/recall`, { reason: 'Ban hành nhầm' })).status, 200);
  await office.house.drain();
  const [notice] = (await detail(id)).notices;
  assert.equal((await clerk.post(`${base}/${id}/notices/${notice?.id ?? ''}/answer`, { agree: true })).status, 200);
  const { copies } = await detail(id);
  assert.deepEqual(copies.choices, []);
  assert.equal((await clerk.get<Refusal>(`/api/v1/files/${copies.list[0]?.sealed?.fileId ?? ''}`)).body.code, 'incoming-documents.copyWithheld');
  assert.equal((await clerk.get<Refusal>(`/api/v1/files/${copies.list[0]?.base.fileId ?? ''}`)).body.code, 'incoming-documents.copyWithheld');
});

test('the law’s bounds hold for paper too, and an extract is a file of its own that nobody signed', async () => {
  const id = await paper();
  assert.equal((await copy(id, { kind: 'of-copy' })).body.code, 'incoming-documents.copyNotAllowed');
  assert.equal((await copy(id, { source: 'certified-copy' })).body.code, 'incoming-documents.copyNotAllowed');
  assert.equal((await copy(id, { kind: 'extract' })).body.code, 'incoming-documents.extractMissing');
  assert.equal((await copy(id, { extractUploadId: await anExtract() })).body.code, 'incoming-documents.extractMissing');
  assert.equal((await copy(id, { kind: 'extract', extractUploadId: await clerk.upload(letter) })).body.code, 'incoming-documents.extractIsWhole');
  assert.deepEqual(await copiesOf(id), []);
});

test('only the clerk copies, and only with the agency’s key', async () => {
  const id = await paper();
  const leader = await office.signIn('giamdoc.stc');
  assert.equal((await copy(id, {}, leader)).status, 403);
  assert.deepEqual((await detail(id, leader)).copies.choices, []);
  assert.equal((await copy(id, {}, await office.signIn('vanthu.hacthanh'))).status, 404);
  assert.equal((await copy(id, { credentialId: await credential(leader, 'person') })).body.code, 'incoming-documents.notAgencyKey');
  assert.equal((await (await office.signIn('vanthu.hacthanh')).get(`${base}/${id}/copies/${randomUUID()}/validation`)).status, 404);
});

test('a wrong PIN takes no number; the right one goes on with the same copy, also of an uploaded extract', async () => {
  const id = await paper();
  const earlier = await lastNumber();
  const fields = { kind: 'extract', extractUploadId: await anExtract() };
  assert.equal((await copy(id, { ...fields, pin: '000000' })).body.code, 'signatures.wrongPin');
  const [begun] = await copiesOf(id);
  assert.equal(begun?.sealed, null);
  assert.equal((await copy(id, fields)).status, 200);
  const made = await copiesOf(id);
  assert.deepEqual(made.map((each) => each.id), [begun.id]);
  assert.equal(await lastNumber(), earlier + 1);
});

test('a copy that was begun can be given up or changed for another, and leaves no gap in the numbers', async () => {
  const id = await paper();
  const earlier = await lastNumber();
  await copy(id, { pin: '000000' });
  const [begun] = await copiesOf(id);
  assert.equal((await clerk.post(`${base}/${id}/copies/${begun?.id ?? ''}/withdraw`)).status, 200);
  assert.deepEqual(await copiesOf(id), []);
  assert.equal((await clerk.post<Refusal>(`${base}/${id}/copies/${begun?.id ?? ''}/withdraw`)).body.code, 'incoming-documents.copyNotOpen');
  await copy(id, { pin: '000000' });
  assert.equal((await copy(id, { kind: 'of-copy', source: 'certified-copy' })).status, 200);
  assert.deepEqual((await copiesOf(id)).map(({ kind }) => kind), ['of-copy']);
  assert.equal(await lastNumber(), earlier + 1);
});

test('the arrival mark is a further file in which the sender’s signatures stand; what came is kept, and it is put once', async () => {
  const { id } = await arrived();
  assert.equal((await stamp(id)).body.code, 'incoming-documents.notToStamp');
  await clerk.post(`${base}/${id}/register`);
  assert.equal((await detail(id)).stamp.mayStamp, true);
  const leader = await office.signIn('giamdoc.stc');
  assert.equal((await stamp(id, {}, leader)).status, 403);
  assert.equal((await stamp(id, {}, await office.signIn('vanthu.hacthanh'))).status, 404);
  assert.equal((await stamp(id, { credentialId: await credential(leader, 'person') })).body.code, 'incoming-documents.notAgencyKey');
  assert.equal((await stamp(id, { pin: '000000' })).body.code, 'signatures.wrongPin');
  const second = await office.signIn('vanthu.stc');
  assert.deepEqual((await Promise.all([stamp(id), stamp(id, {}, second)])).map(({ status }) => status).sort(), [200, 409]);
  assert.equal((await stamp(id)).body.code, 'incoming-documents.stampExists');
  await office.house.drain();
  const document = await detail(id, leader);
  const [came, stamped] = [await fileBytes(document.files[0]?.fileId), await fileBytes(document.stamp.made?.fileId)];
  assert.ok(stamped.length > came.length && stamped.subarray(0, came.length).equals(came), 'the file that came and an increment');
  const { body: report } = await clerk.get<{ indication: string; signatures: { signer: string; indication: string }[] }>(`${base}/${id}/arrival-stamp/validation`);
  assert.equal(report.indication, 'TOTAL-PASSED');
  assert.ok(report.signatures.some(({ signer }) => signer === 'Nguyễn Văn Bình') && report.signatures.some(({ signer }) => /Sở Nội vụ/.test(signer)) && report.signatures.some(({ signer }) => /Sở Tài chính/.test(signer)));
  assert.ok(report.signatures.every(({ indication }) => indication === 'TOTAL-PASSED'));
  const { body: timeline } = await clerk.get<{ entries: { text: string }[] }>(`${base}/${id}/timeline`);
  assert.equal(timeline.entries.filter(({ text }) => /Đóng dấu đến số/.test(text)).length, 1);
  assert.equal((await (await office.signIn('vanthu.hacthanh')).get(`${base}/${id}/arrival-stamp/validation`)).status, 404);
});

test('paper has its stamp on the paper', async () => {
  const id = await paper();
  assert.equal((await detail(id)).stamp.mayStamp, false);
  assert.equal((await stamp(id)).body.code, 'incoming-documents.notToStamp');
});

test('a token at the clerk’s computer signs the copy as a whole file; what comes after the copy was given up is put into nothing', async () => {
  await office.listen();
  const token = await onToken(key);
  const id = await paper();
  assert.equal((await copy(id, { pin: undefined })).body.state, 'pending');
  assert.equal((await signByProgram(id, token)).Status, true);
  await office.house.drain();
  assert.match(numberOf(await copiesOf(id))[0] ?? '', /\/SY-STC$/);

  const letterId = await electronic();
  await clerk.post(`${base}/${letterId}/register`);
  assert.equal((await stamp(letterId, { pin: undefined })).body.state, 'pending');
  assert.equal((await (await handedOver(letterId, token, 'income'))()).Status, true);
  await office.house.drain();
  assert.ok((await detail(letterId)).stamp.made !== null);

  const late = await paper();
  const earlier = await lastNumber();
  assert.equal((await copy(late, { pin: undefined })).body.state, 'pending');
  const [begun] = await copiesOf(late);
  const upload = await handedOver(late, token);
  assert.equal((await clerk.post(`${base}/${late}/copies/${begun?.id ?? ''}/withdraw`)).status, 200);
  await upload();
  await office.house.drain();
  assert.deepEqual(await copiesOf(late), []);
  assert.equal(await lastNumber(), earlier);
});

async function fileBytes(fileId: string | undefined): Promise<Buffer> {
  const [row] = await office.house.sql<{ sha256: string }>(`select encode(sha256, 'hex') as sha256 from files.file where id = $1`, [fileId]);
  return readBytes(office.house.kernel, row?.sha256 ?? '');
}

/** Another file than the scan. */
async function anExtract(): Promise<string> {
  return clerk.upload(Buffer.concat([letter, Buffer.from(`\n% ${randomUUID()}\n`)]), 'trich.pdf');
}

type Token = Parameters<typeof signAsProgram>[1];

/** Takes the key out of the house and puts it on a token. */
async function onToken(credentialId: string): Promise<Token> {
  const [row] = await office.house.sql<{ container: Buffer; certificate: Buffer; chain: Buffer[] }>('select container, certificate, chain from signatures.credential where id = $1', [credentialId]);
  assert.ok(row !== undefined);
  const { privateKey } = await readPkcs12(row.container, DEMO_PIN);
  await office.house.sql(`update signatures.credential set driver = 'browser-agent', container = null where id = $1`, [credentialId]);
  return { signer: cmsSigner({ certificate: row.certificate, chain: row.chain }), key: privateKey };
}

/** The program has fetched and signed the file, and sends it when it is told to. */
async function handedOver(id: string, token: Token, kind: 'copy' | 'income' = 'copy'): Promise<() => Promise<{ Status: boolean }>> {
  const { body: own } = await clerk.get<{ signing: { id: string } | null }>(`/api/v1/signatures/signings?subjectType=${kind === 'copy' ? 'incoming-document' : 'arrival-stamp'}&subjectId=${id}`);
  const { body: addresses } = await clerk.post<{ downloadUrl: string; uploadUrl: string }>(`/api/v1/signatures/signings/${own.signing?.id ?? ''}/hand-over`, { kind });
  const file = Buffer.from(await (await fetch(addresses.downloadUrl)).arrayBuffer());
  assert.ok(kind === 'income' || file.equals(letter));
  const { payload, headers } = formOf(await signAsProgram(file, token, { signingTime: office.house.clock.now() }));
  return async () => (await fetch(addresses.uploadUrl, { method: 'POST', body: new Uint8Array(payload), headers })).json() as Promise<{ Status: boolean }>;
}

async function signByProgram(id: string, token: Token): Promise<{ Status: boolean }> {
  return (await handedOver(id, token))();
}
