import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemActor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import { kernelModule } from '#kernel/kernel-module.ts';
import { openTestHouse, somebody } from '#kernel/testkit.ts';
import { auditModule, countDue, expireEntries, liftHold, listHolds, placeHold, sealNow, searchEntries, setRetentionRule, verifyAll } from './index.ts';
import { chronicle, chronicleModule } from './testing.ts';
import type { Queryable } from '#kernel/database.ts';

const system = { actor: systemActor('test') };

test('content leaves the record when its time is over, holds keep it, and the tree verifies before and after', async () => {
  const house = await openTestHouse({ modules: [kernelModule, auditModule, chronicleModule] });
  const { kernel, clock } = house;
  const [clerk, other] = [somebody(), somebody()];
  await chronicle(kernel, { actor: clerk, agencyIds: [clerk.agencyId, clerk.agencyId, clerk.agencyId] });
  await chronicle(kernel, { actor: other, agencyIds: [other.agencyId], subject: { type: 'thing', id: 'disputed' } });
  await sealNow(kernel);
  const rule = (keepYears: number) => ({ typePrefix: 'chronicle.', keepYears, validFrom: '2026-01-01', legalBasis: 'Quy định thử' });
  assert.equal(await countDue(kernel.database.pool, clock.now()), 0, 'without a rule everything is kept');
  await run(kernel, setRetentionRule, rule(2), system);
  assert.equal(await countDue(kernel.database.pool, clock.now()), 0, 'two years are not over');
  clock.advance(3 * 366 * 86_400_000);
  assert.equal(await countDue(kernel.database.pool, clock.now()), 4);
  const hold = await run(kernel, placeHold, { scope: { subject: { type: 'thing', id: 'disputed' } }, reason: 'Thanh tra đang xem xét', by: 'Đặng Thị Kim Oanh' }, system);
  assert.equal(await countDue(kernel.database.pool, clock.now()), 3);
  // safe because the house's statements run as the owner of the tables, which is all that expireEntries uses of a client
  const owner = { query: async (text: string, values: unknown[]) => ({ rowCount: (await house.sql(`${text} returning e.id`, values)).length }) } as unknown as Queryable;
  assert.equal(await expireEntries(owner, clock.now()), 3);
  assert.equal(await expireEntries(owner, clock.now()), 0, 'a second time finds nothing');
  assert.equal((await verifyAll(kernel.database.pool, clock.now())).ok, true);
  await run(kernel, liftHold, { id: hold, reason: 'Đã kết luận', by: 'Đặng Thị Kim Oanh' }, system);
  await assert.rejects(run(kernel, liftHold, { id: hold, reason: 'lần nữa', by: 'x' }, system), /audit\.holdNotFound/);
  assert.equal((await listHolds(kernel.database.pool))[0]?.liftReason, 'Đã kết luận');
  assert.equal(await expireEntries(owner, clock.now()), 1);
  assert.equal((await verifyAll(kernel.database.pool, clock.now())).ok, true);
  await house.sql(`update audit.expired_entry set leaf_hash = decode(repeat('00', 32), 'hex') where entry_id = (select entry_id from audit.expired_entry limit 1)`);
  const verdict = await verifyAll(kernel.database.pool, clock.now());
  assert.ok(!verdict.ok && verdict.problem.kind === 'entryChanged', 'what stays of an expired entry cannot be altered either');
  await assert.rejects(run(kernel, placeHold, { scope: {}, reason: 'không có phạm vi', by: 'x' }, system), /audit\.holdUnbounded/);
  await house.close();
});

