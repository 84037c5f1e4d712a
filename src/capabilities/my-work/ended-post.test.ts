import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { systemActor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import { vietnamDay } from '#kernel/time.ts';
import type { TaskItem, TaskPage } from '#engines/cases/contract.ts';
import { changePost, delegate, disableAccount, enableAccount, endPost, postsByRole, revokeDelegation, type Post } from '#engines/identity/index.ts';
import { openOffice, signedDocument, type Clerk, type Office, type Refusal } from '../../../tests/office.ts';

const base = '/api/v1/my-work';
let office: Office;
let agencyId: Id<'agency'>;
before(async () => {
  office = await openOffice();
  const [id = ''] = await office.agencies('Sở Nội vụ');
  // safe because the test names an agency of the sample province
  agencyId = id as Id<'agency'>;
});
after(() => office.close());

const waiting = async (client: Clerk, subjectId: string): Promise<TaskItem | undefined> => (await client.get<TaskPage>(base)).body.items.find(({ subject }) => subject.id === subjectId);

/** The periodic tasks of the engine, at their turn. */
async function anHourPasses(): Promise<void> {
  for (const schedule of office.house.kernel.schedules.filter(({ name }) => name.startsWith('cases.'))) await schedule.run(office.house.kernel);
}

async function postOf(name: string): Promise<Post> {
  return (await postsByRole(office.house.kernel.database.pool, agencyId, ['clerk', 'officer'], vietnamDay(office.house.clock.now()))).find((each) => each.name === name) ?? assert.fail(name);
}

async function leaves(name: string): Promise<void> {
  const post = await postOf(name);
  const lastDay = vietnamDay(office.house.clock.now());
  await run(office.house.kernel, endPost, { agencyId, postId: post.postId, lastDay, reason: 'chuyển công tác' }, { actor: systemActor('test') });
}

test('a task that a colleague had taken who has left waits for everyone with the role again, with a line in the record; nobody else’s changes', async () => {
  const leaving = await office.signIn('vanthu.snv');
  const staying = await office.signIn('vanthu2.snv');
  const director = await office.signIn('giamdoc.snv');
  const [theirs, mine] = [await signedDocument(leaving, director), await signedDocument(leaving, director)];
  await office.house.drain();
  const taken = (await waiting(leaving, theirs)) ?? assert.fail('no task');
  assert.equal((await leaving.post(`${base}/${taken.id}/take`)).status, 204);
  assert.equal((await staying.post(`${base}/${(await waiting(staying, mine))?.id ?? ''}/take`)).status, 204);
  assert.equal((await staying.post<Refusal>(`${base}/${taken.id}/take`)).body.code, 'cases.taskTaken');

  await leaves('Trần Thị Thu Hà');
  await anHourPasses();
  assert.equal((await waiting(staying, theirs))?.takenBy?.name, 'Trần Thị Thu Hà', 'the last day is a day in the post');
  office.house.clock.advance(86_400_000);
  const next = await office.signIn('vanthu2.snv');
  await Promise.all([anHourPasses(), anHourPasses()]);

  assert.equal((await waiting(next, theirs))?.takenBy, null);
  assert.equal((await waiting(next, mine))?.takenBy?.isMe, true);
  const lines = await office.house.sql<{ actor: { kind: string }; data: { name: string } }>(`select actor, data from audit.entry where type = 'cases.task-returned' and subject_id = $1`, [taken.id]);
  assert.deepEqual(lines.map(({ actor, data }) => [actor.kind, data.name]), [['system', 'Trần Thị Thu Hà']], 'once');
  assert.equal((await next.post(`${base}/${taken.id}/take`)).status, 204);
});

test('a task of a role waits for everyone with it again when its taker keeps the post and loses the role, or when the delegation ended under which it was taken', async () => {
  const clerkIn = async (name: string, roles: Post['roles']): Promise<Post> => {
    const post = await postOf(name);
    await run(office.house.kernel, changePost, { agencyId, postId: post.postId, roles, signingPowers: [] }, { actor: systemActor('test') });
    return post;
  };
  await clerkIn('Vũ Thị Phương Thảo', ['officer', 'clerk']);
  const [staying, director, losing, delegated] = [await office.signIn('vanthu2.snv'), await office.signIn('giamdoc.snv'), await office.signIn('chuyenvien.snv'), await office.signIn('chuyenvien2.snv')];
  const [lost, ended, theirs] = [await signedDocument(staying, director), await signedDocument(staying, director), await signedDocument(staying, director)];
  const [from, to] = [await postOf('Đỗ Thị Thanh Loan'), await postOf('Lương Công Đạt')];
  const day = vietnamDay(office.house.clock.now());
  const delegationId = await run(
    office.house.kernel,
    delegate,
    { agencyId, delegatorPostId: from.postId, delegateAgencyId: agencyId, delegatePostId: to.postId, roles: ['clerk'], content: 'thay văn thư đi họp', startsOn: day, endsOn: day },
    { actor: systemActor('test') },
  );
  await delegated.post('/api/v1/me/post', { postId: from.postId });
  await office.house.drain();
  const take = async (client: Clerk, subjectId: string): Promise<string> => {
    const { id } = (await waiting(client, subjectId)) ?? assert.fail('no task');
    assert.equal((await client.post(`${base}/${id}/take`)).status, 204);
    return id;
  };
  const [lostTask] = [await take(losing, lost), await take(delegated, ended), await take(staying, theirs)];
  const takers = async () => Promise.all([lost, ended, theirs].map(async (id) => (await waiting(staying, id))?.takenBy?.name));
  await anHourPasses();
  assert.deepEqual(await takers(), ['Vũ Thị Phương Thảo', 'Lương Công Đạt', 'Đỗ Thị Thanh Loan'], 'each may still do it');

  await clerkIn('Vũ Thị Phương Thảo', ['officer']);
  await anHourPasses();
  assert.deepEqual(await takers(), [undefined, 'Lương Công Đạt', 'Đỗ Thị Thanh Loan']);
  await run(office.house.kernel, revokeDelegation, { agencyId, delegationId }, { actor: systemActor('test') });
  await Promise.all([anHourPasses(), anHourPasses()]);
  assert.deepEqual(await takers(), [undefined, undefined, 'Đỗ Thị Thanh Loan']);
  const lines = await office.house.sql<{ name: string }>(`select data ->> 'name' as name from audit.entry where type = 'cases.task-returned' and subject_id = $1`, [lostTask]);
  assert.deepEqual(lines, [{ name: 'Vũ Thị Phương Thảo' }], 'once');
});

test('a task of a role waits for everyone with it again when its taker’s account was disabled, and stays free when the account is opened again', async () => {
  const [leaving, staying, director] = [await office.signIn('chuyenvien2.snv'), await office.signIn('vanthu2.snv'), await office.signIn('giamdoc.snv')];
  const post = await postOf('Lương Công Đạt');
  await run(office.house.kernel, changePost, { agencyId, postId: post.postId, roles: ['officer', 'clerk'], signingPowers: [] }, { actor: systemActor('test') });
  const subjectId = await signedDocument(staying, director);
  await office.house.drain();
  const { id } = (await waiting(leaving, subjectId)) ?? assert.fail('no task');
  assert.equal((await leaving.post(`${base}/${id}/take`)).status, 204);
  await anHourPasses();
  assert.equal((await waiting(staying, subjectId))?.takenBy?.name, 'Lương Công Đạt');

  // safe because the post is held by this person
  const personId = post.personId as Id<'person'>;
  await run(office.house.kernel, disableAccount, { personId, reason: 'nghỉ không lương' }, { actor: systemActor('test') });
  await Promise.all([anHourPasses(), anHourPasses()]);
  assert.equal((await waiting(staying, subjectId))?.takenBy, null);
  const lines = await office.house.sql<{ name: string }>(`select data ->> 'name' as name from audit.entry where type = 'cases.task-returned' and subject_id = $1`, [id]);
  assert.deepEqual(lines, [{ name: 'Lương Công Đạt' }], 'once');

  await run(office.house.kernel, enableAccount, { personId }, { actor: systemActor('test') });
  await anHourPasses();
  assert.equal((await waiting(staying, subjectId))?.takenBy, null);
  assert.equal((await staying.post(`${base}/${id}/take`)).status, 204);
});
