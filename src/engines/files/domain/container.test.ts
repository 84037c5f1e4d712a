import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import { strToU8, zipSync, type Zippable } from 'fflate';
import fc from 'fast-check';
import { memorySource, type ByteSource } from './byte-source.ts';
import { inspectContainer, type ContainerFindings } from './container.ts';

const zip = (files: Zippable): Buffer => Buffer.from(zipSync(files));
const inspect = (bytes: Buffer, extension = 'zip'): Promise<ContainerFindings> => inspectContainer(memorySource(bytes), 'zip', extension);

const contentTypes = (main: string): string =>
  `<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/word/document.xml" ContentType="${main}"/></Types>`;
const wordMain = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml';
const docx = (more: Zippable = {}, main = wordMain): Buffer =>
  zip({ '[Content_Types].xml': strToU8(contentTypes(main)), 'word/document.xml': strToU8('<w:document/>'.repeat(500)), ...more });

test('an ordinary archive and an ordinary document pass', async () => {
  assert.deepEqual(await inspect(zip({ 'a/thư.pdf': strToU8('%PDF-1.7'), 'b.txt': strToU8('x'.repeat(1000)) })), { flags: [] });
  assert.deepEqual(await inspect(docx(), 'docx'), { extension: 'docx', flags: [] });
  assert.deepEqual(await inspect(docx(), ''), { extension: 'docx', flags: [] });
  const odt = zip({ mimetype: [strToU8('application/vnd.oasis.opendocument.text'), { level: 0 }], 'content.xml': strToU8('<x/>') });
  assert.deepEqual(await inspect(odt, 'odt'), { extension: 'odt', flags: [] });
});

test('a name that names another office format than the content is refused', async () => {
  assert.deepEqual((await inspect(docx(), 'xlsx')).problem, { kind: 'contentMismatch', extension: 'xlsx', actual: { vi: 'văn bản Word', en: 'a Word document' } });
  assert.equal((await inspect(zip({ 'a.txt': strToU8('x') }), 'docx')).problem?.kind, 'contentMismatch');
});

test('macros are refused however they are hidden', async () => {
  assert.equal((await inspect(docx({}, 'application/vnd.ms-word.document.macroEnabled.main+xml'), 'docx')).problem?.kind, 'macros');
  assert.equal((await inspect(docx({ 'word/vbaProject.bin': strToU8('x') }), 'docx')).problem?.kind, 'macros');
  assert.equal((await inspect(docx({ 'word/vbaProject.bin': strToU8('x') }), 'zip')).problem?.kind, 'macros');
  const odt = zip({ mimetype: [strToU8('application/vnd.oasis.opendocument.text'), { level: 0 }], 'Basic/Standard/Module1.xml': strToU8('x') });
  assert.equal((await inspect(odt, 'odt')).problem?.kind, 'macros');
});

test('old office files: macros are refused, a password is noted, a new name on an old file is not believed', async () => {
  const ole = (stream: string): ByteSource => memorySource(Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(5_000_000), Buffer.from(stream, 'utf16le'), Buffer.alloc(512)]));
  assert.equal((await inspectContainer(ole('_VBA_PROJECT'), 'ole', 'doc')).problem?.kind, 'macros');
  assert.deepEqual(await inspectContainer(ole('WordDocument'), 'ole', 'doc'), { flags: [] });
  assert.deepEqual(await inspectContainer(ole('EncryptedPackage'), 'ole', 'docx'), { flags: ['encrypted'] });
  assert.equal((await inspectContainer(ole('WordDocument'), 'ole', 'docx')).problem?.kind, 'contentMismatch');
});

/** Counts what is read, as a measure of what was not expanded. */
function counted(bytes: Buffer): ByteSource & { readBytes: number } {
  const source = {
    sizeBytes: bytes.length,
    readBytes: 0,
    read: (start: number, length: number) => {
      source.readBytes += Math.min(length, Math.max(0, bytes.length - start));
      return Promise.resolve(bytes.subarray(start, start + length));
    },
  };
  return source;
}

/** An archive of one deflated entry, which says that it expands to `expandedBytes`. */
function archiveOf(compressed: Buffer, expandedBytes: number): Buffer {
  const name = Buffer.from('big.bin');
  const local = Buffer.alloc(30);
  local.writeUInt32LE(0x04034b50, 0);
  local.writeUInt16LE(8, 8);
  local.writeUInt16LE(name.length, 26);
  const entry = Buffer.alloc(46);
  entry.writeUInt32LE(0x02014b50, 0);
  entry.writeUInt16LE(8, 10);
  entry.writeUInt32LE(compressed.length, 20);
  entry.writeUInt32LE(expandedBytes, 24);
  entry.writeUInt16LE(name.length, 28);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(entry.length + name.length, 12);
  end.writeUInt32LE(local.length + name.length + compressed.length, 16);
  return Buffer.concat([local, name, compressed, entry, name, end]);
}

