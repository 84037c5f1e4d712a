import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Id } from '#kernel/ids.ts';
import { aSentLetter } from '../testing.ts';
import { anAgencyAt, connect, openInstallation, settle, type Installation } from './testing.ts';

// A sends to B, whose PostgreSQL has no room for new rows of a table.
let a: Installation;
let b: Installation;
let partnerAtA: string;
let sender: Id<'agency'>;
let commune: Id<'agency'>;
before(async () => {
  [a, b] = [await openInstallation(), await openInstallation()];
  const pair = await connect(a, b);
  partnerAtA = pair.atInviter;
  sender = (await anAgencyAt(a, 'Sở Nội vụ', [{ at: b, partnerId: pair.atGuest }])).id;
  const [idAtA] = (await anAgencyAt(b, 'UBND xã Hoằng Hóa', [{ at: a, partnerId: pair.atInviter }])).idAt;
  assert.ok(idAtA);
  commune = idAtA;
  await b.house.sql(`create function exchange.no_room() returns trigger language plpgsql as $$ begin raise exception 'could not extend file: No space left on device' using errcode = '53100'; end $$`);
});
after(async () => {
  await a.close();
  await b.close();
});

/** Runs while no row fits into a table of B any more. */
async function whileFull(table: string, work: () => Promise<void>): Promise<void> {
  await b.house.sql(`create trigger no_room before insert on ${table} for each row execute function exchange.no_room()`);
  try {
    await work();
  } finally {
    await b.house.sql(`drop trigger no_room on ${table}`);
  }
}
const parcel = async (envelopeId: string) => (await a.house.sql('select state, problem_code from exchange.transfer where envelope_id = $1', [envelopeId]))[0];
const line = async () => (await a.house.sql('select circuit, failures from exchange.partner_line where partner_id = $1', [partnerAtA]))[0];

for (const [where, table] of [['keep the parcel', 'exchange.inbound'], ['note the signed request', 'exchange.partner_nonce']] as const) {
  test(`a partner whose database has no room to ${where} says so, signed: the parcel waits, the line counts as good, and it arrives when there is room`, async () => {
    const letter = await aSentLetter(a.house.kernel, { from: sender, to: [commune] });
    await whileFull(table, async () => {
      await settle(a, b);
      assert.deepEqual(await parcel(letter.envelopeId), { state: 'waiting', problem_code: 'storageFull' });
      assert.deepEqual(await line(), { circuit: 'closed', failures: 0 });
    });
    for (const each of [a, b]) each.house.clock.advance(6 * 60_000);
    await settle(a, b, a);
    assert.equal((await parcel(letter.envelopeId))?.['state'], 'processed');
    assert.equal((await b.house.sql('select 1 from exchange.message where envelope_id = $1', [letter.envelopeId])).length, 1);
  });
}

test('a vendor’s system is told 507 and the code that it tries again', async () => {
  const made = await b.call<{ systemId: string; key: { secret: string } }>('POST', '/api/v1/exchange/systems', { body: { name: 'Phần mềm nước sạch', systemId: 'nuoc-sach', isSandbox: false, agencies: [{ code: 'H56.70.01', name: 'Công ty cấp nước' }] } });
  assert.equal(made.status, 200, JSON.stringify(made.body));
  const list = (): Promise<Response> => fetch(`${b.address}/v1/getReceivedEdocList`, { method: 'POST', headers: { 'x-systemid': made.body.systemId, 'x-secretkey': made.body.key.secret, 'content-type': 'application/json' }, body: '{}' });
  await whileFull('exchange.axis_meter', async () => {
    const answer = await list();
    // safe because the reply was checked against the route's schema
    const told = (await answer.json()) as { ErrorCode: string; ErrorDesc: string };
    assert.deepEqual([answer.status, told.ErrorCode, answer.headers.get('retry-after')], [507, '20', '300']);
    assert.match(told.ErrorDesc, /hết chỗ lưu trữ/);
  });
  assert.equal((await list()).status, 200);
});
