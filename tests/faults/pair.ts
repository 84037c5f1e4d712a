import assert from 'node:assert/strict';
import type { Config } from '#kernel/config.ts';
import type { Id } from '#kernel/ids.ts';
import type { Module } from '#kernel/module.ts';
import { anAgencyAt, connect, openInstallation, settle, type Connected, type Installation } from '#engines/exchange/partners/testing.ts';
import { openFaultyNetwork, type FaultyNetwork } from '#engines/exchange/testing/network-faults.ts';
import { compareRegisters, type Comparison, type Side } from '#engines/exchange/testing/registers.ts';
import { aSentLetter } from '#engines/exchange/testing.ts';

type Letter = Awaited<ReturnType<typeof aSentLetter>>;

/** Two installations in the test's own process, with clocks that move when told, and a bad network in each direction. */
export type Pair = {
  a: Installation;
  b: Installation;
  /** What lies on the way from A to B, and from B to A. */
  toB: FaultyNetwork;
  toA: FaultyNetwork;
  partners: Connected;
  sender: { id: Id<'agency'>; there: Id<'agency'> };
  receiver: { id: Id<'agency'>; there: Id<'agency'> };
  /** A letter from A's agency to B's, and one the other way. */
  send(files?: Parameters<typeof aSentLetter>[1]['files']): Promise<Letter>;
  sendBack(): Promise<Letter>;
  /** Lets the pauses pass until nothing is under way, and compares both sides' registers completely. */
  assertSame(more?: { /** A after it was restored from a backup. */ a?: Installation; hasGivenReceiptsAgain?: boolean }): Promise<Comparison>;
  close(): Promise<void>;
};

export async function openPair(more: { configOfB?: Partial<Config>; modulesOfA?: readonly Module[] } = {}): Promise<Pair> {
  const [a, b] = [await openInstallation(more.modulesOfA === undefined ? {} : { modules: more.modulesOfA }), await openInstallation(more.configOfB === undefined ? {} : { config: more.configOfB })];
  const [toA, toB] = [await openFaultyNetwork(a.address), await openFaultyNetwork(b.address)];
  const partners = await connect(a, b, { through: toA.address, guestAddress: toB.address });
  for (const [at, partnerId] of [[a, partners.atInviter], [b, partners.atGuest]] as const) {
    assert.equal((await at.call('PATCH', `/api/v1/exchange/partners/${partnerId}`, { body: { config: { answerWithinSeconds: 2 } } })).status, 204);
  }
  const sender = agencyOf(await anAgencyAt(a, 'Sở Nội vụ', [{ at: b, partnerId: partners.atGuest }]));
  const receiver = agencyOf(await anAgencyAt(b, 'UBND xã Hoằng Hóa', [{ at: a, partnerId: partners.atInviter }]));
  return {
    a,
    b,
    toA,
    toB,
    partners,
    sender,
    receiver,
    send: (files) => aSentLetter(a.house.kernel, { from: sender.id, to: [receiver.there], ...(files === undefined ? {} : { files }) }),
    sendBack: () => aSentLetter(b.house.kernel, { from: receiver.id, to: [sender.there] }),
    async assertSame({ a: present = a, ...more } = {}) {
      for (let tries = 0; tries < 30 && (await isBusy(present, b)); tries += 1) {
        for (const each of [present, b]) each.house.clock.advance(tries < 6 ? 5000 : 16 * 60_000);
        await settle(present, b);
      }
      const found = await compareRegisters(sideOf(present, partners.atInviter), sideOf(b, partners.atGuest), more);
      assert.deepEqual({ lost: found.lost, doubled: found.doubled, differing: found.differing }, { lost: [], doubled: [], differing: [] });
      return found;
    },
    async close() {
      for (const each of [toA, toB, a, b]) await each.close();
    },
  };
}

const sideOf = ({ house }: Installation, partnerId: string): Side => ({ kernel: house.kernel, sql: (text, values) => house.sql(text, values), partnerId });

function agencyOf({ id, idAt }: Awaited<ReturnType<typeof anAgencyAt>>): { id: Id<'agency'>; there: Id<'agency'> } {
  const [there] = idAt;
  assert.ok(there);
  return { id, there };
}

async function isBusy(...installations: Installation[]): Promise<boolean> {
  for (const { house } of installations) {
    const [row] = await house.sql(`select (select count(*) from exchange.transfer where state in ('waiting', 'sent')) + (select count(*) from exchange.inbound where state in ('waiting', 'incomplete')) + (select count(*) from exchange.delivery where state = 'waiting')
      + (select count(*) from kernel.job where failed_at is null and kind in ('exchange.inspect', 'exchange.deliver', 'exchange.return-answer', 'exchange.return-opening', 'exchange.take-inbound')) as n`);
    if (Number(row?.['n']) > 0) return true;
  }
  return false;
}
