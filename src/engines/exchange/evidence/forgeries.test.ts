import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { storeBytes } from '#engines/files/index.ts';
import { run } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import { publicFolder } from '#engines/signatures/index.ts';
import { rawZip } from '#engines/signatures/domain/asic/testing.ts';
import { answerNotice } from '../commands/answer-notice.ts';
import { sendNotice } from '../commands/send-notice.ts';
import { readReceipt, signReceipts } from '../domain/receipt.ts';
import { evidenceCommand } from '../offline.ts';
import { aClerk, aSentLetter } from '../testing.ts';
import { register } from '../testing/arrived-messages.ts';
import { logOf, manifestOf, partsOf, sealedAgain, type PackageChange } from '../testing/changed-package.ts';
import { aSignedLetter, codes, failed, packed, verified, type SignedLetter } from '../testing/signed-letter.ts';

let letter: SignedLetter;
let whole: Buffer;
let parts: Map<string, Buffer>;

before(async () => {
  letter = await aSignedLetter();
  whole = await packed(letter.house, { side: 'sender', agencyId: letter.sender, envelopeId: letter.envelopeId });
  parts = await partsOf(whole);
});
after(() => letter.house.close());

const resealed = (change: PackageChange): Promise<Buffer> => sealedAgain(letter.house.kernel, parts, change);
const judged = (bytes: Buffer, more = {}) => verified(letter.house, bytes, more);
const text = (name: string): string => String(parts.get(name));

test('a part that two programs read differently is refused: a field that stands there twice, bytes that are no text', async () => {
  const twice = (name: string, field: string): Record<string, Buffer> => ({ [name]: Buffer.from(text(name).replace(`"${field}"`, `"${field}":"x","${field}"`)) });
  assert.ok(codes(await judged(await resealed({ set: twice('envelope.json', 'summary') }))).includes('envelope.ambiguous'));
  assert.deepEqual(codes(await judged(await resealed({ set: twice('log/entries.json', 'type') }))), ['log.unreadable']);
  assert.deepEqual(codes(await judged(await resealed({ set: twice('evidence.json', 'envelopeId') }))), ['manifest.unreadable']);
  const log = parts.get('log/entries.json') ?? Buffer.alloc(0);
  const at = log.indexOf('"requestId": "') + 14;
  assert.deepEqual(codes(await judged(await resealed({ set: { 'log/entries.json': Buffer.concat([log.subarray(0, at), Buffer.from([0xff]), log.subarray(at)]) } }))), ['log.unreadable']);
});

test('an entry that cannot even be hashed is named, and nothing breaks', async () => {
  const log = logOf(parts);
  const [first, ...rest] = log.entries;
  assert.ok(first);
  const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
  const lone = JSON.stringify({ ...log, entries: [{ ...first, entry: { ...first.entry, requestId: '\ud800' } }, ...rest] });
  const nested = JSON.stringify({ ...log, entries: [{ ...first, entry: { ...first.entry, data: { x: 'DEEP' } } }, ...rest] }).replace('"DEEP"', deep);
  for (const entries of [lone, nested]) {
    const found = failed(await judged(await resealed({ set: { 'log/entries.json': Buffer.from(entries) } })));
    assert.ok(found.includes(`log.changed ${first.entry.type} ${first.entry.id}`), found.join());
  }
});

test('a small container that unfolds into a large one is refused before it is unfolded', async () => {
  const data = Buffer.alloc(300 * 1024 * 1024);
  const bomb = rawZip([
    { name: 'mimetype', data: Buffer.from('application/vnd.etsi.asic-e+zip') },
    { name: 'do-day.bin', data: Buffer.alloc(4 * 1024 * 1024) },
    { name: 'bom.bin', data, deflate: true },
  ]);
  const before = process.memoryUsage().rss;
  assert.deepEqual(codes(await judged(bomb)), ['container.unreadable']);
  assert.ok(process.memoryUsage().rss - before < 100 * 1024 * 1024);
});

