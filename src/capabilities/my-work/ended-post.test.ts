import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { systemActor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import { vietnamDay } from '#kernel/time.ts';
import type { TaskItem, TaskPage } from '#engines/cases/contract.ts';
import { endPost, postsByRole } from '#engines/identity/index.ts';
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

async function leaves(name: string): Promise<void> {
  const post = (await postsByRole(office.house.kernel.database.pool, agencyId, ['clerk'])).find((each) => each.name === name) ?? assert.fail(name);
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
