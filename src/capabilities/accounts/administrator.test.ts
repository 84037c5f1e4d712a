import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { systemActor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import { kernelModule } from '#kernel/kernel-module.ts';
import { openTestHouse, type TestHouse } from '#kernel/testkit.ts';
import { auditModule } from '#engines/audit/index.ts';
import { hashPassword, identityModule } from '#engines/identity/index.ts';
import type { FirstAdministrator } from './commands/establish-administrator.ts';
import { accountsModule, establishAdministrator } from './index.ts';

let house: TestHouse;
before(async () => {
  house = await openTestHouse({ modules: [kernelModule, auditModule, identityModule, accountsModule] });
});
after(() => house.close());

const establish = async (login: string, more: Partial<FirstAdministrator> = {}) =>
  run(
    house.kernel,
    establishAdministrator,
    { login, fullName: 'Lê Thị Đầu Tiên', title: 'Quản trị hệ thống của tỉnh', passwordHash: await hashPassword('Tam-thoi-2026-xyz'), force: false, ...more },
    { actor: systemActor('administrator') },
  );
const refused = (code: string) => (error: unknown) => error instanceof Error && 'code' in error && error.code === code;
const firstAgency = { name: 'Ủy ban nhân dân tỉnh Thử', abbreviation: 'UBND', code: 'H99' };
const count = async (table: string): Promise<number> => Number((await house.sql<{ n: string }>(`select count(*) as n from identity.${table}`))[0]?.n);

test('an empty directory needs the name of its first agency, and a refused run leaves nothing behind', async () => {
  await assert.rejects(establish('quantri'), refused('accounts.agencyNeeded'));
  await assert.rejects(establish('quantri', { agencyCode: 'H99' }), refused('accounts.agencyCodeUnknown'));
  await assert.rejects(establish('quantri', { firstAgency: { ...firstAgency, code: '99' } }), refused('identity.codeMalformed'));
  assert.deepEqual([await count('agency'), await count('person'), await count('account')], [0, 0, 0]);
});

test('two runs at once make one agency and one administrator', async () => {
  const both = await Promise.allSettled([establish('quantri', { firstAgency }), establish('quantri.hai', { firstAgency })]);
  assert.deepEqual(both.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
  const lost = both.find((one) => one.status === 'rejected');
  assert.ok(refused('accounts.administratorExists')(lost?.reason));
  assert.deepEqual([await count('agency'), await count('person'), await count('account')], [1, 1, 1]);
  const [row] = await house.sql(
    `select n.name, c.code, p.roles, p.starts_on::text as "startsOn", a.must_change_password as "mustChange", a.is_demo as "isDemo"
       from identity.post p join identity.account a on a.person_id = p.person_id join identity.agency_name n on n.agency_id = p.agency_id join identity.agency_code c on c.agency_id = p.agency_id`,
  );
  assert.deepEqual({ ...row }, { name: firstAgency.name, code: 'H99', roles: ['province_admin'], startsOn: '2026-11-20', mustChange: true, isDemo: false });
  const events = await house.sql<{ type: string }>(`select type from audit.entry where type like 'identity.%' order by type`);
  assert.deepEqual(events.map(({ type }) => type), ['identity.account-opened', 'identity.agency-created', 'identity.person-created', 'identity.post-appointed']);
});

test('where there is an administrator another one is made only by force, in the agency that the code names or in the only provincial one', async () => {
  await assert.rejects(establish('quantri.ba'), refused('accounts.administratorExists'));
  assert.deepEqual(await establish('quantri.ba', { force: true }), { agencyName: firstAgency.name });
  assert.deepEqual(await establish('quantri.bon', { force: true, agencyCode: 'H99' }), { agencyName: firstAgency.name });
  await assert.rejects(establish('quantri.nam', { force: true, agencyCode: 'H98' }), refused('accounts.agencyCodeUnknown'));
  await assert.rejects(establish('quantri.ba', { force: true }), refused('identity.loginTaken'));
});

test('an administrator whose post has ended does not stand in the way', async () => {
  await house.sql(`update identity.post set ends_on = starts_on`);
  house.clock.advance(86_400_000 * 2);
  assert.deepEqual(await establish('quantri.sau'), { agencyName: firstAgency.name });
});