test('what was judged when the letter was sent is held against what is judged now', async () => {
  const name = [...parts.keys()].find((each) => each.startsWith('reports/'));
  assert.ok(name);
  const report = JSON.parse(text(name)) as { sha256: string; signatures: { signer: string }[] };
  const lies = [{ ...report, signatures: report.signatures.map((each) => ({ ...each, signer: 'Bộ trưởng' })) }, { ...report, signatures: [] }, { ...report, sha256: '0'.repeat(64) }, 'rác'];
  for (const lie of lies) assert.deepEqual(failed(await judged(await resealed({ set: { [name]: Buffer.from(JSON.stringify(lie)) } }))), [`report.contradicts ${name}`]);
});

test('a file that was made unreadable does not pass for one that carries no signature', async () => {
  const { house, sender, ward } = letter;
  const paper = await storeBytes(house.kernel, Buffer.from('%PDF-1.7 hỏng'), { limitBytes: 1000 });
  const main = await storeBytes(house.kernel, Buffer.from('công văn'), { limitBytes: 1000 });
  const table = await storeBytes(house.kernel, rawZip([{ name: 'xl/workbook.xml', data: Buffer.from('<a/>') }]), { limitBytes: 10_000 });
  const files = [
    { ...main, name: 'Công văn.txt', mediaType: 'text/plain', role: 'main' as const },
    { ...paper, name: 'Phụ lục.pdf', mediaType: 'application/pdf', role: 'attachment' as const },
    { ...table, name: 'Biểu.xlsx', mediaType: 'application/zip', role: 'attachment' as const },
  ];
  const { envelopeId } = await aSentLetter(house.kernel, { from: sender, to: [ward], files });
  await house.drain();
  const { checks } = await judged(await packed(house, { side: 'sender', agencyId: sender, envelopeId }));
  assert.deepEqual(checks.filter(({ code }) => code.startsWith('signature.')).map(({ code, about, outcome }) => `${code} ${about} ${outcome}`), ['signature.absent files/001.txt warned', 'signature.unreadable files/002.pdf warned']);
});

test('files under a seal that nobody believes are not opened: a stranger cannot keep the verifier busy', async () => {
  const report = await judged(whole, { trustFolders: [] });
  assert.ok(codes(report).includes('seal.untrusted'));
  assert.ok(report.checks.some(({ code }) => code === 'file.matches'));
  assert.ok(report.checks.every(({ code }) => !code.startsWith('signature.')));
});

test('a receipt by a key that the owner of the database put there is found, since the record does not tell of the answer', async () => {
  const { house, sender, ward, envelopeId } = letter;
  const [row] = await house.sql<{ receipt: string }>(`select receipt from exchange.delivery_answer where envelope_id = $1 and recipient_agency_id = $2 and status = '01'`, [envelopeId, ward]);
  const genuine = row === undefined ? undefined : readReceipt(row.receipt);
  assert.ok(genuine);
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'cua-ke-gia', use: 'sig', alg: 'ES256' };
  const [forged] = signReceipts([{ ...genuine, status: '06' as const, at: '2026-01-05T08:00:00+07:00' }], { keyId: 'cua-ke-gia', privateKey });
  await house.sql('insert into exchange.receipt_key (key_id, public_key, sealed_key, created_at, retired_at) values ($1, $2, $3, now(), now())', ['cua-ke-gia', JSON.stringify(jwk), Buffer.from('x')]);
  await house.sql(
    `insert into exchange.delivery_answer (agency_id, envelope_id, recipient_agency_id, ordinal, status, at, by_name, receipt)
     values ($1, $2, $3, 7, '06', '2026-01-05T01:00:00Z', 'Kẻ giả', $4)`,
    [sender, envelopeId, ward, forged],
  );
  try {
    const found = failed(await judged(await packed(house, { side: 'sender', agencyId: sender, envelopeId })));
    assert.equal(found.length, 1, found.join());
    assert.match(found[0] ?? '', /^receipt\.untold receipts\/\d+-06\.txt$/);
  } finally {
    await house.sql('delete from exchange.delivery_answer where envelope_id = $1 and ordinal = 7', [envelopeId]);
    await house.sql(`delete from exchange.receipt_key where key_id = 'cua-ke-gia'`);
  }
});

