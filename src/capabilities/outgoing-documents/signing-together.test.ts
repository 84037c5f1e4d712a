import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { DEMO_PIN } from '#seeds/credentials.ts';
import { actFor, credential, draft, initial, openOffice, sign, submit, type Clerk, type Document, type Office, type Refusal, type Reply } from '../../../tests/office.ts';
import type { SigningProgressReply, SignTogetherReply } from './contract.ts';

const base = '/api/v1/outgoing-documents';
const HEAD = 'Hoàng Hữu Dũng';
const placement = { page: 1, x: 380, y: 560, width: 113, height: 43 };
let office: Office;
let clerk: Clerk;
let director: Clerk;
let head: Clerk;
before(async () => {
  office = await openOffice();
  [clerk, director, head] = await Promise.all([office.signIn('vanthu.snv'), office.signIn('giamdoc.snv'), office.signIn('truongphong.snv')]);
});
after(() => office.close());

type Item = { id: string; act: 'sign' | 'initial'; placement: typeof placement | null };
const toSign = (ids: readonly string[]): Item[] => ids.map((id) => ({ id, act: 'sign', placement }));

async function submitted(count: number, options: Parameters<typeof submit>[2] = {}): Promise<string[]> {
  const ids: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const id = await draft(clerk, [], { summary: `Văn bản ${String(index)}` });
    await submit(clerk, id, options);
    ids.push(id);
  }
  return ids;
}

async function together(client: Clerk, documents: readonly Item[], { pin = DEMO_PIN, key }: { pin?: string; key?: string } = {}): Promise<Reply<SignTogetherReply & Refusal>> {
  return client.post(`${base}/signing-room/sign`, { credentialId: await credential(client, 'person'), pin, documents }, key === undefined ? {} : { 'idempotency-key': key });
}
const outcomes = ({ body }: Reply<SignTogetherReply>): string[] => body.documents.map((each) => (each.state === 'refused' ? each.problem.code : each.state));
const stateOf = async (client: Clerk, id: string): Promise<string> => (await client.get<Document>(`${base}/${id}`)).body.state;
const signedTimes = async (id: string): Promise<number> =>
  (await office.house.sql(`select 1 from audit.entry where subject_id = $1 and type in ('outgoing-documents.document-signed', 'outgoing-documents.document-initialled')`, [id])).length;
const progress = async (client: Clerk, ids: readonly string[]): Promise<SigningProgressReply['documents']> =>
  (await client.get<SigningProgressReply>(`${base}/signing-room/progress?ids=${ids.join(',')}`)).body.documents;

test('one PIN signs several documents, each in its own transaction and with its own line in the record', async () => {
  const ids = await submitted(5);
  assert.deepEqual(await progress(director, ids), []);
  const reply = await together(director, toSign(ids));
  assert.equal(reply.status, 200, JSON.stringify(reply.body));
  assert.deepEqual(outcomes(reply), ['signed', 'signed', 'signed', 'signed', 'signed']);
  assert.equal(reply.body.confirmations, 1);
  for (const id of ids) assert.deepEqual([await stateOf(clerk, id), await signedTimes(id)], ['signed', 1]);
  const transactions = await office.house.sql('select distinct xmin::text from outgoing_documents.document where id = any($1)', [ids]);
  assert.equal(transactions.length, 5);
  assert.deepEqual((await progress(director, ids)).map((each) => each.progress), ['signed', 'signed', 'signed', 'signed', 'signed']);
  assert.deepEqual(await progress(await office.signIn('giamdoc.stc'), ids), [], 'whose it is not learns nothing');
});

test('what was signed before a return does not pass for signed', async () => {
  const [id = ''] = await submitted(1, { initialsBy: HEAD });
  await initial(head, id);
  assert.deepEqual(await progress(head, [id]), [{ id, progress: 'signed' }]);
  assert.equal((await director.post(`${base}/${id}/return`, { reason: 'Sửa nơi nhận' })).status, 200);
  await submit(clerk, id, { initialsBy: HEAD });
  assert.deepEqual(await progress(head, [id]), []);
});

test('the initials of several documents are made the same way', async () => {
  const ids = await submitted(3, { initialsBy: HEAD });
  const reply = await together(head, ids.map((id) => ({ id, act: 'initial', placement: null })));
  assert.deepEqual(outcomes(reply), ['signed', 'signed', 'signed'], JSON.stringify(reply.body));
  for (const id of ids) assert.equal(await stateOf(clerk, id), 'submitted');
});

