import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { systemActor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import { archiveFile } from '#engines/signatures/index.ts';
import { draft, issuedDocument, openOffice, type Clerk, type Document, type Office } from './office.ts';

// What somebody may not see does not exist for them, by whatever address they ask: the ids of others are tried with the sessions of colleagues and of neighbours.

let office: Office;
let clerk: Clerk;
let finance: Clerk;
let officer: Clerk;
let colleague: Clerk;
let sent: Document & { envelopeId: string };
let arrived: { id: string; messageId: string; files: { fileId: string; sha256: string }[] };
before(async () => {
  office = await openOffice();
  clerk = await office.signIn('vanthu.snv');
  officer = await office.signIn('chuyenvien.snv');
  colleague = await office.signIn('chuyenvien2.snv');
  finance = await office.signIn('vanthu.stc');
  const [stc = '', snv = ''] = await office.agencies('Sở Tài chính', 'Sở Nội vụ');
  const id = await issuedDocument(clerk, await office.signIn('giamdoc.snv'), [stc]);
  await issuedDocument(finance, await office.signIn('giamdoc.stc'), [snv]);
  await office.house.drain();
  ({ body: sent } = await clerk.get<typeof sent>(`/api/v1/outgoing-documents/${id}`));
  const { body: inbox } = await clerk.get<{ rows: { id: string }[] }>('/api/v1/incoming-documents');
  ({ body: arrived } = await clerk.get<typeof arrived>(`/api/v1/incoming-documents/${inbox.rows[0]?.id ?? ''}`));
});
after(() => office.close());

const raw = (who: Clerk, url: string): Promise<number> => who.status(url);

/** All addresses under which a file gives something away. */
const addressesOf = ({ fileId, sha256 }: { fileId: string; sha256: string }): string[] => [
  `/api/v1/files/${fileId}`,
  `/api/v1/signatures/validations/${sha256}?fileId=${fileId}`,
  `/api/v1/signatures/placements?kind=person&fileId=${fileId}`,
  `/api/v1/signatures/lasting-copies/${fileId}`,
];

test('the files of a document are for those who may see the document', async () => {
  const [main] = sent.files;
  const [received] = arrived.files;
  assert.ok(main !== undefined && received !== undefined);
  const versions = await office.house.sql<{ fileId: string; sha256: string }>('select stored_file_id as "fileId", sha256 from outgoing_documents.file_version where file_id = $1', [main.id]);
  assert.equal(versions.length, 3, 'as uploaded, signed and sealed');
  for (const url of [main, received, ...versions].flatMap(addressesOf)) {
    assert.equal(await raw(clerk, url), 200, url);
    assert.equal(await raw(colleague, url), 404, url);
    assert.equal(await raw(finance, url), 404, url);
  }
});

test('the lasting copy of a file is for those who may see the file', async () => {
  const [issued] = await office.house.sql<{ agencyId: Id<'agency'>; sha256: string }>('select agency_id as "agencyId", sha256 from outgoing_documents.file_version where file_id = $1 order by stored_file_id desc limit 1', [sent.files[0]?.id]);
  assert.ok(issued !== undefined);
  await run(office.house.kernel, archiveFile, { ...issued, name: 'cong-van.pdf' }, { actor: systemActor('test') });
  office.house.clock.advance(60_000);
  await office.house.drain();
  const [copy] = await office.house.sql<{ fileId: string }>('select file_id as "fileId" from signatures.archived_file where agency_id = $1 and sha256 = $2 and file_id is not null', [issued.agencyId, issued.sha256]);
  assert.ok(copy !== undefined, 'there is a copy');
  const url = `/api/v1/files/${copy.fileId}`;
  assert.deepEqual([await raw(clerk, url), await raw(colleague, url), await raw(finance, url)], [200, 404, 404]);
});

test('the drafter opens the files of the own draft, also one that was taken out again, and a colleague of another unit does not', async () => {
  const id = await draft(officer, [], { attachmentUploadIds: [await officer.upload(undefined, 'phu-luc.pdf')] });
  const { body } = await officer.get<Document>(`/api/v1/outgoing-documents/${id}`);
  const [main, attachment] = body.files;
  assert.ok(main !== undefined && attachment !== undefined);
  for (const { fileId } of [main, attachment]) {
    assert.deepEqual([await raw(officer, `/api/v1/files/${fileId}`), await raw(colleague, `/api/v1/files/${fileId}`)], [200, 404]);
  }
  assert.equal((await officer.put(`/api/v1/outgoing-documents/${id}`, { revision: body.revision, typeCode: 'cong-van', summary: 'V/v kiểm tra công tác văn thư', removedFileIds: [attachment.id] })).status, 200);
  assert.equal(await raw(colleague, `/api/v1/files/${attachment.fileId}`), 404);
});

test('whoever gets a part in handling opens the files of an incoming document from then on', async () => {
  const [file] = arrived.files;
  const url = `/api/v1/files/${file?.fileId ?? ''}`;
  assert.equal(await raw(officer, url), 404);
  assert.equal((await clerk.post(`/api/v1/incoming-documents/${arrived.id}/register`)).status, 200);
  const { body: handlers } = await clerk.get<{ leaders: { postId: string; title: string }[]; assignees: { postId: string; name: string }[] }>('/api/v1/incoming-documents/handlers');
  const submitted = await clerk.post(`/api/v1/incoming-documents/${arrived.id}/submit`, { leaderPostId: handlers.leaders.find(({ title }) => title === 'Giám đốc')?.postId });
  assert.equal(submitted.status, 200, JSON.stringify(submitted.body));
  const director = await office.signIn('giamdoc.snv');
  const assigned = await director.post(`/api/v1/incoming-documents/${arrived.id}/assign`, {
    instruction: 'Giao xử lý',
    mainPostId: handlers.assignees.find(({ name }) => name === 'Vũ Thị Phương Thảo')?.postId,
    cooperatingPostIds: [],
    dueOn: '2026-12-01',
  });
  assert.equal(assigned.status, 200, JSON.stringify(assigned.body));
  assert.deepEqual([await raw(officer, url), await raw(colleague, url)], [200, 404]);
});

test('a scan of paper and its copies are for those who may see the document', async () => {
  const { body } = await clerk.post<{ id: string }>('/api/v1/incoming-documents/paper', {
    scanUploadId: await clerk.upload(undefined, 'ban-quet.pdf'),
    senderName: 'Công ty cổ phần Lam Sơn',
    issuedOn: '2026-11-18',
    typeCode: 'cong-van',
    summary: 'V/v đề nghị gia hạn',
  });
  const { body: document } = await clerk.get<typeof arrived>(`/api/v1/incoming-documents/${body.id}`);
  const url = `/api/v1/files/${document.files[0]?.fileId ?? ''}`;
  assert.deepEqual([await raw(clerk, url), await raw(colleague, url), await raw(finance, url)], [200, 404, 404]);
});

test('how far the signing of somebody else is, nobody else is told', async () => {
  const signings = await office.house.sql<{ id: string }>('select id from signatures.signing');
  assert.ok(signings.length > 0);
  for (const { id } of signings) {
    for (const path of ['agent-request', 'hand-over']) assert.equal(await raw(colleague, `/api/v1/signatures/signings/${id}/${path}`), 404, path);
    const tries = { 'hand-over': { kind: 'approved' }, 'agent-answer': { transactionId: id, signature: 'A'.repeat(64), certificate: null }, 'agent-abandon': undefined };
    for (const [path, body] of Object.entries(tries)) assert.equal((await colleague.post(`/api/v1/signatures/signings/${id}/${path}`, body)).status, 404, path);
  }
});

test('receipts, messages and proofs of the record are for those who answer for the agency’s documents', async () => {
  const [entry] = await office.house.sql<{ id: string }>(`select id from audit.entry where type = 'outgoing-documents.document-issued' and subject_id = $1`, [sent.id]);
  for (const url of [`/api/v1/exchange/envelopes/${sent.envelopeId}/receipts`, `/api/v1/exchange/messages/${arrived.messageId}`, `/api/v1/audit/entries/${entry?.id ?? ''}/proof`]) {
    assert.ok([200, 409].includes(await raw(clerk, url)), url);
    assert.equal(await raw(colleague, url), 403, url);
  }
});
