import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { issuedDocument, openOffice, type Clerk, type Office, type Refusal } from '../../../tests/office.ts';

let office: Office;
let sender: Clerk;
let director: Clerk;
let receiver: Clerk;
before(async () => {
  office = await openOffice();
  [sender, director, receiver] = await Promise.all([office.signIn('vanthu.snv'), office.signIn('giamdoc.snv'), office.signIn('vanthu.stc')]);
});
after(() => office.close());

const base = '/api/v1/incoming-documents';
type Row = { id: string; state: string; verdict: string; twin: boolean; arrivalNumber: number | null };
const inbox = async (client: Clerk, query = '') => (await client.get<{ rows: Row[]; next: string | null }>(`${base}${query}`)).body;

async function arrived(): Promise<Row> {
  const [finance = ''] = await office.agencies('Sở Tài chính');
  await issuedDocument(sender, director, [finance]);
  await office.house.drain();
  const [row] = (await inbox(receiver)).rows;
  assert.ok(row);
  return row;
}

test('what was issued to an agency stands in its inbox with a verdict on its signatures, and in nobody else’s', async () => {
  const row = await arrived();
  assert.equal(row.state, 'arrived');
  assert.equal(row.verdict, 'TOTAL-PASSED');
  const stranger = await office.signIn('vanthu.hacthanh');
  assert.deepEqual((await inbox(stranger)).rows, []);
  assert.equal((await stranger.get(`${base}/${row.id}`)).status, 404);
  assert.equal((await stranger.post(`${base}/${row.id}/register`)).status, 404);
});

test('the report of arrival is kept and names every signer', async () => {
  const row = await arrived();
  const report = await receiver.get<{ indication: string; signatures: { signer: string }[] }>(`${base}/${row.id}/validation`);
  assert.equal(report.body.indication, 'TOTAL-PASSED');
  assert.ok(report.body.signatures.some((signature) => signature.signer === 'Nguyễn Văn Bình'));
  assert.ok(report.body.signatures.some((signature) => /Sở Nội vụ/.test(signature.signer)));
});

test('arrival numbers follow each other without gap, and a document is registered once', async () => {
  const first = await arrived();
  const second = await arrived();
  const one = await receiver.post<{ arrivalNumber: number }>(`${base}/${first.id}/register`);
  const two = await receiver.post<{ arrivalNumber: number }>(`${base}/${second.id}/register`);
  assert.equal(two.body.arrivalNumber, one.body.arrivalNumber + 1);
  const again = await receiver.post<Refusal>(`${base}/${first.id}/register`);
  assert.equal(again.status, 409);
  assert.match(again.body.message, /đã tiếp nhận/);
});

test('two clerks who press Tiếp nhận at once register it once', async () => {
  const row = await arrived();
  const second = await office.signIn('vanthu.stc');
  const replies = await Promise.all([receiver.post(`${base}/${row.id}/register`), second.post(`${base}/${row.id}/register`)]);
  assert.deepEqual(replies.map((reply) => reply.status).sort(), [200, 409]);
});

test('a refusal needs a reason, and a refused document is not registered afterwards', async () => {
  const row = await arrived();
  assert.equal((await receiver.post(`${base}/${row.id}/refuse`, { reason: ' ' })).status, 422);
  assert.equal((await receiver.post(`${base}/${row.id}/refuse`, { reason: 'Không thuộc thẩm quyền' })).status, 204);
  assert.equal((await receiver.post(`${base}/${row.id}/register`)).status, 409);
});

test('leaders see the inbox but only the clerk registers', async () => {
  const row = await arrived();
  const leader = await office.signIn('giamdoc.stc');
  const detail = await leader.get<{ abilities: string[] }>(`${base}/${row.id}`);
  assert.equal(detail.status, 200);
  assert.deepEqual(detail.body.abilities, []);
  assert.equal((await leader.post(`${base}/${row.id}/register`)).status, 403);
});

test('the same sender, number, notation and day twice is pointed out', async () => {
  const row = await arrived();
  assert.equal(row.twin, false);
  // A second message with the same facts, as a sender's system that repeats itself would make it.
  await office.house.sql(
    `insert into kernel.job (agency_id, id, kind, payload, run_at, created_at)
     select e.agency_id, gen_random_uuid(), 'incoming-documents.on:receive-document',
            jsonb_build_object('id', gen_random_uuid(), 'type', e.type, 'agencyId', e.agency_id, 'at', $1::text, 'actor', e.actor, 'subject', jsonb_build_object('type', e.subject_type, 'id', e.subject_id),
              'data', jsonb_set(e.data, '{messageId}', to_jsonb(gen_random_uuid()))), $1::timestamptz, $1::timestamptz
       from audit.entry e join incoming_documents.document d on d.id::text = $2 and e.type = 'exchange.message-arrived' and e.data->>'messageId' = d.message_id::text`,
    [office.house.clock.now().toISOString(), row.id],
  );
  await office.house.drain();
  const twins = (await inbox(receiver)).rows.filter((candidate) => candidate.twin);
  assert.equal(twins.length, 1);
  const detail = await receiver.get<{ twinId: string }>(`${base}/${twins[0]?.id ?? ''}`);
  assert.equal(detail.body.twinId, row.id);
});

