import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { after, before, test, type TestContext } from 'node:test';
import { openTestHouse, type TestHouse } from '#kernel/testkit.ts';
import { modules } from '#app/capabilities.ts';
import { validateBytes } from '#engines/signatures/index.ts';
import { missingForSoftToken, softToken } from '#engines/signatures/adapters/pkcs11/testing.ts';
import { askWitnesses } from './authority-witnesses.ts';

const root = resolve(import.meta.dirname, '../../..');
const folder = mkdtempSync(join(tmpdir(), 'authority-cli-'));
const hasOpenssl = spawnSync('openssl', ['version']).status === 0;
let house: TestHouse;
before(async () => {
  // The command runs in processes of their own, by the machine's clock.
  house = await openTestHouse({ modules, realTime: true });
});
after(async () => {
  await house.close();
  rmSync(folder, { recursive: true });
});

type Reply = { status: number | null; output: string; complaint: string };

/** The command in a process of its own, with something typed into it. */
function authority(args: readonly string[], typed = '', variables: Record<string, string> = {}): Promise<Reply> {
  const { config } = house.kernel;
  const env = { ...process.env, DATABASE_URL: house.ownerUrl, DATA_DIR: config.dataDir, APP_SECRET: config.appSecret, PUBLIC_URL: 'http://lienthong.test', ...variables };
  return new Promise((done) => {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', 'src/app/main.ts', 'authority', ...args], { cwd: root, env });
    let [output, complaint] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
    child.on('close', (status) => done({ status, output, complaint }));
    child.stdin.end(typed);
  });
}

const people = ['--witness', 'Lê Thị Chứng Kiến, Chánh Văn phòng', '--witness', 'Trần Văn Làm Chứng, Trưởng phòng Hành chính'];
const planned = ['ceremony', '--organization', 'UBND tỉnh Thử', ...people];

test('what is wrong with the call is all said at once, before anything is opened or made', async () => {
  const reply = await authority(['ceremony', '--witness', 'Một Người', '--offline-root', '--key', 'rsa-1024', '--shares', '2', '--needed', '3', '--former-until', '2026-02-31']);
  assert.equal(reply.status, 64);
  for (const option of ['--organization', '--witness', '--offline-root', '--key', '--shares, --needed', '--former-until']) assert.match(reply.complaint, new RegExp(`^${option}:`, 'm'));
  assert.equal((await authority([])).status, 64);
  assert.equal((await authority(['show', '--x'])).status, 64);
  assert.match((await authority(['show'])).output, /Chưa có cơ quan chứng thực nội bộ/);
  assert.deepEqual(await house.sql('select 1 from signatures.authority_key'), []);
});

test('a ceremony with an offline root leaves its key in the file alone, and the protocol names who was there and every fingerprint', async (t: TestContext) => {
  const out = join(folder, 'offline');
  const short = await authority([...planned, '--out', out, '--offline-root'], 'ngắn\n');
  assert.equal(short.status, 1);
  assert.match(short.complaint, /từ 12 ký tự/);
  assert.deepEqual(await house.sql('select 1 from signatures.authority_key'), []);

  const held = await authority([...planned, '--out', out, '--offline-root', '--shares', '3', '--needed', '2']);
  assert.equal(held.status, 0, held.complaint);
  const keys = await house.sql<{ role: string; isHere: boolean; hex: string }>(
    `select role, container is not null as "isHere", encode(sha256(certificate), 'hex') as hex from signatures.authority_key order by role`,
  );
  assert.deepEqual(
    keys.map(({ role, isHere }) => [role, isHere]),
    [
      ['issuing', true],
      ['ocsp', true],
      ['root', false],
      ['timestamp', true],
    ],
  );
  for (const { hex } of keys) assert.ok(held.output.includes(hex.toUpperCase().match(/.{4}/g)?.join(' ') ?? '?'), 'a fingerprint is missing');
  for (const words of ['UBND tỉnh Thử', 'Lê Thị Chứng Kiến', 'Trần Văn Làm Chứng', 'Khóa không nằm trong cơ sở dữ liệu', 'đủ 2 mảnh', 'Mảnh 3 giao cho']) assert.ok(held.output.includes(words), words);
  assert.deepEqual(readdirSync(out).sort(), ['bien-ban-G1.asice', 'bien-ban-G1.txt', 'chung-thu-goc-G1.crt', 'khoa-goc-G1.p12', 'manh-1-cua-3-G1.txt', 'manh-2-cua-3-G1.txt', 'manh-3-cua-3-G1.txt']);
  assert.equal(readFileSync(join(out, 'bien-ban-G1.txt'), 'utf8'), held.output);
  const minutesSha256 = createHash('sha256').update(held.output).digest('hex');
  const [recorded] = await house.sql<{ data: { witnesses: string[]; minutesSha256: string; certificates: { sha256: string }[] } }>(`select data from audit.entry where type = 'signatures.ceremony-recorded'`);
  assert.deepEqual(recorded?.data.witnesses, ['Lê Thị Chứng Kiến, Chánh Văn phòng', 'Trần Văn Làm Chứng, Trưởng phòng Hành chính']);
  assert.equal(recorded.data.minutesSha256, minutesSha256, 'the record holds the hash of the minutes as they are printed');
  assert.deepEqual(recorded.data.certificates.map(({ sha256 }) => sha256).sort(), keys.map(({ hex }) => hex).sort());
  const { indication, signatures } = await validateBytes(house.kernel, readFileSync(join(out, 'bien-ban-G1.asice')));
  assert.equal(indication, 'TOTAL-PASSED', 'the minutes are sealed and time-stamped');
  assert.equal(signatures.length, 1);
  for (const secret of ['khoa-goc-G1.p12', 'manh-1-cua-3-G1.txt']) assert.equal(statSync(join(out, secret)).mode & 0o777, 0o600);
  assert.deepEqual(await house.sql('select issuer, number from signatures.revocation_list'), [{ issuer: 'root', number: 1 }]);

  if (!hasOpenssl) {
    t.skip('openssl is not on PATH');
    return;
  }
  const shown = spawnSync('openssl', ['x509', '-inform', 'DER', '-in', join(out, 'chung-thu-goc-G1.crt'), '-noout', '-fingerprint', '-sha256'], { encoding: 'utf8' });
  const fingerprint = shown.stdout.trim().split('=')[1]?.replaceAll(':', '');
  assert.ok(held.output.includes(fingerprint?.match(/.{4}/g)?.join(' ') ?? '?'), 'openssl reads another fingerprint');
});

