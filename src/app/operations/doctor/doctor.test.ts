import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { judgeSpace } from '#kernel/disk.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { modules } from '#app/capabilities.ts';
import { sealNow } from '#engines/audit/index.ts';
import { openOffice, type Office } from '../../../../tests/office.ts';
import { judgeCertificates } from './certificates.ts';
import { checkClock } from './clock.ts';
import { examine, examineInstallation, type Finding } from './index.ts';
import { checkAddress, checkRuntime } from './surroundings.ts';

let office: Office;
before(async () => {
  office = await openOffice();
  await sealNow(office.house.kernel);
});
after(() => office.close());

async function look(changes: { kernel?: Kernel; ownerUrl?: string; isFull?: boolean } = {}): Promise<Finding[]> {
  const findings: Finding[] = [];
  const { kernel = office.house.kernel, ownerUrl = office.house.ownerUrl, isFull = false } = changes;
  await examineInstallation({ kernel, ownerUrl }, { isFull, tell: (finding) => findings.push(finding) });
  return findings;
}

/** The lines of one mark, but for those about the clock: the test house has a fake one. */
const named = (findings: readonly Finding[], mark: Finding['mark']): string =>
  findings.filter((finding) => finding.mark === mark && !finding.vi.startsWith('Đồng hồ')).map((finding) => finding.vi).join('\n');

/** Does something as the owner, looks, and takes it back. */
async function withRows(make: string, unmake: string, then: () => Promise<void>): Promise<void> {
  await office.house.sql(make);
  try {
    await then();
  } finally {
    await office.house.sql(unmake);
  }
}

test('a well installation has no problem, and each line that is not well says what to do in both languages', async () => {
  const findings = await look({ isFull: true });
  assert.equal(named(findings, 'problem'), '');
  assert.match(named(findings, 'ok'), /PostgreSQL .* trả lời/);
  assert.match(named(findings, 'ok'), /không sửa được bảng/);
  assert.match(named(findings, 'ok'), /Toàn bộ .* bản ghi nhật ký nguyên vẹn/);
  for (const finding of findings) if (finding.mark !== 'ok') assert.ok(finding.fixVi.length > 10 && finding.fixEn.length > 10, finding.vi);
});

test('demonstration accounts are a warning at home and a problem where the address is public', async () => {
  assert.match(named(await look(), 'warning'), /tài khoản dùng thử/);
  const { kernel } = office.house;
  const open = { ...kernel, config: { ...kernel.config, publicUrl: 'https://lienthong.example.gov.vn' } };
  assert.match(named(await look({ kernel: open }), 'problem'), /tài khoản dùng thử/);
});

test('stuck jobs are a problem and late ones a warning, each by its kind', async () => {
  const job = (id: string, kind: string, extra: string): string =>
    `insert into kernel.job (agency_id, id, kind, payload, run_at, attempts, created_at, failed_at) values ('00000000-0000-0000-0000-000000000000', '00000000-0000-0000-0000-00000000000${id}', '${kind}', '{}', timestamptz '2026-11-20T01:00:00Z', 12, now(), ${extra})`;
  await withRows(`${job('1', 'exchange.deliver', 'now()')}; ${job('2', 'exchange.inspect', 'null')}`, `delete from kernel.job where id::text like '00000000%'`, async () => {
    const findings = await look();
    assert.match(named(findings, 'problem'), /exchange\.deliver × 1/);
    assert.match(named(findings, 'warning'), /exchange\.inspect × 1/);
  });
});

test('a stored file that the nightly check found damaged is a problem, by its name in the store', async () => {
  const one = 'sha256 = (select sha256 from files.blob order by sha256 limit 1)';
  await withRows(`update files.blob set damage = 'missing' where ${one}`, `update files.blob set damage = null where ${one}`, async () => {
    assert.match(named(await look(), 'problem'), /Tệp trong kho bị hỏng hoặc mất: [0-9a-f]{64}$/m);
  });
});

