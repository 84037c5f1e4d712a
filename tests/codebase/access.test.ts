import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { modules } from '#app/capabilities.ts';
import { allRoutes } from '#app/server.ts';
import { createHttpServer } from '#kernel/http.ts';
import { anonymous } from '#kernel/actor.ts';
import { openTestHouse, type TestHouse } from '#kernel/testkit.ts';

let house: TestHouse;
before(async () => {
  house = await openTestHouse({ modules });
});
after(() => house.close());

const NOBODYS_ID = '00000000-0000-7000-8000-000000000000';

test('every route that is not open answers 401 to nobody', async () => {
  const server = createHttpServer({ kernel: house.kernel, authenticate: () => Promise.resolve(anonymous), routes: allRoutes() });
  const guarded = allRoutes().filter((route) => route.access.kind !== 'public');
  assert.ok(guarded.length > 15);
  for (const route of guarded) {
    const url = route.url.replace(/:\w+/g, NOBODYS_ID);
    const reply = await server.inject({ method: route.method as 'GET', url, headers: { 'sec-fetch-site': 'same-origin' } });
    assert.equal(reply.statusCode, 401, `${route.method} ${route.url}`);
    if (route.method !== 'HEAD') assert.equal(reply.json<{ code: string }>().code, 'kernel.unauthenticated');
  }
  await server.close();
});
