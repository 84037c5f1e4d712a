import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { systemActor, type PersonActor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import { vietnamDay } from '#kernel/time.ts';
import { actingRights, endPost, postsByRole, revokeDelegation, type Post } from '#engines/identity/index.ts';
import { performSigning } from '#engines/signatures/index.ts';
import { DEMO_PIN } from '#seeds/credentials.ts';
import { actFor, credential, draft, openOffice, sign, submit, type Clerk, type Document, type Office } from '../../../tests/office.ts';
import { openApproval } from './commands/open-approval.ts';
import { returnFromEndedPosts } from './commands/return-from-ended-posts.ts';

type Detail = Document & { returnReason: string | null; initials: { initialledAt: string | null } | null };
const base = '/api/v1/outgoing-documents';
const HEAD = 'Hoàng Hữu Dũng';
const system = systemActor('outgoing-documents');
const today = () => vietnamDay(office.house.clock.now());
const PLACE = { page: 1, x: 380, y: 560, width: 113, height: 43 };

let office: Office;
let clerk: Clerk;
let director: Clerk;
let agencyId: Id<'agency'>;
before(async () => {
  office = await openOffice();
  [clerk, director] = await Promise.all([office.signIn('vanthu.snv'), office.signIn('giamdoc.snv')]);
  const [id = ''] = await office.agencies('Sở Nội vụ');
  // safe because the test names an agency of the sample province
  agencyId = id as Id<'agency'>;
});
after(() => office.close());

const read = async (id: string): Promise<Detail> => (await clerk.get<Detail>(`${base}/${id}`)).body;
const openTasksOf = async (id: string) =>
  (await office.house.sql<{ kind: string; assignee: string }>(`select kind, assignee from cases.task where subject_id::text = $1 and state = 'open'`, [id])).map(({ kind, assignee }) => `${kind.split('.')[1] ?? ''} ${assignee.split(':')[0] ?? ''}`);
const returnThem = () => run(office.house.kernel, returnFromEndedPosts, undefined, { actor: system });

async function postOf(name: string): Promise<Post> {
  const post = (await postsByRole(office.house.kernel.database.pool, agencyId, ['leader', 'unit_head', 'officer', 'chief_of_office'], today())).find((each) => each.name === name);
  return post ?? assert.fail(name);
}

/** The decision may come late: `daysAgo` the person has left already. */
async function leaves(name: string, daysAgo = 0): Promise<void> {
  const { postId } = await postOf(name);
  const lastDay = vietnamDay(new Date(office.house.clock.now().getTime() - daysAgo * 86_400_000));
  await run(office.house.kernel, endPost, { agencyId, postId, lastDay, reason: 'nghỉ hưu' }, { actor: system });
}

/** The person as a request of theirs came with, kept while a slow key holder makes up its mind. */
function actorOf({ personId, postId, name, title, roles, unitId }: Post): PersonActor {
  return { kind: 'person', personId, name, agencyId, unitId, postId, postTitle: title, roles, sessionId: '' };
}

async function nextDay(): Promise<void> {
  office.house.clock.advance(86_400_000);
  clerk = await office.signIn('vanthu.snv');
}

async function opened(signer: PersonActor, client: Clerk, id: string): Promise<string> {
  const credentialId = await credential(client, 'person');
  return (await run(office.house.kernel, openApproval, { documentId: id, credentialId, placement: PLACE }, { actor: signer })).signingId;
}

test('a signature that is made after its signer’s delegation was revoked does not count', async () => {
  const id = await draft(clerk);
  await submit(clerk, id);
  const delegate = await office.signIn('chanhvanphong.snv');
  const own = await postOf('Phạm Minh Tuấn');
  const [right] = await actingRights(office.house.kernel.database.pool, own.personId, today());
  assert.ok(right !== undefined);
  await actFor(delegate, 'Nguyễn Văn Bình');
  const signer: PersonActor = { ...actorOf(own), roles: right.roles, onBehalfOf: { personId: right.personId, name: right.name, postId: right.postId, postTitle: right.postTitle } };
  const signingId = await opened(signer, delegate, id);
  const { kernel } = office.house;
  await run(kernel, revokeDelegation, { agencyId, delegationId: right.delegationId, reason: 'đi công tác về' }, { actor: actorOf(await postOf('Nguyễn Văn Bình')) });
  await assert.rejects(performSigning(kernel, { agencyId, signingId, actor: signer, secret: DEMO_PIN }), { code: 'outgoing-documents.noLongerInPost' });
  assert.equal((await read(id)).state, 'submitted');
  assert.equal((await sign(director, id)).status, 200, 'the delegator signs it then');
});

test('who initials and who signs may leave: on the day after, what waits for them is back with its drafter, and goes to somebody else', async () => {
  const officer = await office.signIn('chuyenvien.snv');
  const waiting = await draft(officer);
  assert.equal((await submit(officer, waiting, { initialsBy: HEAD })).status, 200);
  await leaves(HEAD);
  assert.equal(await returnThem(), 0, 'the last day is a day in the post');
  await nextDay();
  assert.equal(await returnThem(), 1);
  assert.equal(await returnThem(), 0);
  const back = await read(waiting);
  assert.equal(back.state, 'returned');
  assert.match(back.returnReason ?? '', /Hoàng Hữu Dũng.*thôi giữ chức vụ.*trình người khác/);
  assert.deepEqual(await openTasksOf(waiting), ['revise post']);
  assert.equal((await submit(clerk, waiting)).status, 200, 'to the director, without initials');
});

test('a signature that comes after its signer left does not count; the document is returned, with the clerk where the drafter left too', async () => {
  const officer = await office.signIn('chuyenvien.snv');
  const id = await draft(officer);
  const byClerk = await draft(clerk);
  await submit(officer, id);
  await submit(clerk, byClerk);
  const leader = actorOf(await postOf('Nguyễn Văn Bình'));
  const signingId = await opened(leader, await office.signIn('giamdoc.snv'), byClerk);
  await leaves('Nguyễn Văn Bình', 1);
  await leaves('Vũ Thị Phương Thảo', 1);
  const { kernel } = office.house;
  await assert.rejects(performSigning(kernel, { agencyId, signingId, actor: leader, secret: DEMO_PIN }), { code: 'outgoing-documents.noLongerInPost' });
  assert.equal((await read(byClerk)).state, 'submitted');
  assert.equal(await returnThem(), 3, 'these, and the one of the test before');
  assert.deepEqual([(await read(id)).state, (await read(byClerk)).state], ['returned', 'returned']);
  assert.deepEqual(await openTasksOf(id), ['revise role'], 'its drafter is gone, so the clerk gets it');
  const deputy = await office.signIn('phogiamdoc.snv');
  const { approvers } = (await clerk.get<{ approvers: { postId: string; name: string }[] }>(`${base}/approvers`)).body;
  assert.ok(approvers.every(({ name }) => name !== 'Nguyễn Văn Bình'));
  const approverPostId = approvers.find(({ name }) => name === 'Lê Thị Hồng Nhung')?.postId;
  assert.equal((await clerk.post(`${base}/${id}/submit`, { approverPostId })).status, 200);
  assert.equal((await sign(deputy, id)).status, 200);
  const [entry] = await office.house.sql<{ actor: { kind: string } }>(`select actor from audit.entry where subject_id = $1 and type = 'outgoing-documents.document-returned'`, [id]);
  assert.equal(entry?.actor.kind, 'system');
});