test('an entry of the record that somebody changed is found among the newest', async () => {
  const newest = `(agency_id, id) = (select agency_id, entry_id from audit.sealed order by leaf_index desc limit 1)`;
  await withRows(`update audit.entry set request_id = 'x' || request_id where ${newest}`, `update audit.entry set request_id = substr(request_id, 2) where ${newest}`, async () => {
    assert.match(named(await look(), 'problem'), /không khớp với cây đã niêm phong/);
    assert.match(named(await look({ isFull: true }), 'problem'), /Nhật ký đã bị thay đổi/);
  });
});

test('roots under another key than the present one are named with their time, since no signature tells whether that key was ours', async () => {
  const back = `update audit.tree_head h set key_id = (select key_id from audit.signing_key order by created_at limit 1) where key_id = 'khoa-khac'; delete from audit.signing_key where key_id = 'khoa-khac'`;
  const put = `insert into audit.signing_key (key_id, origin, public_key, created_at) values ('khoa-khac', 'x', decode(repeat('07', 32), 'hex'), now() + interval '1 year'); update audit.tree_head set key_id = 'khoa-khac' where size = (select min(size) from audit.tree_head)`;
  assert.doesNotMatch(named(await look(), 'warning'), /không phải khóa hiện tại/);
  await withRows(put, back, async () => {
    assert.match(named(await look(), 'warning'), /1 gốc nhật ký .* ký bằng khóa khoa-khac, không phải khóa hiện tại/);
  });
});

test('entries that nobody seals point to the missing worker', async () => {
  await office.signIn('vanthu.stc');
  office.house.clock.advance(600_000);
  assert.match(named(await look(), 'warning'), /chờ niêm phong/);
  await sealNow(office.house.kernel);
  assert.doesNotMatch(named(await look(), 'warning'), /chờ niêm phong/);
});

test('a role that may alter tables or change the record is a problem', async () => {
  const role = new URL(office.house.kernel.database.directUrl).username;
  await withRows(`grant create on schema audit to ${role}; grant delete on audit.entry to ${role}`, `revoke create on schema audit from ${role}; revoke delete on audit.entry from ${role}`, async () => {
    assert.match(named(await look(), 'problem'), /create in audit, change audit\.entry/);
  });
});

test('a database that another version migrated is a problem, a pending migration a warning', async () => {
  await withRows(`insert into kernel.migration (module, name, sha256) values ('audit', '9999-future.sql', 'x')`, `delete from kernel.migration where name = '9999-future.sql'`, async () => {
    assert.match(named(await look(), 'problem'), /9999-future\.sql/);
  });
  const [row] = await office.house.sql<{ sha256: string }>(`select sha256 from kernel.migration where module = 'registers' order by name limit 1`);
  const [name] = readdirSync(modules.find((module) => module.name === 'registers')?.migrations ?? '').sort();
  await withRows(`delete from kernel.migration where module = 'registers' and name = '${name ?? ''}'`, `insert into kernel.migration (module, name, sha256) values ('registers', '${name ?? ''}', '${row?.sha256 ?? ''}')`, async () => {
    assert.match(named(await look(), 'warning'), /chưa chạy: registers/);
  });
});

test('a wrong secret, a wrong password and a missing database are told apart', async () => {
  const { kernel, ownerUrl } = office.house;
  const denied = { ...kernel.database, pool: Object.assign(Object.create(kernel.database.pool) as typeof kernel.database.pool, { query: () => Promise.reject(new Error('password authentication failed')) }) };
  assert.match(named(await look({ kernel: { ...kernel, database: denied } }), 'problem'), /Vai trò lienthong_app_\w+ của ứng dụng không vào được/);
  const missing = new URL(ownerUrl);
  missing.pathname = '/nowhere';
  const findings = await look({ ownerUrl: missing.href });
  assert.ok(findings.some((finding) => finding.mark === 'problem' && finding.fixEn.includes('createdb')), JSON.stringify(findings));
  const closed = new URL(ownerUrl);
  closed.port = '1';
  assert.ok((await look({ ownerUrl: closed.href })).some((finding) => finding.mark === 'problem' && finding.fixEn.includes('refuses connections')));
});

