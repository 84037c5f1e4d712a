import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { openTestHouse, type TestHouse } from '#kernel/testkit.ts';
import { modules } from '#app/capabilities.ts';
import { connect, openInstallation, serveHouse, type Installation } from '#engines/exchange/partners/testing.ts';

const root = resolve(import.meta.dirname, '../../..');
let house: TestHouse;
let restored: Installation;
let partner: Installation;
before(async () => {
  house = await openTestHouse({ modules });
  restored = await serveHouse(house);
  partner = await openInstallation();
});
after(async () => {
  await restored.close();
  await partner.close();
});

function exchange(...args: string[]): Promise<{ status: number | string | null | undefined; output: string; complaint: string }> {
  const { config } = house.kernel;
  const env = { ...process.env, DATABASE_URL: house.ownerUrl, DATA_DIR: config.dataDir, APP_SECRET: config.appSecret };
  return new Promise((done) => {
    execFile(process.execPath, ['--disable-warning=ExperimentalWarning', 'src/app/main.ts', 'exchange', ...args], { cwd: root, env }, (error, output, complaint) => {
      done({ status: error === null ? 0 : error.code, output, complaint });
    });
  });
}

test('the command says how it is called when the moment or the verb is missing', async () => {
  for (const args of [[], ['reconcile'], ['reconcile', '--since', 'hôm qua'], ['reconcile', '--since', '2999-01-01'], ['khac', '--since', '6h']]) {
    const reply = await exchange(...args);
    assert.equal(reply.status, 64, args.join(' '));
    assert.match(reply.complaint, /exchange reconcile --since/);
  }
});

test('without a connected installation it says so and does not claim success', async () => {
  const reply = await exchange('reconcile', '--since', '6h');
  assert.equal(reply.status, 1);
  assert.match(reply.complaint, /Không có hệ thống Liên Thông nào đang kết nối/);
});

test('it compares with each connected installation, tells what came of it, and names one that does not answer', async () => {
  await connect(restored, partner, { names: ['Tỉnh bạn', 'Tỉnh ta'] });
  // The command runs by the real clock, so the partner does too.
  for (const each of [restored, partner]) each.house.clock.set(new Date().toISOString());
  const done = await exchange('reconcile', '--since', '2d');
  assert.equal(done.status, 0, done.output + done.complaint);
  assert.match(done.output, /Tỉnh bạn[^]*✓ 0 văn bản hai bên cùng có/);
  assert.equal((await house.sql(`select 1 from audit.entry where type = 'exchange.partner-reconciled'`)).length, 1);
  assert.equal((await exchange('reconcile', '--since', '2d', '--partner', 'Tỉnh khác')).status, 1);
  await house.sql(`update exchange.partner set address = 'http://127.0.0.1:9' where name = 'Tỉnh bạn'`);
  const lost = await exchange('reconcile', '--since', '2d');
  assert.equal(lost.status, 1);
  assert.match(lost.output, /✗ Chưa kết nối được với đối tác/);
});