test('of one letter that arrives at many in one batch, whoever gets it after a change sees the change, the others what was sent', async () => {
  const row = await arrived();
  // Two more receivers of the same envelope: at one of them the update came first, and stands in what the exchange says of the arrival.
  await office.house.sql(
    `insert into kernel.job (agency_id, id, kind, payload, run_at, created_at)
     select e.agency_id, gen_random_uuid(), 'incoming-documents.on:receive-document',
            jsonb_build_object('id', gen_random_uuid(), 'type', e.type, 'agencyId', e.agency_id, 'at', $1::text, 'actor', e.actor, 'subject', jsonb_build_object('type', e.subject_type, 'id', e.subject_id),
              'data', jsonb_set(e.data, '{messageId}', to_jsonb(gen_random_uuid())) || jsonb_build_object('document', e.data->'document' || change)), $1::timestamptz, $1::timestamptz
       from audit.entry e join incoming_documents.document d on d.id::text = $2 and e.type = 'exchange.message-arrived' and e.data->>'messageId' = d.message_id::text,
            unnest(array['{}', '{"summary": "Hoãn đến 15/12", "urgency": "urgent"}', '{"answerDue": "2026-12-15"}']::jsonb[]) as change`,
    [office.house.clock.now().toISOString(), row.id],
  );
  await office.house.drain();
  const { rows } = (await receiver.get<{ rows: { id: string; summary: string; urgency: string }[] }>(base)).body;
  const added = await Promise.all(rows.slice(0, 3).map(async ({ id }) => (await receiver.get<{ summary: string; urgency: string; answerDue: string | null }>(`${base}/${id}`)).body));
  const sent = await receiver.get<{ summary: string; answerDue: string | null }>(`${base}/${row.id}`);
  const facts = (each: { summary: string; urgency: string; answerDue: string | null }): string => [each.summary, each.urgency, each.answerDue ?? ''].join(' · ');
  assert.deepEqual(added.map(facts).sort(), [[sent.body.summary, 'normal', '2026-12-15'], [sent.body.summary, 'normal', sent.body.answerDue ?? ''], ['Hoãn đến 15/12', 'urgent', sent.body.answerDue ?? '']].map((each) => each.join(' · ')).sort());
});

test('the inbox is found by words without tone marks, by number, and turned page by page', async () => {
  await arrived();
  assert.ok((await inbox(receiver, '?text=kiem tra cong tac van thu')).rows.length > 0);
  for (const number of ['01/SNV-VP', '1/SNV-VP', '01/SN']) assert.ok((await inbox(receiver, `?text=${number}`)).rows.length > 0, number);
  assert.deepEqual((await inbox(receiver, '?text=không có chữ này đâu')).rows, []);
  const [finance = ''] = await office.agencies('Sở Tài chính');
  await office.house.sql(
    `insert into incoming_documents.document (agency_id, id, state, message_id, sender_agency_id, sender_name, sender_code, document_code, number, notation, issued_on, type_code, type_name,
       summary, urgency, signer_name, signer_title, verdict, files, search, arrived_at)
     select $1, gen_random_uuid(), 'arrived', gen_random_uuid(), $1, 'X', 'X', 'X', n::text, 'X', '2026-11-20', 'cong-van', 'Công văn', 'Trang', 'normal', '', '', 'UNSIGNED', '[]', '', $2::timestamptz
       from generate_series(1, 120) n`,
    [finance, office.house.clock.now()],
  );
  const seen = new Set<string>();
  let after: string | null = '';
  for (let page = 0; after !== null && page < 10; page += 1) {
    const found: { rows: Row[]; next: string | null } = await inbox(receiver, after === '' ? '' : `?after=${encodeURIComponent(after)}`);
    for (const row of found.rows) {
      assert.ok(!seen.has(row.id), 'no row comes twice');
      seen.add(row.id);
    }
    after = found.next;
  }
  const [count] = await office.house.sql<{ n: number }>('select count(*)::int as n from incoming_documents.document where agency_id = $1', [finance]);
  assert.equal(seen.size, count?.n);
});