const zeros = 200 * 1024 * 1024;
const compressedZeros = deflateRawSync(Buffer.alloc(zeros), { level: 1 });

test('a bomb is known by its table of contents alone', async () => {
  const source = counted(archiveOf(compressedZeros, zeros));
  const { problem } = await inspectContainer(source, 'zip', 'zip');
  assert.deepEqual(problem, { kind: 'archiveBomb', expandedBytes: zeros });
  assert.ok(source.readBytes < 70_000, `${String(source.readBytes)} of ${String(source.sizeBytes)} bytes were read`);
});

test('a bomb that says it is small is found by expanding only as far as it says', async () => {
  const source = counted(archiveOf(compressedZeros, 1000));
  assert.equal((await inspectContainer(source, 'zip', 'zip')).problem?.kind, 'archiveBomb');
  assert.ok(source.readBytes < source.sizeBytes - 200_000, `${String(source.readBytes)} of ${String(source.sizeBytes)} bytes were read`);
  assert.equal((await inspect(archiveOf(compressedZeros, 1000), 'docx')).problem?.kind, 'archiveBomb');
});

test('archives in archives count together, and too many layers are refused', async () => {
  const inner = zip({ 'big.bin': new Uint8Array(30 * 1024 * 1024) });
  const many: Zippable = {};
  for (let index = 0; index < 5; index += 1) many[`inner${String(index)}.zip`] = [inner, { level: 0 }];
  assert.equal((await inspect(zip(many))).problem?.kind, 'archiveBomb');
  let nested = zip({ 'a.txt': strToU8('x') });
  for (let layer = 0; layer < 2; layer += 1) nested = zip({ 'inner.zip': nested });
  assert.equal((await inspect(nested)).problem, undefined);
  assert.equal((await inspect(zip({ 'inner.zip': nested }))).problem?.kind, 'archiveTooDeep');
  const hidden = zip({ 'picture.png': zip({ 'x.png': zip({ 'y.png': zip({ 'z.png': strToU8('x') }) }) }) });
  assert.equal((await inspect(hidden)).problem?.kind, 'archiveTooDeep');
});

test('entries that share their bytes are refused', async () => {
  const honest = zip({ 'a.bin': [new Uint8Array(1000).fill(1), { level: 0 }], 'b.bin': [new Uint8Array(1000).fill(2), { level: 0 }] });
  const overlapping = Buffer.from(honest);
  overlapping.writeUInt32LE(0, overlapping.lastIndexOf(Buffer.from('504b0102', 'hex')) + 42);
  assert.equal((await inspect(overlapping)).problem?.kind, 'archiveDamaged');
});

test('too many entries are refused without reading them', async () => {
  const archive = docx();
  archive.writeUInt16LE(30_000, archive.length - 12);
  assert.equal((await inspect(archive)).problem?.kind, 'archiveTooDeep');
});

test('an encrypted entry and a program inside are noted', async () => {
  const archive = zip({ 'cài đặt.exe': strToU8('MZ'), 'a.txt': strToU8('x') });
  assert.deepEqual((await inspect(archive)).flags, ['contains-program']);
  const encrypted = Buffer.from(archive);
  const entry = encrypted.lastIndexOf(Buffer.from('504b0102', 'hex'));
  encrypted.writeUInt16LE(encrypted.readUInt16LE(entry + 8) | 1, entry + 8);
  assert.deepEqual((await inspect(encrypted)).flags, ['encrypted', 'contains-program']);
});

test('a damaged archive is called damaged, and none makes it fail or run on', async () => {
  const sound = docx();
  assert.equal((await inspect(sound.subarray(0, -30))).problem?.kind, 'archiveDamaged');
  await fc.assert(
    fc.asyncProperty(fc.nat(sound.length - 1), fc.nat(255), async (at, value) => {
      const damaged = Buffer.from(sound);
      damaged[at] = value;
      const findings = await inspect(damaged, 'docx');
      assert.ok(Array.isArray(findings.flags));
    }),
    { numRuns: 400 },
  );
});

test('bytes that the store cannot read are a failure, never a damaged archive', { timeout: 20_000 }, async () => {
  const bytes = docx();
  const whole = memorySource(bytes);
  const failure = Object.assign(new Error('the disk does not answer'), { code: 'EIO' });
  let fails = false;
  const failing: ByteSource = {
    sizeBytes: bytes.length,
    read(start, length) {
      // The directory is read from the beginning of so small a file, the content of an entry behind its local header.
      fails ||= start > 0 && length !== 30 && start < bytes.length / 2;
      return fails ? Promise.reject(failure) : whole.read(start, length);
    },
  };
  await assert.rejects(inspectContainer(failing, 'zip', 'docx'), failure);
});
