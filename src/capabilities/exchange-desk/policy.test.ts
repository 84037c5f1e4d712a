import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PersonActor } from '#kernel/actor.ts';
import { newId } from '#kernel/ids.ts';
import { exchangeModule } from '#engines/exchange/index.ts';
import { abilitiesAtTheDesk } from './policy.ts';

const somebody = (...roles: string[]): PersonActor => ({
  kind: 'person', name: 'Trần Thị Thu Hà', postTitle: 'Văn thư', sessionId: newId(), unitId: null, roles,
  personId: newId<'person'>(), postId: newId<'post'>(), agencyId: newId<'agency'>(),
});
const rolesOf = (url: RegExp): readonly string[] => {
  const access = exchangeModule.routes?.find((route) => url.test(route.url))?.access;
  return access?.kind === 'roles' ? access.roles : [];
};
const everyRole = ['clerk', 'officer', 'unit_head', 'chief_of_office', 'leader', 'one_stop_officer', 'agency_admin', 'province_admin', 'auditor'];

test('the desk is offered to exactly those who may ask the exchange for it', () => {
  const allowed = rolesOf(/troubled-deliveries$/);
  assert.ok(allowed.length > 0);
  for (const role of everyRole) assert.equal(abilitiesAtTheDesk(somebody(role)).includes('exchange-desk.watch'), allowed.includes(role), role);
});

test('trying again is offered to exactly those who may do it; the auditor only looks', () => {
  const allowed = rolesOf(/\/retry$/);
  assert.ok(allowed.length > 0);
  for (const role of everyRole) assert.equal(abilitiesAtTheDesk(somebody(role)).includes('exchange-desk.retry'), allowed.includes(role), role);
});

test('a second role adds to the first', () => {
  assert.deepEqual(abilitiesAtTheDesk(somebody('officer', 'clerk')), ['exchange-desk.watch', 'exchange-desk.retry', 'exchange-desk.read']);
  assert.deepEqual(abilitiesAtTheDesk(somebody('officer')), []);
});