test('a file store that does not give its files back is a problem', async () => {
  const { kernel } = office.house;
  const elsewhere = { ...kernel, config: { ...kernel.config, filesUrl: '/nowhere/at/all' }, services: new Map() };
  assert.match(named(await look({ kernel: elsewhere }), 'problem'), /Không đọc được tệp/);
});

test('a clock that is off is told by how much, and one that was put back is a problem', async () => {
  const at = (database: number, newest: number | null) => checkClock({ query: () => Promise.resolve({ rows: [{ database, newest }] }) as never }, () => 1_000_000_000);
  assert.deepEqual((await at(1_000_000_400, 999_999_000)).map(({ mark }) => mark), ['ok', 'ok']);
  assert.deepEqual((await at(999_995_000, null)).map(({ mark }) => mark), ['warning']);
  assert.deepEqual((await at(1_000_090_000, null)).map(({ mark }) => mark), ['problem']);
  const [, backwards] = await at(1_000_000_000, 1_003_600_000);
  assert.equal(backwards?.mark, 'problem');
  assert.match(backwards.vi, /3\.600 giây/);
});

test('certificates are told by how soon they end', () => {
  const marks = (days: number): string => judgeCertificates([{ name: 'CN=A', days }]).map((finding) => `${finding.mark} ${finding.en}`).join();
  assert.match(marks(-1), /^problem 1 certificates have ended: CN=A/);
  assert.match(marks(6), /^problem .*7 days/);
  assert.match(marks(29), /^warning .*30 days/);
  assert.match(marks(59), /^warning .*60 days/);
  assert.equal(judgeCertificates([])[0]?.mark, 'ok');
});

test('a disk that is nearly full, an old runtime and an open address without HTTPS are found', () => {
  assert.equal(judgeSpace(0.5e9, 100e9), 'full');
  assert.equal(judgeSpace(4e9, 100e9), 'low');
  assert.equal(judgeSpace(50e9, 1000e9), 'low');
  assert.equal(judgeSpace(50e9, 100e9), 'enough');
  assert.equal(checkRuntime('22.12.0').mark, 'problem');
  assert.equal(checkRuntime('24.0.0').mark, 'ok');
  const address = (publicUrl: string | undefined, host: string): string => checkAddress({ publicUrl, host }).map(({ mark }) => mark).join();
  assert.equal(address(undefined, '127.0.0.1'), 'warning');
  assert.equal(address(undefined, '0.0.0.0'), 'problem');
  assert.equal(address('http://10.0.0.5:8080', '0.0.0.0'), 'problem');
  assert.equal(address('http://localhost:8080', '127.0.0.1'), 'ok');
  assert.equal(address('https://lienthong.example.gov.vn', '127.0.0.1'), 'ok');
});

test('where nothing is installed the doctor says so, names wrong variables, and makes nothing', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lienthong-doctor-'));
  const ask = async (environment: Record<string, string>): Promise<Finding[]> => {
    const findings: Finding[] = [];
    await examine({ DATA_DIR: join(folder, 'data'), ...environment }, { isFull: false, tell: (finding) => findings.push(finding) });
    return findings;
  };
  try {
    assert.match(named(await ask({}), 'warning'), /Chưa có dữ liệu/);
    assert.match(named(await ask({ PORT: 'x', LOG_LEVEL: 'loud' }), 'problem'), /PORT[^]*LOG_LEVEL/);
    assert.deepEqual(readdirSync(folder), []);
    if (process.getuid?.() !== 0) {
      chmodSync(folder, 0o500);
      assert.match(named(await ask({}), 'problem'), /Không ghi được/);
      chmodSync(folder, 0o700);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