test('one that fails says why and holds up nobody: signed already, not the own, not there', async () => {
  const [first, done, third] = await submitted(3);
  const [initials] = await submitted(1, { initialsBy: HEAD });
  await sign(director, done ?? '');
  const nowhere = '01900000-0000-7000-8000-000000000000';
  const reply = await together(director, toSign([first, done, initials, nowhere, third].map((id) => id ?? '')));
  assert.deepEqual(outcomes(reply), ['signed', 'cases.notInThisState', 'cases.notInThisState', 'outgoing-documents.notFound', 'signed']);
  const refusal = reply.body.documents[1];
  assert.ok(refusal?.state === 'refused' && refusal.problem.message !== '' && refusal.problem.fix !== undefined);
  assert.equal(await signedTimes(done ?? ''), 1);
});

test('a wrong PIN costs one attempt, signs nothing, and is the answer to the whole request', async () => {
  const ids = await submitted(3);
  const wrong = await together(director, toSign(ids), { pin: '000000' });
  assert.deepEqual([wrong.status, wrong.body.code], [422, 'signatures.wrongPin']);
  assert.match(wrong.body.message, /Còn 4 lần thử/);
  for (const id of ids) assert.equal(await stateOf(clerk, id), 'submitted');
  assert.deepEqual(outcomes(await together(director, toSign(ids))), ['signed', 'signed', 'signed']);
});

test('chosen again while it waits for the passkey, a document names the request that waits: by passkey it leads there, by PIN it says so and signs the others', async () => {
  const ids = await submitted(3);
  const [first = '', second = '', third = ''] = ids;
  const credentialId = await credential(director, 'person');
  const personId = (await office.house.sql('select agency_id, person_id from signatures.credential where id = $1', [credentialId]))[0];
  await office.house.sql(`insert into remote_signing.enrolment (agency_id, credential_id, person_id, user_name, enrolled_at) values ($1, $2, $3, 'giamdoc.snv', now())`, [personId?.['agency_id'], credentialId, personId?.['person_id']]);
  const byPasskey = (documents: readonly Item[]) => director.post<SignTogetherReply & Refusal>(`${base}/signing-room/sign`, { credentialId, release: 'passkey', documents });
  const asked = await byPasskey(toSign([first, second]));
  assert.deepEqual(outcomes(asked), ['pending', 'pending'], JSON.stringify(asked.body));
  const [approvalId] = asked.body.approvalIds;
  const again = await byPasskey(toSign([second, third]));
  assert.deepEqual(outcomes(again), ['pending', 'pending'], 'another device, another press');
  assert.equal(again.body.approvalIds.length, 2);
  assert.ok(approvalId !== undefined && again.body.approvalIds.includes(approvalId), 'the request that waits and the new one');
  const [fresh = ''] = await submitted(1);
  const byPin = await together(director, toSign([first, fresh]));
  assert.deepEqual(outcomes(byPin), ['signatures.waitsForOwner', 'signed']);
  const [waiting] = byPin.body.documents;
  assert.ok(waiting?.state === 'refused');
  assert.deepEqual([waiting.approvalId, waiting.problem.message], [approvalId, waiting.problem.message.match(/^Văn bản này đang chờ bạn xác nhận bằng khóa truy cập, từ \d\d:\d\d\.$/)?.[0]]);
  assert.deepEqual(byPin.body.approvalIds, []);
  await office.house.sql('update remote_signing.enrolment set ended_at = now() where credential_id = $1', [credentialId]);
});

test('the same request sent twice, one after the other or at once, signs once', async () => {
  const ids = await submitted(3);
  const key = 'one press of the button';
  const replies = await Promise.all([together(director, toSign(ids), { key }), together(director, toSign(ids), { key })]);
  assert.ok(replies.every((reply) => reply.status === 200), JSON.stringify(replies.map(({ body }) => body)));
  assert.deepEqual(outcomes(await together(director, toSign(ids), { key })), ['signed', 'signed', 'signed']);
  for (const id of ids) assert.equal(await signedTimes(id), 1);
});

test('who may not sign does not sign several either', async () => {
  const ids = await submitted(2);
  assert.equal((await together(clerk, toSign(ids))).status, 403);
  assert.deepEqual(outcomes(await together(await office.signIn('chanhvanphong.snv'), toSign(ids))), ['outgoing-documents.notYours', 'outgoing-documents.notYours']);
  assert.deepEqual(outcomes(await together(head, toSign(ids))), ['outgoing-documents.notFound', 'outgoing-documents.notFound']);
  assert.deepEqual(outcomes(await together(await office.signIn('giamdoc.stc'), toSign(ids))), ['outgoing-documents.notFound', 'outgoing-documents.notFound']);
  const theirs = await director.post<SignTogetherReply>(`${base}/signing-room/sign`, { credentialId: await credential(head, 'person'), pin: DEMO_PIN, documents: toSign(ids) });
  assert.deepEqual(outcomes(theirs), ['signatures.notYourCredential', 'signatures.notYourCredential']);
  assert.equal((await together(director, toSign([ids[0] ?? '', ids[0] ?? '']))).status, 422, 'the same document twice');
  assert.equal((await together(director, toSign(Array.from({ length: 51 }, (_, index) => `01900000-0000-7000-8000-0000000000${String(index + 10)}`)))).status, 422);
  assert.equal((await together(director, [])).status, 422);
});