test('a letter that was recalled, and the recall itself, are proven on both sides', async () => {
  const { house, sender, commune, ward } = letter;
  const sent = await aSentLetter(house.kernel, { from: sender, to: [commune, ward] });
  await house.drain();
  const messageId = await register(house, commune, sent.envelopeId);
  await run(house.kernel, sendNotice, { agencyId: sender, subject: sent.subject, reason: 'Sai căn cứ pháp lý', kind: 'recall' }, { actor: aClerk(sender) });
  await house.drain();
  const [notice] = await house.sql<{ id: Id<'message'>; envelope_id: string }>('select id, envelope_id from exchange.message where agency_id = $1 and of_envelope_id = $2', [commune, sent.envelopeId]);
  assert.ok(notice);
  await run(house.kernel, answerNotice, { agencyId: commune, messageId, noticeId: notice.id, agree: false, reason: 'Đã vào sổ' }, { actor: aClerk(commune) });
  await house.drain();
  const packages = [
    { side: 'sender' as const, agencyId: sender, envelopeId: sent.envelopeId },
    { side: 'sender' as const, agencyId: sender, envelopeId: notice.envelope_id },
    { side: 'sender' as const, agencyId: sender, envelopeId: notice.envelope_id, recipientAgencyId: ward },
    { side: 'receiver' as const, agencyId: commune, messageId },
  ];
  for (const of of packages) {
    const report = await judged(await packed(house, of));
    assert.deepEqual(failed(report), [], JSON.stringify(of));
    assert.ok(report.checks.some(({ code }) => code === 'receipt.valid'));
  }
});

test('the same receipt in another spelling is no second answer, and a header that asks for more than is known is refused', async () => {
  const { receipts } = manifestOf(parts);
  const [one] = receipts.filter(({ status }) => status === '03');
  assert.ok(one);
  const spelt = resealed({
    set: { 'receipts/900-03.txt': Buffer.from(`${text(one.part)}==`) },
    manifest: (manifest) => ({ receipts: [...manifest.receipts, { ...one, part: 'receipts/900-03.txt' }] }),
  });
  assert.deepEqual(failed(await judged(await spelt)), ['receipt.doubled receipts/900-03.txt']);
});

/** What the command writes and how it ends. */
async function command(args: string[]): Promise<{ status: number; out: string }> {
  const write = process.stdout.write.bind(process.stdout);
  const complain = process.stderr.write.bind(process.stderr);
  let out = '';
  process.stdout.write = process.stderr.write = (piece: string | Uint8Array) => {
    out += String(piece);
    return true;
  };
  try {
    return { status: await evidenceCommand(args), out };
  } finally {
    process.stdout.write = write;
    process.stderr.write = complain;
  }
}

test('the command trusts no folder that lies about where it happens to be called, reads files alone, and lets nobody write on the terminal', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lienthong-command-'));
  const here = process.cwd();
  const pki = publicFolder(letter.house.kernel.config.dataDir);
  const known = process.env['DATA_DIR'];
  delete process.env['DATA_DIR'];
  try {
    const file = join(folder, 'goi.asice');
    await writeFile(file, whole);
    await mkdir(join(folder, 'data'));
    await cp(pki, join(folder, 'data/pki'), { recursive: true });
    process.chdir(folder);
    assert.equal((await command(['verify', file])).status, 1, 'whoever sent a folder named data is not trusted for it');
    assert.equal((await command(['verify', file, `--trust=${pki}`])).status, 0);
    assert.equal((await command(['verify', folder])).status, 3);
    await writeFile(file, await resealed({ manifest: ({ agency }) => ({ agency: { ...agency, name: `Sở\u001b[2J\n  ✓ GÓI CHỨNG CỨ ĐÚNG\u202e` } }) }));
    for (const more of [[], ['--json']]) {
      const { out } = await command(['verify', file, `--trust=${pki}`, ...more]);
      assert.doesNotMatch(out.replaceAll('\n', ''), /[\p{Cc}\p{Cf}]/u);
      assert.doesNotMatch(out, /^ {2}✓ GÓI/m);
      assert.match(out, /Sở/);
    }
  } finally {
    process.chdir(here);
    if (known !== undefined) process.env['DATA_DIR'] = known;
    await rm(folder, { recursive: true });
  }
});
