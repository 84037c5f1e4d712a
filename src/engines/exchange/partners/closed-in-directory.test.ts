import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { systemActor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import { addDays, vietnamDay } from '#kernel/time.ts';
import { agenciesOn, closeAgency } from '#engines/identity/index.ts';
import { anAgency } from '../testing.ts';
import { connect, openInstallation, settle, type Connected, type Installation } from './testing.ts';

/** More than a page of the directory that installations read of each other. */
const MANY = 210;
const options = { actor: systemActor('test') };

let a: Installation;
let b: Installation;
let ab: Connected;
before(async () => {
  [a, b] = [await openInstallation(), await openInstallation()];
  ab = await connect(a, b);
});
after(async () => {
  await a.close();
  await b.close();
});

async function readAgain(): Promise<void> {
  for (const each of [a, b]) each.house.clock.advance(16 * 60_000);
  await settle(a, b);
}
/** The agency of the other side as it is here the day after tomorrow. */
async function here(id: Id<'agency'>) {
  const [known] = await a.house.sql<{ id: Id<'agency'> }>('select agency_id as id from exchange.partner_agency where partner_id = $1 and remote_id = $2', [ab.atInviter, id]);
  assert.ok(known, 'the directory was read');
  const agency = (await agenciesOn(a.house.kernel.database.pool, [known.id], addDays(vietnamDay(a.house.clock.now()), 2))).get(known.id);
  assert.ok(agency);
  return agency;
}

test('an agency whose successor stands on a later page of the directory is closed with its successor', async () => {
  const old = await anAgency(b.house.kernel, 'UBND xã cũ');
  await readAgain();
  assert.equal((await here(old)).state, 'active');
  for (let at = 0; at < MANY; at += 1) await anAgency(b.house.kernel, `Đơn vị ${String(at)}`);
  const merged = await anAgency(b.house.kernel, 'UBND xã mới');
  await run(b.house.kernel, closeAgency, { agencyId: old, lastDay: vietnamDay(b.house.clock.now()), legalBasis: 'Nghị quyết', successorIds: [merged] }, options);
  await readAgain();
  assert.deepEqual([(await here(old)).state, (await here(old)).successors.map(({ name }) => name)], ['closed', ['UBND xã mới']]);
  await readAgain();
  assert.equal((await here(merged)).state, 'active');
});

test('an agency that ended before we knew of it ends here too, and the rest of the directory is read on', async () => {
  const [old, heir] = [await anAgency(b.house.kernel, 'Trung tâm cũ'), await anAgency(b.house.kernel, 'Trung tâm mới')];
  await readAgain();
  await run(b.house.kernel, closeAgency, { agencyId: old, lastDay: addDays(vietnamDay(b.house.clock.now()), -3), legalBasis: 'Quyết định ban hành muộn', successorIds: [heir] }, options);
  const later = await anAgency(b.house.kernel, 'Trung tâm sau');
  await readAgain();
  assert.deepEqual([(await here(old)).state, (await here(old)).successors.map(({ name }) => name), (await here(later)).state], ['closed', ['Trung tâm mới'], 'active']);
});
