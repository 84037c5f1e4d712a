import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { judgeSpace } from './disk.ts';
import { diskHealth, jobsHealth } from './health.ts';
import { newId } from './ids.ts';
import { kernelModule } from './kernel-module.ts';
import { openTestHouse, type TestHouse } from './testkit.ts';

let house: TestHouse;
before(async () => {
  house = await openTestHouse({ modules: [kernelModule] });
});
after(() => house.close());

test('jobs that wait are well, late ones and stuck ones are a warning', async () => {
  const look = async (): Promise<string> => {
    const { status, en } = await jobsHealth.check(house.kernel);
    return `${status}: ${en}`;
  };
  assert.equal(await look(), 'ok: 0 jobs wait');
  await house.sql(`insert into kernel.job (agency_id, id, kind, payload, run_at, created_at) values ($1, $2, 'probe.nothing', '{}', $3, $3)`, [newId(), newId(), house.clock.now()]);
  house.clock.advance(299_000);
  assert.equal(await look(), 'ok: 1 jobs wait');
  house.clock.advance(2000);
  assert.match(await look(), /^warn: 1 jobs have been due/);
  await house.sql('update kernel.job set failed_at = $1', [house.clock.now()]);
  assert.equal(await look(), 'warn: 1 jobs are stuck');
  assert.match(await house.kernel.metrics.registry.metrics(), /lienthong_jobs_waiting\{state="stuck"\} 1/);
});

test('a disk that is nearly full is a warning, and its free room is a figure', async () => {
  assert.deepEqual([judgeSpace(0.5e9, 100e9), judgeSpace(4e9, 20e9), judgeSpace(50e9, 1000e9), judgeSpace(50e9, 100e9)], ['full', 'low', 'low', 'enough']);
  const { status } = await diskHealth.check(house.kernel);
  assert.ok(status !== 'fail');
  assert.match(await house.kernel.metrics.registry.metrics(), /^lienthong_disk_free_bytes \d{6,}/m);
});
