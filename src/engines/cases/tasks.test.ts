import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { PersonActor } from '#kernel/actor.ts';
import { systemActor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import { AppError } from '#kernel/errors.ts';
import { newId, type Id } from '#kernel/ids.ts';
import type { RecordedEvent } from '#kernel/events.ts';
import { createLiveHub } from '#kernel/live.ts';
import { openTestHouse, type TestHouse } from '#kernel/testkit.ts';
import { taskCounts, taskPage, type TaskPage, type Urgency } from './contract.ts';
import { casesModule, closeTasks, myTaskCounts, myTasks, openTasks, openTasksOf, readCalendar, releaseTask, takeTask, workingCalendar, type NewTask } from './index.ts';
import { isWorkingDay } from './domain/working-calendar.ts';
import { parseCalendarDay } from '#kernel/time.ts';

const events: RecordedEvent[] = [];
const recording = { name: 'recording', recorder: (_ctx: unknown, recorded: readonly RecordedEvent[]) => Promise.resolve(void events.push(...recorded)) };

let house: TestHouse;
before(async () => {
  house = await openTestHouse({ modules: [casesModule, recording] });
});
after(() => house.close());

const agencyId = newId<'agency'>();
const clerk = person('Lê Thị Hoa', agencyId, ['clerk', 'officer']);
const secondClerk = person('Trần Văn Bình', agencyId, ['clerk']);
const leader = person('Nguyễn Minh Đức', agencyId, ['leader']);

function person(name: string, agency: Id<'agency'>, roles: string[]): PersonActor {
  return { kind: 'person', personId: newId(), name, agencyId: agency, unitId: null, postId: newId(), postTitle: 'Văn thư', roles, sessionId: newId() };
}

function task(title: string, more: Partial<NewTask> = {}): NewTask {
  const base = { agencyId, kind: 'incoming-documents.register', assignee: { role: 'clerk' }, dueAt: null, urgency: 'normal' as Urgency, href: '/app/van-ban-den/1' };
  return { ...base, subject: { type: 'incoming-document', id: newId() }, title, ...more };
}

const open = (tasks: NewTask[]): Promise<void> => run(house.kernel, openTasks, tasks, { actor: systemActor('test') });
const close = (subject: NewTask['subject'], how: 'done' | 'cancelled', actor: PersonActor = clerk): Promise<number> =>
  run(house.kernel, (ctx, input: NewTask['subject']) => closeTasks(ctx, [{ agencyId, subject: input }], how), subject, { actor });

async function listOf(actor: PersonActor, page: Parameters<typeof myTasks>[2] = { limit: 50 }): Promise<TaskPage> {
  return taskPage.parse(JSON.parse(await myTasks(house.kernel, actor, page)));
}

const hours = (count: number): Date => new Date(house.clock.now().getTime() + count * 3_600_000);
const refusedWith = (code: string) => (error: unknown) => error instanceof AppError && error.code === code;

test('a task for a role is seen by everyone of that agency who holds it, and by nobody else', async () => {
  await open([task('Vào sổ Công văn 1/UBND')]);
  assert.equal((await listOf(clerk)).items.length, 1);
  assert.equal((await listOf(secondClerk)).items.length, 1);
  assert.equal((await listOf(leader)).items.length, 0);
  assert.equal((await listOf(person('Người ngoài', newId(), ['clerk']))).items.length, 0);
  const [item] = (await listOf(clerk)).items;
  assert.equal(item?.role, 'clerk');
  assert.equal(item.deadline, 'none');
});

test('a task for a post is seen in that post only', async () => {
  await open([task('Ký Tờ trình', { assignee: { postId: leader.postId }, kind: 'outgoing-documents.sign' })]);
  assert.deepEqual((await listOf(leader)).items.map((item) => item.title), ['Ký Tờ trình']);
  assert.equal((await listOf(clerk)).items.some((item) => item.title === 'Ký Tờ trình'), false);
});

test('the same work is asked of the same assignee once; after it was done it may be asked again', async () => {
  const again = task('Bổ sung tệp');
  await open([again, again]);
  await open([again]);
  const count = async (): Promise<number> => (await listOf(clerk)).items.filter((item) => item.title === 'Bổ sung tệp').length;
  assert.equal(await count(), 1);
  assert.equal(await close(again.subject, 'done'), 1);
  assert.equal(await close(again.subject, 'done'), 0);
  assert.equal(await count(), 0);
  await open([again]);
  assert.equal(await count(), 1);
  await close(again.subject, 'cancelled');
});

test('who closed a task, and when, stays with it', async () => {
  const closing = task('Đóng dấu');
  await open([closing]);
  await close(closing.subject, 'done', secondClerk);
  const [row] = await house.sql('select state, closed_by_name, closed_by_post_id, closed_at from cases.task where subject_id = $1', [closing.subject.id]);
  assert.deepEqual(row, { state: 'done', closed_by_name: 'Trần Văn Bình', closed_by_post_id: secondClerk.postId, closed_at: house.clock.now() });
});

test('closing one kind leaves the other kinds of the same subject open', async () => {
  const subject = { type: 'outgoing-document', id: newId() };
  await open([task('Đánh số', { subject, kind: 'outgoing-documents.number' }), task('Sửa', { subject, kind: 'outgoing-documents.revise' })]);
  await run(house.kernel, (ctx) => closeTasks(ctx, [{ agencyId, subject, kind: 'outgoing-documents.number' }], 'done'), null, { actor: clerk });
  assert.deepEqual((await listOf(clerk)).items.filter((item) => item.subject.id === subject.id).map((item) => item.title), ['Sửa']);
  await close(subject, 'cancelled');
});

test('what is still open about a subject is told with whom it waits for, and what waits for one assignee is closed alone', async () => {
  const subject = { type: 'certificate', id: newId() };
  const kind = 'certificates.withdrawn';
  await open([task('Chứng thư', { subject, kind }), task('Chứng thư', { subject, kind, assignee: { postId: leader.postId } })]);
  assert.deepEqual(await openTasksOf(house.kernel.database.pool, { agencyId, subject }), [
    { kind, assignee: { postId: leader.postId } },
    { kind, assignee: { role: 'clerk' } },
  ]);
  await run(house.kernel, (ctx) => closeTasks(ctx, [{ agencyId, subject, kind, assignee: { postId: leader.postId } }], 'done'), null, { actor: leader });
  assert.deepEqual(await openTasksOf(house.kernel.database.pool, { agencyId, subject }), [{ kind, assignee: { role: 'clerk' } }]);
  assert.deepEqual(await openTasksOf(house.kernel.database.pool, { agencyId: newId(), subject }), []);
  await close(subject, 'cancelled');
});

test('the list is ordered by urgency, then deadline, then age, and pages by key without gap or twin', async () => {
  const other = newId<'agency'>();
  const reader = person('Phạm Thu Hà', other, ['clerk', 'officer']);
  const urgencies: Urgency[] = ['normal', 'urgent', 'very_urgent', 'flash'];
  const many = Array.from({ length: 57 }, (_unused, index) =>
    task(`việc ${String(index)}`, {
      agencyId: other,
      urgency: urgencies[index % 4] ?? 'normal',
      dueAt: index % 3 === 0 ? null : hours((index * 7) % 50),
      assignee: index % 5 === 0 ? { postId: reader.postId } : { role: index % 2 === 0 ? 'clerk' : 'officer' },
    }),
  );
  await open(many);
  const order = { flash: 0, very_urgent: 1, urgent: 2, normal: 3 };
  const seen: TaskPage['items'] = [];
  for (let after: string | undefined; ; ) {
    const page = await listOf(reader, { after, limit: 10 });
    seen.push(...page.items);
    if (page.next === null) break;
    after = page.next;
  }
  assert.equal(seen.length, 57);
  assert.equal(new Set(seen.map((item) => item.id)).size, 57);
  const keys = seen.map((item) => `${String(order[item.urgency])} ${item.dueAt === null ? 'x' : new Date(item.dueAt).toISOString()} ${item.id}`);
  assert.deepEqual(keys, [...keys].sort());
});

test('the list can be narrowed by kind, urgency and deadline, and the counts agree with it', async () => {
  const other = newId<'agency'>();
  const reader = person('Đỗ Quang Huy', other, ['clerk']);
  await open([
    task('quá hạn', { agencyId: other, dueAt: hours(-1) }),
    task('hôm nay', { agencyId: other, dueAt: hours(2), urgency: 'flash' }),
    // the clock stands on Friday; two working days ahead is Wednesday, the 24th being a holiday
    task('sắp tới', { agencyId: other, dueAt: hours(72), kind: 'a.b' }),
    task('còn lâu', { agencyId: other, dueAt: hours(240) }),
    task('không hạn', { agencyId: other }),
  ]);
  const titles = async (filter: object): Promise<string[]> => (await listOf(reader, { limit: 50, filter })).items.map((item) => item.title);
  assert.deepEqual(await titles({ deadline: ['overdue', 'today'] }), ['hôm nay', 'quá hạn']);
  assert.deepEqual(await titles({ deadline: ['near'] }), ['sắp tới']);
  assert.deepEqual(await titles({ urgency: ['flash'] }), ['hôm nay']);
  assert.deepEqual(await titles({ kinds: ['a.b'] }), ['sắp tới']);
  assert.deepEqual(await titles({ kinds: [] , deadline: ['none', 'ok'] }), ['còn lâu', 'không hạn']);
  const counts = taskCounts.parse(JSON.parse(await myTaskCounts(house.kernel, reader)));
  assert.deepEqual(counts, { open: 5, overdue: 1, today: 1, near: 1, byKind: { 'a.b': 1, 'incoming-documents.register': 4 }, byUrgency: { flash: 1, normal: 4 } });
  const none = taskCounts.parse(JSON.parse(await myTaskCounts(house.kernel, person('Không việc', newId(), ['clerk']))));
  assert.deepEqual(none, { open: 0, overdue: 0, today: 0, near: 0, byKind: {}, byUrgency: {} });
});

test('a page position that is not ours is refused', async () => {
  for (const after of ['x', '9~infinity~' + newId(), '1~2026-13-45 99:00:00+00~' + newId(), "1~infinity~' or 1=1", '1~2026-11-20 02:00:00+00~no-id']) {
    await assert.rejects(myTasks(house.kernel, clerk, { after, limit: 10 }), refusedWith('cases.unknownCursor'), after);
  }
});

test('a colleague who took a task is shown; a second one is told who was first; giving it back frees it', async () => {
  const shared = task('Soạn trả lời');
  await open([shared]);
  const id = async (actor: PersonActor) => {
    const found = (await listOf(actor)).items.find((item) => item.title === 'Soạn trả lời');
    assert.ok(found !== undefined);
    return found;
  };
  // safe because the list carries task ids
  const input = { taskId: (await id(clerk)).id as Id<'task'> };
  await run(house.kernel, takeTask, input, { actor: clerk });
  await run(house.kernel, takeTask, input, { actor: clerk });
  assert.equal((await id(clerk)).takenBy?.isMe, true);
  assert.deepEqual({ name: (await id(secondClerk)).takenBy?.name, isMe: (await id(secondClerk)).takenBy?.isMe }, { name: 'Lê Thị Hoa', isMe: false });
  assert.equal((await listOf(secondClerk, { limit: 50, filter: { mineOnly: true } })).items.some((item) => item.title === 'Soạn trả lời'), false);
  await assert.rejects(run(house.kernel, takeTask, input, { actor: secondClerk }), refusedWith('cases.taskTaken'));
  await assert.rejects(run(house.kernel, releaseTask, input, { actor: secondClerk }), refusedWith('cases.taskNotTaken'));
  await run(house.kernel, releaseTask, input, { actor: clerk });
  await run(house.kernel, takeTask, input, { actor: secondClerk });
  assert.deepEqual(events.filter((event) => event.subject.id === input.taskId).map((event) => event.type), ['cases.task-taken', 'cases.task-taken', 'cases.task-released', 'cases.task-taken']);
});

test('two colleagues who take the same task at once: one gets it', async () => {
  const raced = task('Việc tranh nhau');
  await open([raced]);
  const taskId = (await listOf(clerk)).items.find((item) => item.title === 'Việc tranh nhau')?.id as Id<'task'>; // safe because the list carries task ids
  const results = await Promise.allSettled([clerk, secondClerk].map((actor) => run(house.kernel, takeTask, { taskId }, { actor })));
  assert.deepEqual(results.map((result) => result.status).sort(), ['fulfilled', 'rejected']);
});

test('whoever a task does not wait for is told that there is none', async () => {
  await open([task('Việc của văn thư')]);
  const taskId = (await listOf(clerk)).items.find((item) => item.title === 'Việc của văn thư')?.id as Id<'task'>; // safe because the list carries task ids
  await assert.rejects(run(house.kernel, takeTask, { taskId }, { actor: leader }), refusedWith('kernel.notFound'));
  await assert.rejects(run(house.kernel, takeTask, { taskId }, { actor: person('Người ngoài', newId(), ['clerk']) }), refusedWith('kernel.notFound'));
  await assert.rejects(run(house.kernel, takeTask, { taskId }, { actor: systemActor('job') }), refusedWith('kernel.unauthenticated'));
});

test('the screens of an agency are told when its list changes', async () => {
  const hub = createLiveHub(house.kernel);
  await hub.start();
  const told = new Promise<string[]>((resolve) => {
    hub.subscribe((hint) => {
      if (hint.topic === 'cases') resolve(hint.agencyIds);
    });
  });
  await open([task('Việc mới')]);
  assert.deepEqual(await told, [agencyId]);
  await hub.stop();
});

test('five hundred agencies get their task with one statement and one line each', async () => {
  const agencies = Array.from({ length: 500 }, () => newId<'agency'>());
  await open(agencies.map((each) => task('Vào sổ', { agencyId: each })));
  const rows = await house.sql<{ count: number }>('select count(*) as count from cases.task where agency_id = any($1)', [agencies]);
  assert.equal(rows[0]?.count, 500);
});

test('the seeded calendar of 2026 and 2027 knows the public holidays, the days in lieu and the worked Saturdays', async () => {
  const calendar = await workingCalendar(house.kernel);
  const worked = (text: string): boolean => {
    const day = parseCalendarDay(text);
    assert.ok(day !== undefined);
    return isWorkingDay(calendar, day);
  };
  const off = ['2026-01-01', '2026-01-02', '2026-02-16', '2026-02-20', '2026-04-27', '2026-04-30', '2026-05-01', '2026-08-31', '2026-09-01', '2026-09-02', '2026-11-24', '2027-01-01', '2027-02-08', '2027-02-11', '2027-04-16', '2027-04-30', '2027-05-03', '2027-09-02', '2027-11-24'];
  for (const text of off) assert.equal(worked(text), false, text);
  for (const text of ['2026-01-10', '2026-02-13', '2026-02-23', '2026-08-22', '2026-11-23', '2026-11-25', '2027-02-04', '2027-02-12', '2027-05-04']) assert.equal(worked(text), true, text);
  const bases = await house.sql<{ missing: number }>(`select count(*) as missing from cases.calendar_exception where legal_basis = '' or valid_from > day`);
  assert.equal(bases[0]?.missing, 0);
});

test('an announcement that replaces an expected holiday counts from its day on', async () => {
  await house.sql(`update cases.calendar_exception set valid_to = '2026-12-01' where day = '2027-02-05'`);
  await house.sql(`insert into cases.calendar_exception (day, kind, name_vi, name_en, certainty, legal_basis, valid_from) values ('2027-02-12', 'rest', 'Tết', 'Tết', 'announced', 'thông báo', '2026-12-02')`);
  const on = async (text: string): Promise<boolean[]> => {
    const read = parseCalendarDay(text);
    assert.ok(read !== undefined);
    const calendar = await readCalendar(house.kernel.database.pool, read);
    return ['2027-02-05', '2027-02-12'].map((each) => isWorkingDay(calendar, parseCalendarDay(each) ?? read));
  };
  assert.deepEqual(await on('2026-12-01'), [false, true]);
  assert.deepEqual(await on('2026-12-02'), [true, false]);
});
