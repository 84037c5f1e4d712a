import assert from 'node:assert/strict';
import type { KeyObject } from 'node:crypto';
import { writeFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { crc32 } from 'node:zlib';
import { systemActor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import { newId } from '#kernel/ids.ts';
import { builtInAuthority } from '#engines/signatures/adapters/built-in-authority/keys.ts';
import { issueUnder } from '#engines/signatures/adapters/built-in-authority/authority-key.ts';
import { timestampSource } from '#engines/signatures/adapters/timestamps/timestamp-source.ts';
import { prepareAsic, writeAsic, type AsicFile } from '#engines/signatures/domain/asic/index.ts';
import { rawZip } from '#engines/signatures/domain/asic/testing.ts';
import { writeZip } from '#engines/signatures/domain/asic/zip-writer.ts';
import { embedCades } from '#engines/signatures/domain/cades/index.ts';
import { cmsSigner, signAttributes } from '#engines/signatures/domain/cms/sign.ts';
import { generateKey, personSubject, serviceSubject } from '#engines/signatures/domain/pki/authority.ts';
import type { Certificate } from '#engines/signatures/domain/pki/certificate.ts';
import { credentialRow } from '#engines/signatures/commands/credential-row.ts';
import { installation } from '#engines/signatures/events.ts';
import type { Tables } from '#engines/signatures/tables.gen.ts';
import { exportPublicMaterial } from '#engines/signatures/trust.ts';
import { SEAL_NAME } from '#engines/signatures/offline.ts';
import { evidenceCommand } from '../offline.ts';
import type { EvidenceLog, EvidenceManifest } from './format.ts';
import { changedFiles, logOf, manifestOf, once, partsOf, sealedAgain, type PackageChange } from '../testing/changed-package.ts';
import { aSignedLetter, codes, collected, failed, packed, verified, type SignedLetter } from '../testing/signed-letter.ts';

let letter: SignedLetter;
let whole: Buffer;
let parts: Map<string, Buffer>;

before(async () => {
  letter = await aSignedLetter();
  whole = await packed(letter.house, { side: 'sender', agencyId: letter.sender, envelopeId: letter.envelopeId });
  parts = await partsOf(whole);
});
after(() => letter.house.close());

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const relisted = (change: PackageChange): AsicFile[] => changedFiles(parts, change);
const resealed = (change: PackageChange): Promise<Buffer> => sealedAgain(letter.house.kernel, parts, change);

type Holder = { certificate: Certificate; privateKey: KeyObject };

/** Somebody with a good certificate under the same trusted root. */
async function aHolder(subject: Parameters<typeof issueUnder>[1]['subject']): Promise<Holder> {
  const { publicKey, privateKey } = await generateKey('rsa-2048');
  const { issuing } = await builtInAuthority(letter.house.kernel);
  return { privateKey, certificate: await issueUnder(issuing, { kind: 'signer', subject, publicKey, now: letter.house.clock.now() }) };
}

/** A person; the same package, signed by them. */
const signedByPerson = async (change: PackageChange): Promise<Buffer> => signedBy(await aHolder(personSubject({ name: 'Nguyễn Văn Giả', organization: 'Sở Nội vụ' })), change);

async function signedBy({ certificate, privateKey }: Holder, change: PackageChange): Promise<Buffer> {
  const { kernel, clock } = letter.house;
  const { issuing } = await builtInAuthority(kernel);
  const signer = cmsSigner({ certificate: certificate.raw, chain: [issuing.certificate.raw] });
  const files = relisted(change);
  const prepared = await prepareAsic(signer, { files, signingTime: clock.now() });
  const signature = signAttributes(signer, privateKey, prepared.attributes);
  const { token } = await (await timestampSource(kernel)).stamp(signature);
  const modifiedAt = new Date(manifestOf(parts).madeAt);
  return collected(writeAsic(prepared, { files, signature: embedCades(signer, { attributes: prepared.attributes, signature, timestampToken: token }), modifiedAt }));
}

const judged = (bytes: Buffer, more = {}) => verified(letter.house, bytes, more);

test('packed again by the installation itself without a change, a package holds: the attacks below fail for what they change', async () => {
  assert.deepEqual(failed(await judged(await resealed({}))), []);
});

test('a person’s signature is no installation’s seal, however good the certificate', async () => {
  const report = await judged(await signedByPerson({}));
  assert.deepEqual(codes(report), ['seal.stranger']);
  assert.equal(report.outcome, 'failed');
});

test('whoever bears the name of the seal is no installation: its authority says so in the certificate, and to nobody else', async () => {
  const namesake = await aHolder(serviceSubject('UBND tỉnh Thanh Hóa', SEAL_NAME));
  const report = await judged(await signedBy(namesake, {}));
  assert.deepEqual(codes(report), ['seal.stranger']);
  assert.match(report.checks.find(({ code }) => code === 'seal.stranger')?.en ?? '', /\.installation-seal\.crt/, 'and what can be done where it is an older seal');
});

test('a seal from before seals had a purpose of their own is recognised by the very certificate that its installation publishes, and used no more', async () => {
  const { house } = letter;
  const { kernel } = house;
  const older = await aHolder(serviceSubject('UBND tỉnh Thanh Hóa', SEAL_NAME));
  const { issuing } = await builtInAuthority(kernel);
  await run(
    kernel,
    async (ctx) => {
      const facts = { agencyId: installation, id: newId<'credential'>(), kind: 'agency' as const, personId: null, label: SEAL_NAME, driver: 'pkcs12', container: Buffer.from('x'), certificate: older.certificate, chain: [issuing.certificate], isBuiltIn: true };
      await ctx.tables<Tables>().insertInto('signatures.credential').values({ ...credentialRow(ctx, facts), valid_to: new Date('2099-01-01') }).execute();
    },
    undefined,
    { actor: systemActor('test') },
  );
  const sealed = await signedBy(older, {});
  assert.deepEqual(codes(await judged(sealed)), ['seal.stranger']);
  await exportPublicMaterial(kernel);
  assert.deepEqual(failed(await judged(sealed)), []);
  assert.deepEqual(codes(await judged(await signedBy(await aHolder(serviceSubject('UBND tỉnh Thanh Hóa', SEAL_NAME)), {}))), ['seal.stranger'], 'and no other of its name');
  assert.deepEqual(failed(await judged(await resealed({}))), [], 'what is sealed today has the purpose');
  await house.sql('delete from signatures.credential where label = $1 and container = $2', [SEAL_NAME, Buffer.from('x')]);
});

test('what the seal does not cover cannot be put beside it', async () => {
  const entries = [...parts].map(([name, data]) => ({ name, data }));
  const added = (name: string, data: Buffer) => rawZip([...entries, { name, data }]);
  for (const name of ['META-INF/manifest.xml', 'META-INF/container.xml', 'META-INF/x-timestamp.tst', 'META-INF/evidencerecord.ers', 'META-INF/ASiCArchiveManifest1.xml', 'files/003.pdf', 'ghi-chu.txt']) {
    const report = await judged(added(name, Buffer.from('<a/>')));
    assert.ok(failed(report).includes(`part.unlisted ${name}`), `${name}: ${failed(report).join()}`);
    assert.ok(codes(report).includes('container.exact'), name);
  }
});

test('a container is the one that was made: its type, its order and its headers are not another’s', async () => {
  const modifiedAt = new Date(manifestOf(parts).madeAt);
  const written = (of: readonly (readonly [string, Buffer])[]) => collected(writeZip(of.map(([name, content]) => ({ name, sizeBytes: content.length, crc: crc32(content), read: () => once(content) })), modifiedAt));
  assert.ok((await written([...parts])).equals(whole), 'written the same way it is the same');
  const typed = [...parts].map(([name, content]) => [name, name === 'mimetype' ? Buffer.concat([content, Buffer.from('\n')]) : content] as const);
  assert.deepEqual(codes(await judged(await written(typed))), ['container.exact']);
  assert.deepEqual(codes(await judged(await written([...parts].toReversed()))), ['container.exact']);
  const entries = [...parts].map(([name, data]) => ({ name, data }));
  const [first, ...rest] = entries;
  assert.ok(first);
  const tricks = [
    rawZip([...entries, first]),
    rawZip([first, ...rest.map((each) => (each.name === 'envelope.json' ? { ...each, localName: 'envelope.jsom' } : each))]),
    rawZip([first, ...rest.map((each) => ({ ...each, deflate: true }))]),
    rawZip(entries, { comment: 'x' }),
    rawZip(entries, { behindDirectory: Buffer.from('x') }),
    rawZip([first, ...rest.map((each, index) => (index === 1 ? { ...each, gap: Buffer.from('x') } : each))]),
    Buffer.concat([whole, whole]),
  ];
  for (const [index, bytes] of tricks.entries()) assert.equal((await judged(bytes)).outcome, 'failed', `trick ${String(index)}`);
});

test('the list says nothing else about the document than the envelope', async () => {
  const about: ((manifest: EvidenceManifest) => object)[] = [
    ({ document }) => ({ document: { ...document, number: '9999' } }),
    ({ document }) => ({ document: { ...document, senderName: 'Bộ Nội vụ' } }),
    ({ agency }) => ({ agency: { ...agency, agencyId: letter.ward } }),
    ({ files }) => ({ files: files.map((file) => ({ ...file, name: 'Quyết định.pdf' })) }),
    ({ files }) => ({ files: files.slice(0, 1) }),
  ];
  for (const [index, manifest] of about.entries()) {
    const found = codes(await judged(await resealed({ manifest })));
    assert.ok(found.includes('envelope.mislabelled'), `${String(index)}: ${found.join()}`);
  }
});

test('a file that is not the envelope’s is found although all parts fit the list', async () => {
  const other = Buffer.from('một tệp khác');
  assert.ok(codes(await judged(await resealed({ set: { 'files/002.txt': other } }))).includes('file.differs'));
  assert.deepEqual(failed(await judged(await resealed({ set: { 'files/003.txt': other } }))), ['part.unlisted files/003.txt']);
});

test('an answer is told once, for the recipient who gave it', async () => {
  const { receipts } = manifestOf(parts);
  const arrived = receipts.filter(({ status }) => status === '01');
  const [one, other] = arrived;
  assert.ok(one && other);
  const doubled = await resealed({ manifest: (manifest) => ({ receipts: [...manifest.receipts, one] }) });
  assert.deepEqual(failed(await judged(doubled)), [`receipt.doubled ${one.part}`]);
  const swapped = await resealed({ set: { [one.part]: parts.get(other.part) ?? Buffer.alloc(0), [other.part]: parts.get(one.part) ?? Buffer.alloc(0) } });
  assert.deepEqual(codes(await judged(swapped)), ['receipt.mislabelled', 'receipt.missing']);
  const dropped = await resealed({ drop: [one.part], manifest: (manifest) => ({ receipts: manifest.receipts.filter(({ part }) => part !== one.part) }) });
  assert.deepEqual(codes(await judged(dropped)), ['receipt.missing']);
  const unlisted = await resealed({ set: { 'receipts/009-06.txt': Buffer.from('giả') } });
  assert.deepEqual(failed(await judged(unlisted)), ['part.unlisted receipts/009-06.txt']);
});

test('a receipt that the owner of the database gave to another recipient is found in that one’s package', async () => {
  const { house, sender, commune, ward, envelopeId } = letter;
  const [row] = await house.sql<{ receipt: string; at: Date }>(`select receipt, at from exchange.delivery_answer where envelope_id = $1 and recipient_agency_id = $2 and status = '03'`, [envelopeId, commune]);
  assert.ok(row);
  await house.sql(
    `insert into exchange.delivery_answer (agency_id, envelope_id, recipient_agency_id, ordinal, status, at, by_name, by_title, reason, receipt)
     select agency_id, envelope_id, $2, 2, status, at, by_name, by_title, reason, receipt from exchange.delivery_answer where envelope_id = $1 and recipient_agency_id = $3 and status = '03'`,
    [envelopeId, ward, commune],
  );
  try {
    assert.deepEqual(codes(await judged(await packed(house, { side: 'sender', agencyId: sender, envelopeId, recipientAgencyId: ward }))), ['receipt.mislabelled']);
  } finally {
    await house.sql('delete from exchange.delivery_answer where envelope_id = $1 and recipient_agency_id = $2 and ordinal = 2', [envelopeId, ward]);
  }
});

test('an arrival, or an answer of one’s own, that vanished from the database is missed in the package', async () => {
  const { house, sender, commune, ward, envelopeId, messageOf } = letter;
  const without = async (table: string, where: string, values: unknown[], work: () => Promise<Buffer>): Promise<string[]> => {
    const [row] = await house.sql(`delete from exchange.${table} where ${where} returning *`, values);
    assert.ok(row);
    try {
      return codes(await judged(await work()));
    } finally {
      const columns = Object.keys(row);
      await house.sql(`insert into exchange.${table} (${columns.join(', ')}) values (${columns.map((_, i) => `$${String(i + 1)}`).join(', ')})`, Object.values(row));
    }
  };
  const sent = () => packed(house, { side: 'sender', agencyId: sender, envelopeId });
  assert.deepEqual(await without('delivery_answer', `envelope_id = $1 and recipient_agency_id = $2 and status = '01'`, [envelopeId, ward], sent), ['receipt.missing']);
  const messageId = await messageOf(commune);
  const received = () => packed(house, { side: 'receiver', agencyId: commune, messageId });
  assert.deepEqual(await without('message_answer', `message_id = $1 and status = '03'`, [messageId], received), ['receipt.missing']);
});

test('an entry of another agency’s record, another entry’s place, or one told twice is found', async () => {
  const { house, commune, messageOf } = letter;
  const log = logOf(parts);
  const foreign = logOf(await partsOf(await packed(house, { side: 'receiver', agencyId: commune, messageId: await messageOf(commune) })));
  const told = (entries: EvidenceLog['entries'], more = {}) => resealed({ set: { 'log/entries.json': json({ ...log, ...more, entries }) } });
  assert.ok(codes(await judged(await told(foreign.entries, { treeHead: foreign.treeHead }))).includes('log.otherAgency'));
  const [first, second] = log.entries;
  assert.ok(first && second);
  assert.deepEqual(codes(await judged(await told([...log.entries, first]))), ['log.doubled']);
  assert.deepEqual(codes(await judged(await told([{ ...first, leafIndex: second.leafIndex, path: second.path }, ...log.entries.slice(1)]))), ['log.changed']);
  assert.ok(codes(await judged(await told(log.entries.filter(({ entry }) => entry.type !== 'exchange.envelope-sent')))).includes('log.silent'));
  const earlier = foreign.treeHead.size === log.treeHead.size ? undefined : foreign.treeHead.timestampToken;
  if (earlier !== undefined) assert.deepEqual(codes(await judged(await told(log.entries, { treeHead: { ...log.treeHead, timestampToken: earlier } }))), ['timestamp.invalid']);
});

test('a root of another size or of another record is no witness, and the package is not called proven by it', async () => {
  const { origin, size, root } = logOf(parts).treeHead;
  for (const kept of [`${origin}\n${String(size - 1)}\n${root}\n`, `noi-khac\n${String(size)}\n${root}\n`, '', 'rác']) {
    const report = await judged(whole, { witnessed: [kept] });
    assert.equal(report.outcome, 'warned', kept);
    assert.ok(report.checks.some(({ code }) => code === 'head.uncompared'));
  }
});

test('keys of receipts that are none make no receipt genuine and break nothing', async () => {
  const { keys } = JSON.parse(String(parts.get('keys/receipts.json'))) as { keys: { kid: string }[] };
  for (const changed of [[], keys.map(({ kid }) => ({ kid })), keys.map((key) => ({ ...key, x: 'AA' })), keys.map((key) => ({ ...key, kty: 'oct', k: 'AAAA' }))]) {
    assert.ok(codes(await judged(await resealed({ set: { 'keys/receipts.json': json({ keys: changed }) } }))).includes('receipt.forged'));
  }
});

test('a byte that is changed anywhere, bytes that are cut out or doubled: no such package passes', async () => {
  const { house, sender, ward, envelopeId, commune, messageOf } = letter;
  const packages = [whole, await packed(house, { side: 'sender', agencyId: sender, envelopeId, recipientAgencyId: ward }), await packed(house, { side: 'receiver', agencyId: commune, messageId: await messageOf(commune) })];
  const rounds = process.env['LIENTHONG_LONG'] === undefined ? 8 : 600;
  let seed = 20_261_122;
  const next = (limit: number): number => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    return seed % limit;
  };
  for (let round = 0; round < rounds; round += 1) {
    const bytes = packages[round % packages.length] ?? whole;
    const at = next(bytes.length);
    const length = 1 + next(64);
    const flipped = Buffer.from(bytes);
    flipped[at] = (flipped[at] ?? 0) ^ (1 << next(8));
    const cut = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]);
    const doubled = Buffer.concat([bytes.subarray(0, at + length), bytes.subarray(at)]);
    for (const [what, changed] of [['flipped', flipped], ['cut', cut], ['doubled', doubled]] as const) {
      if (changed.equals(bytes)) continue;
      assert.equal((await judged(changed)).outcome, 'failed', `${what} at ${String(at)}, round ${String(round)}`);
    }
  }
});

test('the command ends with 0 only for a package that holds', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lienthong-evidence-'));
  const write = process.stdout.write.bind(process.stdout);
  const complain = process.stderr.write.bind(process.stderr);
  const ends = async (bytes: Buffer, ...more: string[]): Promise<number> => {
    const path = join(folder, 'goi.asice');
    await writeFile(path, bytes);
    process.stdout.write = () => true;
    process.stderr.write = () => true;
    try {
      return await evidenceCommand(['verify', path, `--trust=${join(letter.house.kernel.config.dataDir, 'pki')}`, ...more]);
    } finally {
      process.stdout.write = write;
      process.stderr.write = complain;
    }
  };
  try {
    assert.equal(await ends(whole, '--json'), 0);
    assert.equal(await ends(Buffer.alloc(0)), 1);
    assert.equal(await ends(whole.subarray(0, whole.length / 2)), 1);
    assert.equal(await ends(await signedByPerson({})), 1);
    assert.equal(await ends(whole, `--witness=${join(folder, 'goi.asice')}`), 2);
    assert.equal(await ends(whole, `--witness=${join(folder, 'không-có')}`), 3);
  } finally {
    await rm(folder, { recursive: true });
  }
});