test('where a task to sign or to initial leads is the signing room', async () => {
  const [toInitial = ''] = await submitted(1, { initialsBy: HEAD });
  const hrefOf = async (client: Clerk): Promise<string | undefined> =>
    (await client.get<{ items: { href: string }[] }>('/api/v1/my-work')).body.items.find(({ href }) => href.endsWith(toInitial))?.href;
  assert.equal(await hrefOf(head), `/app/phong-ky/${toInitial}`);
  assert.equal((await initial(head, toInitial)).status, 200);
  assert.equal(await hrefOf(director), `/app/phong-ky/${toInitial}`);
  assert.equal((await sign(director, toInitial)).status, 200);
  assert.equal(await hrefOf(clerk), `/app/van-ban-di/${toInitial}`);
});

test('the head of a subordinate agency signs by authorisation of the agency above, with the own certificate (30/2020/NĐ-CP Art. 13)', async () => {
  const [ubnd = '', snv = '', stc = ''] = await office.agencies('Ủy ban nhân dân tỉnh', 'Sở Nội vụ', 'Sở Tài chính');
  const postOf = async (agencyId: string, title: string): Promise<string> => String((await office.house.sql('select id from identity.post where agency_id = $1 and title = $2 limit 1', [agencyId, title]))[0]?.['id']);
  const [chairman, directorPost] = await Promise.all([postOf(ubnd, 'Chủ tịch'), postOf(snv, 'Giám đốc')]);
  const [chair, upperClerk] = await Promise.all([office.signIn('chutich.ubnd'), office.signIn('vanthu.ubnd')]);
  const grant = (from: { agencyId: string; postId: string }, to: { agencyId: string; postId: string }) => ({
    agencyId: from.agencyId, delegatorPostId: from.postId, delegateAgencyId: to.agencyId, delegatePostId: to.postId, roles: ['leader'], content: 'Ký báo cáo tháng 11', startsOn: '2026-11-01', endsOn: '2026-12-31',
  }); // prettier-ignore
  const sideways = await director.post<Refusal>('/api/v1/accounts/delegations', grant({ agencyId: snv, postId: directorPost }, { agencyId: stc, postId: await postOf(stc, 'Giám đốc') }));
  assert.deepEqual([sideways.status, sideways.body.code], [422, 'identity.delegateOutside'], 'an agency beside the own one is out of reach');
  const upwards = await director.post<Refusal>('/api/v1/accounts/delegations', grant({ agencyId: snv, postId: directorPost }, { agencyId: ubnd, postId: chairman }));
  assert.equal(upwards.body.code, 'identity.delegateOutside', 'nor is the agency above');
  const made = await chair.post<Refusal>('/api/v1/accounts/delegations', grant({ agencyId: ubnd, postId: chairman }, { agencyId: snv, postId: directorPost }));
  assert.equal(made.status, 200, JSON.stringify(made.body));

  const { body } = await upperClerk.get<{ approvers: { postId: string; title: string }[] }>(`${base}/approvers`);
  const ids: string[] = [];
  for (const summary of ['Báo cáo một', 'Báo cáo hai']) {
    const id = await draft(upperClerk, [], { summary });
    assert.equal((await upperClerk.post(`${base}/${id}/submit`, { approverPostId: body.approvers.find(({ title }) => title === 'Chủ tịch')?.postId })).status, 200);
    ids.push(id);
  }
  const delegate = await office.signIn('giamdoc.snv');
  assert.deepEqual(outcomes(await together(delegate, toSign(ids))), ['outgoing-documents.notFound', 'outgoing-documents.notFound'], 'not in the own post');
  await actFor(delegate, 'Lê Quang Hùng');
  const [first = '', second = ''] = ids;
  const alone = await sign(delegate, first);
  assert.equal(alone.status, 200, JSON.stringify(alone.body));
  assert.deepEqual(outcomes(await together(delegate, toSign([second]))), ['signed']);
  for (const id of ids) {
    const { body: signed } = await upperClerk.get<{ signerName: string; signingFormula: string; signedOnBehalfOf: { name: string } }>(`${base}/${id}`);
    assert.deepEqual([signed.signerName, signed.signingFormula, signed.signedOnBehalfOf.name], ['Nguyễn Văn Bình', 'TUQ', 'Lê Quang Hùng']);
  }
  const again = await delegate.post<Refusal>('/api/v1/accounts/delegations', grant({ agencyId: ubnd, postId: chairman }, { agencyId: snv, postId: await postOf(snv, 'Phó Giám đốc') }));
  assert.equal(again.body.code, 'identity.noRedelegation', 'what was authorised is not authorised on');
});
