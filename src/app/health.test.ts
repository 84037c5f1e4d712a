import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { FastifyInstance } from 'fastify';
import { anonymous } from '#kernel/actor.ts';
import { createHttpServer } from '#kernel/http.ts';
import { kernelModule } from '#kernel/kernel-module.ts';
import type { Health } from '#kernel/module.ts';
import { openTestHouse, type TestHouse } from '#kernel/testkit.ts';
import { healthRoutes } from './health.ts';

const WELL: Health = { status: 'ok', vi: 'Tốt', en: 'Well' };
const LATE: Health = { status: 'warn', vi: 'Trễ', en: 'Late', fixVi: 'Chạy worker.', fixEn: 'Run a worker.' };
const BROKEN: Health = { status: 'fail', vi: 'Hỏng', en: 'Broken', fixVi: 'Sửa.', fixEn: 'Mend it.' };
let said: () => Promise<Health> = () => Promise.resolve(WELL);

let house: TestHouse;
let server: FastifyInstance;
before(async () => {
  const probe = { name: 'probe', health: [{ name: 'probe', check: () => said() }] };
  house = await openTestHouse({ modules: [{ ...kernelModule, health: [] }, probe] });
  server = createHttpServer({ kernel: house.kernel, authenticate: () => Promise.resolve(anonymous), routes: healthRoutes });
});
after(async () => {
  await server.close();
  await house.close();
});

async function ready(): Promise<{ code: number; status: string; probe: unknown; gauge: string | undefined }> {
  const reply = await server.inject('/health/ready');
  const body = reply.json<{ status: string; checks: { name: string }[] }>();
  const metrics = (await server.inject('/metrics')).body;
  return { code: reply.statusCode, status: body.status, probe: body.checks.find(({ name }) => name === 'probe'), gauge: /^lienthong_health\{check="probe"\} (\d)$/m.exec(metrics)?.[1] };
}

test('people are sent to a web server whose parts warn, and it says what is wrong and what to do', async () => {
  assert.deepEqual(await ready(), { code: 200, status: 'ok', probe: { name: 'probe', ...WELL }, gauge: '0' });
  said = () => Promise.resolve(LATE);
  assert.deepEqual(await ready(), { code: 200, status: 'warn', probe: { name: 'probe', ...LATE }, gauge: '1' });
});

test('nobody is sent to a web server with a part that fails or cannot say how it is', async () => {
  said = () => Promise.resolve(BROKEN);
  assert.deepEqual(await ready(), { code: 503, status: 'fail', probe: { name: 'probe', ...BROKEN }, gauge: '2' });
  said = () => Promise.reject(new Error('no answer'));
  const { code, status, probe } = await ready();
  assert.equal(code, 503);
  assert.equal(status, 'fail');
  assert.match(JSON.stringify(probe), /"status":"fail".*no answer/);
});
