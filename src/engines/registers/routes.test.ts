import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { anonymous, type Actor, type PersonActor } from '#kernel/actor.ts';
import { newId } from '#kernel/ids.ts';
import { openTestHouse, type TestHouse } from '#kernel/testkit.ts';
import { registersModule } from './index.ts';

let house: TestHouse;
let server: ReturnType<TestHouse['server']>;
let actor: Actor = anonymous;
const officer: PersonActor = {
  kind: 'person', name: 'Vũ Thị Phương Thảo', postTitle: 'Chuyên viên', sessionId: newId(), unitId: null, roles: ['officer'],
  personId: newId<'person'>(), postId: newId<'post'>(), agencyId: newId<'agency'>(),
};
before(async () => {
  house = await openTestHouse({ modules: [registersModule] });
  server = house.server(() => Promise.resolve(actor));
});
after(() => house.close());

async function types(as: Actor): Promise<{ status: number; names: string[] }> {
  actor = as;
  const reply = await server.inject({ method: 'GET', url: '/api/v1/registers/document-types' });
  return { status: reply.statusCode, names: reply.statusCode === 200 ? reply.json<{ types: { name: string }[] }>().types.map(({ name }) => name) : [] };
}

test('whoever is signed in gets the 29 types of the decree in its order, and only those in force today', async () => {
  const { names } = await types(officer);
  assert.equal(names.length, 29);
  assert.deepEqual([names[0], names.includes('Công văn')], ['Nghị quyết', true]);
  await house.sql(`update registers.document_type set valid_to = '2021-01-01' where name = $1`, [names[0]]);
  assert.deepEqual((await types(officer)).names, names.slice(1));
});

test('nobody else does', async () => {
  assert.equal((await types(anonymous)).status, 401);
});