test('a second ceremony is refused and told what to do; show says what there is', async () => {
  const again = await authority([...planned, '--out', join(folder, 'again')], 'một mật khẩu đủ dài\n');
  assert.equal(again.status, 1);
  assert.match(again.complaint, /đã có cơ quan chứng thực nội bộ[^]*--replace/);
  const taken = join(folder, 'taken');
  mkdirSync(taken);
  writeFileSync(join(taken, 'khoa-goc-G2.p12'), 'of somebody else');
  const onto = await authority([...planned, '--out', taken, '--replace', '--offline-root'], 'một mật khẩu đủ dài\n');
  assert.equal(onto.status, 1);
  assert.match(onto.complaint, /Đã có tệp .*khoa-goc-G2\.p12/);
  assert.equal(readFileSync(join(taken, 'khoa-goc-G2.p12'), 'utf8'), 'of somebody else');
  assert.equal((await house.sql(`select 1 from signatures.authority_key where role = 'root'`)).length, 1);
  const shown = await authority(['show']);
  assert.equal(shown.status, 0, shown.complaint);
  assert.match(shown.output, /CA gốc · root 1 {3}EC P-384 {3}khóa ở ngoài/);
  assert.match(shown.output, /CRL root G1: số \/ no\. 1.*danh sách kế tiếp trước/);
});

test('the root’s next list needs the key that left: any two of three shares open it, a wrong one or none does not', async () => {
  const file = (name: string): string => join(folder, 'offline', name);
  const publish = (...shares: string[]) => authority(['publish-root-crl', '--key', file('khoa-goc-G1.p12'), '--days', '400', ...shares.flatMap((share) => ['--share', share])]);
  const absent = await authority(['publish-root-crl']);
  assert.equal(absent.status, 1);
  assert.equal((await authority(['publish-root-crl', '--key', join(folder, 'khong-co.p12')])).status, 64);
  assert.match(absent.complaint, /Khóa của CA gốc không nằm trong hệ thống[^]*--key TỆP/);
  assert.match((await publish(file('manh-1-cua-3-G1.txt'))).complaint, /chưa đủ số mảnh/);
  const third = readFileSync(file('manh-3-cua-3-G1.txt'), 'utf8').trim();
  assert.match((await publish(file('manh-1-cua-3-G1.txt'), third.replace(/.$/, (last) => (last === '0' ? '1' : '0')))).complaint, /không khớp/);
  assert.match((await authority(['publish-root-crl', '--key', file('khoa-goc-G1.p12')], 'không phải mật khẩu này\n')).complaint, /Mật khẩu \(mã PIN\) của tệp khóa không đúng/);
  const published = await publish(third, file('manh-1-cua-3-G1.txt'));
  assert.equal(published.status, 0, published.complaint);
  const rows = await house.sql<{ number: number; days: number }>(
    `select number, extract(day from next_update - issued_at)::int as days from signatures.revocation_list where issuer = 'root' order by number`,
  );
  assert.deepEqual(rows, [
    { number: 1, days: 365 },
    { number: 2, days: 400 },
  ]);
});

