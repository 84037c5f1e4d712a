import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import pg from 'pg';
import { applicationRole, applicationUrl } from './application-role.ts';
import { newId } from './ids.ts';
import { kernelModule } from './kernel-module.ts';
import { migrate } from './migrate.ts';

const serverUrl = process.env['LIENTHONG_TEST_DATABASE_URL'] ?? '';
const made: string[] = [];
after(async () => {
  for (const ownerUrl of made) {
    await ask(serverUrl, `drop database if exists ${new URL(ownerUrl).pathname.slice(1)} with (force)`);
    await ask(serverUrl, `drop role if exists ${applicationRole(ownerUrl)}`);
  }
});

async function ask(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

/** A new database as its own secret's installation; the address of its owner. */
async function installed(secret: string): Promise<string> {
  const url = new URL(serverUrl);
  url.pathname = `/t_${newId().replaceAll('-', '')}`;
  await ask(serverUrl, `create database ${url.pathname.slice(1)}`);
  made.push(url.href);
  await migrate(url.href, [kernelModule], secret);
  return url.href;
}

const COUNT = 'select count(*)::int as count from kernel.job';
const [mine, theirs] = ['a secret of the first installation', 'a secret of the second installation'];

test('two installations with different secrets work on one server, and neither gets into the other’s tables', async () => {
  const [first, second] = [await installed(mine), await installed(theirs)];
  await migrate(first, [kernelModule], mine);
  assert.deepEqual(await ask(applicationUrl(first, mine), COUNT), [{ count: 0 }]);
  assert.deepEqual(await ask(applicationUrl(second, theirs), COUNT), [{ count: 0 }]);
  await assert.rejects(ask(applicationUrl(second, mine), COUNT), { code: '28P01' });
  await assert.rejects(ask(applicationUrl(second, mine, applicationRole(first)), COUNT), { code: '42501' });
});

test('an installation of the time of one role for the whole server gets its own, and the shared one loses its rights there', async () => {
  const ownerUrl = await installed(mine);
  await ask(serverUrl, `do $$ begin create role lienthong_app; exception when duplicate_object then null; end $$`);
  await ask(ownerUrl, 'grant usage on schema kernel to lienthong_app; grant select, insert on kernel.job to lienthong_app');
  // A neighbour that has not been brought up to date yet.
  const neighbour = await installed(theirs);
  await ask(neighbour, 'grant usage on schema kernel to lienthong_app');
  const shared = `select has_schema_privilege('lienthong_app', 'kernel', 'usage') as enters, has_table_privilege('lienthong_app', 'kernel.job', 'select') as reads`;
  assert.deepEqual(await ask(ownerUrl, shared), [{ enters: true, reads: true }]);
  await migrate(ownerUrl, [kernelModule], mine);
  assert.deepEqual(await ask(ownerUrl, shared), [{ enters: false, reads: false }]);
  assert.deepEqual(await ask(neighbour, `select has_schema_privilege('lienthong_app', 'kernel', 'usage') as enters`), [{ enters: true }]);
  assert.deepEqual(await ask(applicationUrl(ownerUrl, mine), COUNT), [{ count: 0 }]);
  await migrate(neighbour, [kernelModule], theirs);
  const others = await ask(serverUrl, `select 1 from pg_shdepend d join pg_roles r on r.oid = d.refobjid where r.rolname = 'lienthong_app' and d.refclassid = 'pg_authid'::regclass`);
  assert.equal((await ask(serverUrl, `select 1 from pg_roles where rolname = 'lienthong_app'`)).length, others.length === 0 ? 0 : 1);
});

test('an owner that is no superuser makes the role and brings the database up to date', async () => {
  const owner = `owner_${newId().replaceAll('-', '')}`;
  const url = new URL(serverUrl);
  url.pathname = `/t_${newId().replaceAll('-', '')}`;
  await ask(serverUrl, `create role ${owner} login createrole password 'of the owner'`);
  await ask(serverUrl, `create database ${url.pathname.slice(1)} owner ${owner}`);
  made.push(url.href);
  const asOwner = new URL(url);
  asOwner.username = owner;
  asOwner.password = 'of the owner';
  try {
    await migrate(asOwner.href, [kernelModule], mine);
    await migrate(asOwner.href, [kernelModule], theirs);
    assert.deepEqual(await ask(applicationUrl(asOwner.href, theirs), COUNT), [{ count: 0 }]);
  } finally {
    await ask(serverUrl, `drop database ${url.pathname.slice(1)} with (force)`);
    await ask(serverUrl, `drop role ${applicationRole(url.href)}`);
    await ask(serverUrl, `drop role ${owner}`);
  }
});
