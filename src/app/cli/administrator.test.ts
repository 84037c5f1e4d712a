import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { openTestHouse, type TestHouse } from '#kernel/testkit.ts';
import { modules } from '#app/capabilities.ts';

const root = resolve(import.meta.dirname, '../../..');
let house: TestHouse;
before(async () => {
  house = await openTestHouse({ modules });
});
after(() => house.close());

function administrator(...args: string[]): Promise<{ status: number | string | null | undefined; output: string; complaint: string }> {
  const { config } = house.kernel;
  const env = { ...process.env, DATABASE_URL: house.ownerUrl, DATA_DIR: config.dataDir, APP_SECRET: config.appSecret };
  return new Promise((done) => {
    execFile(process.execPath, ['--disable-warning=ExperimentalWarning', 'src/app/main.ts', 'administrator', ...args], { cwd: root, env }, (error, output, complaint) => {
      done({ status: error === null ? 0 : error.code, output, complaint });
    });
  });
}

test('the command says in both languages what is missing, before it opens anything', async () => {
  const reply = await administrator('--login', 'Có Dấu');
  assert.equal(reply.status, 64);
  assert.match(reply.complaint, /--login: Tên đăng nhập gồm chữ không dấu.* \/ Letters without marks/);
  assert.match(reply.complaint, /--name: .+ \/ .+/);
  assert.equal((await administrator('--khong-co')).status, 64);
});

test('the first run prints a temporary password that is kept nowhere; the next one is refused and says what to do', async () => {
  const person = ['--name', 'Lê Thị Đầu Tiên', '--agency-name', 'Ủy ban nhân dân tỉnh Thử', '--agency-code', 'h99'];
  const first = await administrator('--login', 'quantri', ...person);
  assert.equal(first.status, 0, first.complaint);
  const password = /: +([A-Z][a-z]{3}(?:-[A-Za-z2-9]{4}){3})$/m.exec(first.output)?.[1];
  assert.ok(password);
  assert.match(first.output, /Ủy ban nhân dân tỉnh Thử/);
  const kept = await house.sql<{ text: string }>('select a::text as text from identity.account a union all select e::text from audit.entry e');
  assert.ok(kept.length > 0 && kept.every(({ text }) => !text.includes(password)));
  const second = await administrator('--login', 'quantri.hai', ...person);
  assert.equal(second.status, 1);
  assert.match(second.complaint, /Lê Thị Đầu Tiên[^]*--force/);
  assert.equal((await administrator('--login', 'quantri.hai', '--name', 'Lê Văn Hai', '--agency', 'H99', '--force')).status, 0);
});
