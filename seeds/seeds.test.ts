import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { kernelModule } from '#kernel/kernel-module.ts';
import { openTestHouse, type TestHouse } from '#kernel/testkit.ts';
import { vietnamDay } from '#kernel/time.ts';
import { auditModule } from '#engines/audit/index.ts';
import { identityModule, searchAgencies } from '#engines/identity/index.ts';
import { demoAccounts } from './demo-accounts.ts';
import { seedPlan } from './seed-plan.ts';
import { seedThanhHoa } from './thanh-hoa.ts';
import { seedTraVinh, shareOut, traVinhDirectory, traVinhSize } from './tra-vinh.ts';

const modules = [kernelModule, auditModule, identityModule];
let small: TestHouse;
let large: TestHouse;
before(async () => {
  small = await openTestHouse({ modules });
  large = await openTestHouse({ modules });
});
after(async () => {
  await small.close();
  await large.close();
});

test('the small province is there with less than five seconds of work, whole or not at all', async (t) => {
  const start = performance.now();
  const before_ = process.cpuUsage();
  const plan = await seedThanhHoa(small.kernel);
  const { user, system } = process.cpuUsage(before_);
  t.diagnostic(`seeded in ${String(Math.round(performance.now() - start))} ms, ${String(Math.round((user + system) / 1000))} ms of them our own`);
  assert.ok(user + system < 5_000_000);
  assert.deepEqual(plan, await seedPlan(small.kernel));
  await assert.rejects(seedThanhHoa(small.kernel), /identity\.notEmpty/);
});

test('whoever signs and every agency served here stands in the plan for credentials; closed ones and partners do not', async () => {
  const plan = await seedPlan(small.kernel);
  const names = plan.agencies.map((agency) => agency.name);
  assert.equal(names.length, 28);
  assert.ok(!names.includes('Ủy ban nhân dân thành phố Thanh Hóa'));
  assert.ok(!names.includes('Báo và Phát thanh, Truyền hình Thanh Hóa'));
  const director = plan.people.filter((person) => person.name === 'Nguyễn Văn Bình');
  assert.deepEqual(director.map((person) => [person.agencyName, person.title]), [['Sở Nội vụ tỉnh Thanh Hóa', 'Giám đốc']]);
  assert.ok(plan.people.every((person) => person.title !== 'Văn thư'));
});

test('every demonstration account exists and is marked as one, and every person as invented', async () => {
  const rows = await small.sql<{ login: string }>('select login from identity.account where is_demo');
  const logins = new Set(rows.map((row) => row.login));
  for (const account of demoAccounts) assert.ok(logins.has(account.login), account.login);
  assert.deepEqual(await small.sql('select 1 from identity.person where not is_invented'), []);
  assert.deepEqual(await small.sql('select 1 from identity.account where not is_demo'), []);
});

test('every code but the province’s own says that it is invented', async () => {
  assert.deepEqual(await small.sql(`select code from identity.agency_code where note is null order by code`), [{ code: '000.00.00.H56' }, { code: 'H56' }]);
});

test('no two people of the small province have the same name', async () => {
  assert.deepEqual(await small.sql('select full_name from identity.person group by full_name having count(*) > 1'), []);
});

test('the large province has 577 agencies and 7,320 users, in a handful of statements', async (t) => {
  const start = performance.now();
  assert.deepEqual(await seedTraVinh(large.kernel), { agencies: traVinhSize.agencies, users: traVinhSize.users });
  t.diagnostic(`seeded in ${String(Math.round(performance.now() - start))} ms`);
  const [counts] = await large.sql(
    `select count(*) filter (where kind = 'commune')::int as communes, count(*) filter (where kind = 'public_unit')::int as units,
            count(*) filter (where kind not in ('commune', 'public_unit'))::int as provincial from identity.agency`,
  );
  assert.deepEqual(counts, { communes: traVinhSize.communes, units: traVinhSize.units, provincial: traVinhSize.provincial });
  const [users] = await large.sql('select count(distinct person_id)::int as people, count(distinct login)::int as logins from identity.account');
  assert.deepEqual(users, { people: traVinhSize.users, logins: traVinhSize.users });
});

test('searching among 577 agencies takes a few milliseconds', async (t) => {
  const ask = async (text: string): Promise<number> => {
    const start = performance.now();
    const found = await searchAgencies(large.kernel, { text, day: vietnamDay(large.clock.now()), limit: 20 });
    assert.ok(found.length > 0, text);
    return performance.now() - start;
  };
  await ask('so');
  const times = [];
  for (const text of ['so noi vu', 'xa long', 'truong tieu hoc', 'chau thanh', 'ubnd', 'tram y te xa dai an', 'H59.31']) times.push(await ask(text));
  const median = times.sort((a, b) => a - b)[3] ?? Infinity;
  t.diagnostic(`median ${median.toFixed(1)} ms`);
  assert.ok(median < 250);
});

test('the same seed number makes the same large province, another one another', () => {
  assert.deepEqual(traVinhDirectory(7, 'x'), traVinhDirectory(7, 'x'));
  assert.notDeepEqual(traVinhDirectory(7, 'x').posts.slice(0, 5), traVinhDirectory(8, 'x').posts.slice(0, 5));
});

test('what is shared out adds up, and each gets the least', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0.01, max: 10, noNaN: true }), { minLength: 1, maxLength: 60 }), fc.nat(5000), (weights, more) => {
      const total = weights.length * 2 + more;
      const shares = shareOut(total, weights, 2);
      assert.equal(shares.reduce((all, share) => all + share, 0), total);
      assert.ok(shares.every((share) => share >= 2));
    }),
  );
});