test('a succession keeps the former root trusted until its day, in the record and under the same names no two keys stand', async () => {
  const out = join(folder, 'second');
  const held = await authority([...planned, '--out', out, '--replace', '--former-until', '2027-06-30', '--key', 'rsa-3072'], 'mật khẩu của lần thứ hai\n');
  assert.equal(held.status, 0, held.complaint);
  assert.match(held.output, /Thế hệ khóa: G2[^]*RSA 3072[^]*đến hết ngày 30\/6\/2027/);
  const anchors = await house.sql<{ hex: string; end: string }>(`select fingerprint as hex, to_char(valid_to at time zone 'Asia/Ho_Chi_Minh', 'YYYY-MM-DD HH24:MI') as end from signatures.trust_anchor`);
  const [former, current] = await house.sql<{ hex: string; subject: string }>(`select encode(sha256(certificate), 'hex') as hex from signatures.authority_key where role = 'root' order by generation`);
  assert.deepEqual(anchors, [{ hex: former?.hex, end: '2027-07-01 00:00' }]);
  assert.notEqual(former?.hex, current?.hex);
  const events = await house.sql<{ type: string }>(`select e.type from audit.entry e where e.type like 'signatures.%' order by e.at`);
  assert.deepEqual([...new Set(events.map(({ type }) => type))].sort(), ['signatures.authority-created', 'signatures.ceremony-recorded', 'signatures.credential-issued', 'signatures.revocation-list-published', 'signatures.trust-anchor-added']);
  const wrong = join(folder, 'wrong.p12');
  writeFileSync(wrong, 'not a key file');
  assert.match((await authority(['publish-root-crl', '--key', wrong], 'x\n')).complaint, /Tệp khóa PKCS#12/);
});

test('witnesses are asked for one by one until there are two with their posts, nobody twice', async () => {
  const [input, output] = [new PassThrough(), new PassThrough()];
  const asked = askWitnesses({ input, output });
  input.end('Lê Thị Chứng Kiến\n\nLê Thị Chứng Kiến, Chánh Văn phòng\nlê thị chứng kiến, Khác\nTrần Văn Làm Chứng, Trưởng phòng, Sở Nội vụ\n\n');
  assert.deepEqual(await asked, [
    { name: 'Lê Thị Chứng Kiến', post: 'Chánh Văn phòng' },
    { name: 'Trần Văn Làm Chứng', post: 'Trưởng phòng, Sở Nội vụ' },
  ]);
  output.end();
  assert.equal((await text(output)).match(/của một người chưa có/g)?.length, 3);
  const few = new PassThrough();
  few.end('Lê Thị Chứng Kiến, Chánh Văn phòng\n');
  await assert.rejects(askWitnesses({ input: few, output: new PassThrough() }), /not named/);
});

test('a witness without a post, or the same one twice, is no ceremony', async () => {
  for (const pair of [['A Văn', 'B Thị, Phó'], ['A Văn, Phó', 'a văn, Trưởng']]) {
    const reply = await authority(['ceremony', '--organization', 'X', ...pair.flatMap((each) => ['--witness', each])]);
    assert.equal(reply.status, 64);
    assert.match(reply.complaint, /^--witness: cần ít nhất hai/m);
  }
});

test('a ceremony makes its keys in a token that SIGNING_SERVICES names, says so, and tells when there is no such token', async (t: TestContext) => {
  const missing = missingForSoftToken();
  if (missing !== undefined) {
    t.skip(missing);
    return;
  }
  const token = softToken('CA tinh');
  const services = join(folder, 'services.json');
  writeFileSync(services, JSON.stringify([{ name: 'hsm', kind: 'pkcs11', modulePath: token.modulePath, tokenLabel: 'CA tinh', pin: token.pin }]));
  const variables = { SIGNING_SERVICES: services, SOFTHSM2_CONF: join(token.folder, 'softhsm2.conf') };
  const out = join(folder, 'token');
  const before = await house.sql('select 1 from signatures.authority_key');
  const other = await authority([...planned, '--replace', '--token', 'khac', '--out', out], '', variables);
  assert.equal(other.status, 1);
  assert.match(other.complaint, /thiết bị “khac”: SIGNING_SERVICES không có thiết bị PKCS#11 tên này/);
  assert.equal((await authority([...planned, '--replace', '--token', 'hsm', '--shares', '3', '--needed', '2', '--out', out], '', variables)).status, 64);
  assert.equal((await house.sql('select 1 from signatures.authority_key')).length, before.length, 'nothing was made');
  const held = await authority([...planned, '--replace', '--token', 'hsm', '--out', out], '', variables);
  assert.equal(held.status, 0, held.complaint);
  assert.match(held.output, /được tạo trong thiết bị “hsm” và không lấy ra được/);
  const kept = await house.sql<{ role: string }>(`select role from signatures.authority_key where holder = 'hsm' and container is null order by role`);
  assert.deepEqual(kept.map(({ role }) => role), ['issuing', 'ocsp', 'root', 'timestamp']);
  assert.deepEqual(readdirSync(out).sort(), ['bien-ban-G3.asice', 'bien-ban-G3.txt', 'chung-thu-goc-G3.crt']);
  assert.match((await authority(['show'], '', variables)).output, /root 3 {3}EC P-384 {3}khóa trong thiết bị “hsm”/);
  rmSync(token.folder, { recursive: true, force: true });
});
