import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { systemActor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import { kernelModule } from '#kernel/kernel-module.ts';
import type { LiveHint } from '#kernel/live.ts';
import { openTestHouse, type TestHouse } from '#kernel/testkit.ts';
import { vietnamDay } from '#kernel/time.ts';
import { auditModule } from '#engines/audit/index.ts';
import { seedThanhHoa } from '#seeds/thanh-hoa.ts';
import { identityModule, knownAgenciesOn, renameAgency, watchIdentity, type AgencyId } from './index.ts';

let house: TestHouse;
let agencyId: AgencyId;
before(async () => {
  house = await openTestHouse({
    modules: [kernelModule, auditModule, identityModule],
    seed: { name: 'thanh-hoa 2', run: (kernel) => seedThanhHoa(kernel).then(() => undefined) },
  });
  const [row] = await house.sql<{ id: AgencyId }>(`select agency_id as id from identity.agency_name where name like 'Sở Nội vụ%'`);
  assert.ok(row);
  agencyId = row.id;
});
after(() => house.close());

const system = { actor: systemActor('test') };
const seconds = (count: number) => house.clock.advance(count * 1000);
const nameKnown = (): Promise<string | undefined> =>
  run(house.kernel, async (ctx) => (await knownAgenciesOn(ctx, [agencyId], vietnamDay(ctx.now))).get(agencyId)?.name, undefined, system);
/** As another process does it. */
const renamedElsewhere = (name: string) => house.sql('update identity.agency_name set name = $2 where agency_id = $1 and valid_to is null', [agencyId, name]);

test('a name that another process changes is believed for five seconds at most, and no longer than until its hint', async () => {
  let tell: (hint: LiveHint) => void = () => undefined;
  watchIdentity(house.kernel, { subscribe: (listener) => ((tell = listener), () => true) });
  seconds(60);
  assert.match((await nameKnown()) ?? '', /^Sở Nội vụ/);
  await renamedElsewhere('Sở Một');
  seconds(5);
  assert.match((await nameKnown()) ?? '', /^Sở Nội vụ/);
  seconds(1);
  assert.equal(await nameKnown(), 'Sở Một');
  await renamedElsewhere('Sở Hai');
  tell({ topic: 'exchange', agencyIds: [agencyId] });
  assert.equal(await nameKnown(), 'Sở Một');
  tell({ topic: 'identity', agencyIds: [agencyId] });
  assert.equal(await nameKnown(), 'Sở Hai');
});

test('what was read before a hint and comes after it is not kept', async () => {
  seconds(60);
  const name = await run(
    house.kernel,
    async (ctx) => {
      const reading = knownAgenciesOn(ctx, [agencyId], vietnamDay(ctx.now));
      watchIdentity(house.kernel, { subscribe: (listener) => (listener({ topic: '*', agencyIds: ['*'] }), () => true) });
      return (await reading).get(agencyId)?.name;
    },
    undefined,
    system,
  );
  await renamedElsewhere(`${String(name)} mới`);
  assert.equal(await nameKnown(), `${String(name)} mới`);
});

test('what this process changes it sees at once: within the transaction, after it, and after one that came to nothing', async () => {
  seconds(60);
  const before = await nameKnown();
  const rename = { agencyId, from: vietnamDay(house.clock.now()), name: 'Sở Ba', abbreviation: 'SB', legalBasis: 'Nghị quyết 1' };
  const undone = run(
    house.kernel,
    async (ctx) => {
      await renameAgency(ctx, rename);
      assert.equal((await knownAgenciesOn(ctx, [agencyId], vietnamDay(ctx.now))).get(agencyId)?.name, 'Sở Ba');
      throw new Error('undone');
    },
    undefined,
    system,
  );
  await assert.rejects(undone, /undone/);
  assert.equal(await nameKnown(), before);
  await run(house.kernel, renameAgency, rename, system);
  assert.equal(await nameKnown(), 'Sở Ba');
  seconds(6);
  assert.equal(await nameKnown(), 'Sở Ba');
});
