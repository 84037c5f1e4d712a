import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { systemActor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import { describeHead, latestTreeHead, sealNow } from '#engines/audit/index.ts';
import { aSentLetter } from '../testing.ts';
import { partnerSchedules } from './jobs/poll-partner.ts';
import { anAgencyAt, connect, openInstallation, settle, type Connected, type Installation } from './testing.ts';
import { contradictedRecords, keepWitnessed, witnessHealth } from './witness.ts';
import type { PartnerId } from './adapter.ts';

let a: Installation;
let b: Installation;
let pair: Connected;
let sender: Id<'agency'>;
let commune: Id<'agency'>;
before(async () => {
  [a, b] = [await openInstallation(), await openInstallation()];
  pair = await connect(a, b);
  ({ id: sender } = await anAgencyAt(a, 'Sở Nội vụ', [{ at: b, partnerId: pair.atGuest }]));
  const there = await anAgencyAt(b, 'UBND xã Hoằng Hóa', [{ at: a, partnerId: pair.atInviter }]);
  commune = there.idAt[0] ?? there.id;
});
after(async () => {
  await a.close();
  await b.close();
});

async function witnessOnce(place: Installation): Promise<void> {
  await partnerSchedules.find(({ name }) => name === 'exchange.witness')?.run(place.house.kernel);
  await place.house.drain();
}
const kept = (place: Installation) => place.house.sql<{ size: number; problem: string | null; checkpoint: string; origin: string }>('select size, problem, checkpoint, origin from exchange.witnessed_head order by witnessed_at, size');

test('each installation keeps the signed roots of the other’s record, and proves each new one against the last', async () => {
  await sealNow(a.house.kernel);
  await witnessOnce(b);
  const [first] = await kept(b);
  assert.ok(first);
  assert.equal(first.problem, null);
  await aSentLetter(a.house.kernel, { from: sender, to: [commune] });
  await settle(a, b);
  await sealNow(a.house.kernel);
  await witnessOnce(b);
  await witnessOnce(b);
  const all = await kept(b);
  assert.equal(all.length, 2, 'the same root again is kept once');
  assert.ok((all[1]?.size ?? 0) > first.size);
  const open = await b.call<{ heads: { size: number; checkpoint: string }[] }>('GET', `/api/v1/exchange/witnessed-heads?origin=${encodeURIComponent(first.origin)}`);
  assert.deepEqual(open.body.heads.map(({ size }) => size), all.map(({ size }) => size).reverse());
  assert.equal((await witnessHealth.check(b.house.kernel)).status, 'ok');
});

test('a record that was rewritten, cut off or signed by another is said aloud, and both roots are kept', async () => {
  const partner = { id: pair.atGuest as PartnerId, name: 'Tỉnh mời' };
  const head = await latestTreeHead(a.house.kernel.database.pool);
  assert.ok(head);
  const reply = { head: describeHead(head), path: [] };
  const keep = (changed: typeof reply) => run(b.house.kernel, keepWitnessed, { partner, reply: changed }, { actor: systemActor('test') });
  await keep({ ...reply, head: { ...reply.head, root: Buffer.alloc(32, 1).toString('base64') } });
  await aSentLetter(a.house.kernel, { from: sender, to: [commune] });
  await sealNow(a.house.kernel);
  const later = await latestTreeHead(a.house.kernel.database.pool);
  assert.ok(later);
  await keep({ head: describeHead(later), path: [] });
  assert.deepEqual((await kept(b)).flatMap(({ problem }) => problem ?? []).sort(), ['rewritten', 'signature']);
  assert.equal((await witnessHealth.check(b.house.kernel)).status, 'warn');
  assert.deepEqual((await contradictedRecords(b.house.kernel.database.pool)).map(({ partnerId }) => partnerId), [pair.atGuest]);
  const none = { head: null, path: [] };
  await run(b.house.kernel, keepWitnessed, { partner, reply: none }, { actor: systemActor('test') });
  await run(b.house.kernel, keepWitnessed, { partner, reply: none }, { actor: systemActor('test') });
  assert.deepEqual((await kept(b)).flatMap(({ problem }) => problem ?? []).sort(), ['rewritten', 'shorter', 'signature'], 'a record that is gone is said aloud, once');
  const events = await b.house.sql(`select data ->> 'problem' as problem from audit.entry where type = 'exchange.record-contradicted'`);
  assert.equal(events.length, 3);
});