test('an entry that its owner takes away as if its time were over is missed: what the signed trees say of its age decides', async () => {
  const house = await openTestHouse({ modules: [kernelModule, auditModule, chronicleModule] });
  const { kernel, clock } = house;
  const clerk = somebody();
  await chronicle(kernel, { actor: clerk, agencyIds: [clerk.agencyId, clerk.agencyId] });
  await sealNow(kernel);
  const takeAway = (type: string) =>
    house.sql(
      `with gone as (delete from audit.entry where id = (select id from audit.entry where agency_id = $1 order by id limit 1) returning *)
       insert into audit.expired_entry (agency_id, entry_id, leaf_hash, type, at, expired_at, legal_basis) select agency_id, id, leaf_hash, $2, at - interval '9 years', at + interval '99 years', 'bịa' from gone returning entry_id as id`,
      [clerk.agencyId, type],
    );
  const [withoutRule] = await takeAway('chronicle.written');
  const missed = await verifyAll(kernel.database.pool, clock.now());
  assert.ok(!missed.ok && missed.problem.kind === 'entryMissing' && missed.problem.entryId === withoutRule?.['id'], 'no rule lets it go');
  await run(kernel, setRetentionRule, { typePrefix: 'chronicle.', keepYears: 2, validFrom: '2020-01-01', legalBasis: 'Quy định thử' }, system);
  const tooEarly = await verifyAll(kernel.database.pool, clock.now());
  assert.ok(!tooEarly.ok && tooEarly.problem.kind === 'entryMissing', 'its time is not over');
  clock.advance(3 * 366 * 86_400_000);
  assert.equal((await verifyAll(kernel.database.pool, clock.now())).ok, true);
  await house.close();
});

test('the application itself can take nothing out of the record', async () => {
  const house = await openTestHouse({ modules: [kernelModule, auditModule, chronicleModule] });
  const clerk = somebody();
  await chronicle(house.kernel, { actor: clerk, agencyIds: [clerk.agencyId] });
  await sealNow(house.kernel);
  await run(house.kernel, setRetentionRule, { typePrefix: 'chronicle.', keepYears: 1, validFrom: '2020-01-01', legalBasis: 'Quy định thử' }, system);
  house.clock.advance(3 * 366 * 86_400_000);
  await assert.rejects(house.kernel.database.transaction((_tx, client) => expireEntries(client, house.clock.now())), /permission denied/);
  await house.close();
});

test('an inspector finds entries by agency, person, type, subject, words and time, page by page', async () => {
  const house = await openTestHouse({ modules: [kernelModule, auditModule, chronicleModule] });
  const { kernel, clock } = house;
  const [hoa, minh] = [somebody({ name: 'Lê Thị Hoa' }), somebody({ name: 'Trần Văn Minh' })];
  await chronicle(kernel, { actor: hoa, agencyIds: [hoa.agencyId, hoa.agencyId, hoa.agencyId], from: 1 });
  clock.advance(3_600_000);
  await chronicle(kernel, { actor: minh, agencyIds: [minh.agencyId], subject: { type: 'thing', id: 'b' }, from: 70 });
  const span = { from: new Date(clock.now().getTime() - 86_400_000), to: new Date(clock.now().getTime() + 1), limit: 10 };
  const find = async (more: Partial<Parameters<typeof searchEntries>[1]>) => (await searchEntries(kernel.database.pool, { ...span, ...more })).map((entry) => entry.data['number']);
  assert.deepEqual(await find({}), [70, 3, 2, 1]);
  assert.deepEqual(await find({ agencyId: hoa.agencyId }), [3, 2, 1]);
  assert.deepEqual(await find({ personId: minh.personId }), [70]);
  assert.deepEqual(await find({ subject: { type: 'thing', id: 'b' } }), [70]);
  assert.deepEqual(await find({ typePrefix: 'chronicle.' }), [70, 3, 2, 1]);
  assert.deepEqual(await find({ typePrefix: 'exchange.' }), []);
  assert.deepEqual(await find({ text: 'thị hoa' }), [3, 2, 1]);
  assert.deepEqual(await find({ text: '%' }), [], 'signs of patterns are only signs');
  assert.deepEqual(await find({ to: new Date(clock.now().getTime() - 60_000) }), [3, 2, 1]);
  const [first, second] = await searchEntries(kernel.database.pool, { ...span, limit: 2 });
  assert.ok(first && second);
  assert.deepEqual(await find({ before: { at: second.at, entryId: second.entryId } }), [2, 1]);
  await house.close();
});
