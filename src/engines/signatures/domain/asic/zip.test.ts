import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32, deflateRawSync } from 'node:zlib';
import { hasOracle, runOracle } from '../pdf/testing-signer.ts';
import { AsicError } from './errors.ts';
import { assertPlainName, nameToUri, uriToName } from './names.ts';
import { collect, rawZip, sourceOf } from './testing.ts';
import type { RawEntry } from './testing.ts';
import { openZip } from './zip-reader.ts';
import { writeZip } from './zip-writer.ts';

const data = Buffer.from('Nội dung hồ sơ');

async function codeOf(zip: Buffer, readAll = true): Promise<string> {
  try {
    const { entries, open } = await openZip(sourceOf(zip));
    if (readAll) for (const entry of entries) await collect(open(entry));
    return 'accepted';
  } catch (error) {
    return error instanceof AsicError ? error.code : assert.fail(String(error));
  }
}
const one = (entry: Partial<RawEntry>): Buffer => rawZip([{ name: 'a.txt', data, ...entry }]);

async function* inPieces(bytes: Buffer) {
  for (let at = 0; at < bytes.length; at += 5) yield await Promise.resolve(bytes.subarray(at, at + 5));
}
const stored = (name: string, bytes: Buffer) => ({ name, sizeBytes: bytes.length, crc: crc32(bytes), read: () => inPieces(bytes) });

test('stored, deflated and streamed entries are read back, Vietnamese names included', async () => {
  const zip = rawZip([
    { name: 'mimetype', data },
    { name: 'Quyết định.txt', data, deflate: true },
    { name: 'thư mục/', data: Buffer.alloc(0) },
    { name: 'thư mục/b.txt', data, deflate: true, describedLater: true },
  ]);
  const { entries, open } = await openZip(sourceOf(zip));
  assert.deepEqual(entries.map(({ name }) => name), ['mimetype', 'Quyết định.txt', 'thư mục/b.txt']);
  for (const entry of entries) assert.ok((await collect(open(entry))).equals(data));
});

test('what is written is accepted by unzip, name for name and byte for byte', async (t) => {
  const zip = await collect(writeZip([stored('mimetype', data), stored('Phụ lục/Tờ trình số 5.txt', data), stored('trống.txt', Buffer.alloc(0))], new Date('2026-11-21T08:30:00Z')));
  assert.equal(await codeOf(zip), 'accepted');
  if (!hasOracle(t, 'unzip')) return;
  const { output } = runOracle('unzip', ['-t', 'x.zip'], { 'x.zip': zip });
  assert.match(output, /No errors detected/);
  assert.match(runOracle('unzip', ['-p', 'x.zip', 'mimetype'], { 'x.zip': zip }).output, /Nội dung hồ sơ/);
});

test('a file that changed between measuring and writing stops the writing', async () => {
  const longer = { ...stored('a.txt', data), read: () => inPieces(Buffer.concat([data, data])) };
  const other = { ...stored('a.txt', data), read: () => inPieces(Buffer.alloc(data.length)) };
  for (const entry of [longer, other]) await assert.rejects(collect(writeZip([entry], new Date())), { code: 'asic.fileChanged' });
});

test('a container that would need ZIP64 is refused before anything is written', async () => {
  const huge = { ...stored('a.txt', data), sizeBytes: 2 ** 32 };
  await assert.rejects(collect(writeZip([huge], new Date())), { code: 'asic.tooLarge' });
});

for (const [name, code] of [
  ['../a.txt', 'asic.name'],
  ['a/../../b', 'asic.name'],
  ['/etc/passwd', 'asic.name'],
  ['C:/a.txt', 'asic.name'],
  ['a\\b.txt', 'asic.name'],
  ['a.txt:stream', 'asic.name'],
  ['a//b', 'asic.name'],
  ['a\u0000.txt', 'asic.name'],
  ['a\nb', 'asic.name'],
  ['thư\u202Efdp.exe', 'asic.name'],
  ['a\u200B.txt', 'asic.name'],
  ['tệp .txt ', 'asic.name'],
  ['a.', 'asic.name'],
  ['', 'asic.name'],
  ['x'.repeat(1001), 'asic.name'],
] as const) {
  test(`a name that could mislead is refused: ${JSON.stringify(name.slice(0, 20))}`, async () => {
    assert.equal(await codeOf(one({ name })), code);
    assert.throws(() => {
      assertPlainName(name);
    }, AsicError);
  });
}

test('names that are not UTF-8, and symbolic links, are refused', async () => {
  assert.equal(await codeOf(one({ name: Buffer.from('c3282e747874', 'hex') })), 'asic.name');
  assert.equal(await codeOf(one({ externalAttributes: 0xa1ff0000 })), 'asic.name');
});

for (const [first, second] of [
  ['a.txt', 'a.txt'],
  ['a.txt', 'A.TXT'],
  ['Quyết.txt', 'Quyết.txt'.normalize('NFD')],
  ['1.txt', '\uff11.txt'],
  ['a', 'a/b.txt'],
  ['A/b', 'a/B/c.txt'],
] as const) {
  test(`two names that mean one file are refused: ${first} and ${second}`, async () => {
    assert.equal(await codeOf(rawZip([{ name: first, data }, { name: second, data }])), 'asic.duplicate');
  });
}

test('an entry with a second name in an extra field is refused, other extra fields are not', async () => {
  const field = (id: number) => Buffer.concat([Buffer.from([id & 0xff, id >> 8, 5, 0]), Buffer.alloc(5)]);
  assert.equal(await codeOf(one({ extra: field(0x7075) })), 'asic.name');
  assert.equal(await codeOf(one({ extra: Buffer.concat([field(0x5455), field(0x7075)]) })), 'asic.name');
  assert.equal(await codeOf(one({ extra: field(0x5455) })), 'accepted');
});

test('a local header that differs from the directory is refused', async () => {
  assert.equal(await codeOf(one({ localName: 'b.txt' })), 'asic.damaged');
});

test('a data descriptor says what the directory says: another size or checksum, no descriptor at all, or bytes of no meaning are refused', async () => {
  const numbers = (...values: number[]) => Buffer.concat(values.map((value) => Buffer.from(Uint32Array.of(value).buffer)));
  const mark = Buffer.from('504b0708', 'hex');
  const packed = deflateRawSync(data).length;
  const described = (descriptor: Buffer) => codeOf(one({ deflate: true, describedLater: true, descriptor }));
  assert.equal(await described(Buffer.concat([mark, numbers(crc32(data), packed, data.length)])), 'accepted');
  assert.equal(await described(numbers(crc32(data), packed, data.length)), 'accepted', 'the mark is optional');
  for (const wrong of [
    Buffer.concat([mark, numbers(crc32(data), packed, data.length + 1)]),
    Buffer.concat([mark, numbers(crc32(data), packed - 1, data.length)]),
    Buffer.concat([mark, numbers(0, packed, data.length)]),
    numbers(0, 0, 0),
    Buffer.concat([numbers(0), numbers(crc32(data), packed, data.length)]),
    Buffer.from('nội dung giấu'.slice(0, 12), 'latin1'),
    Buffer.alloc(0),
  ]) assert.equal(await described(wrong), 'asic.damaged', wrong.toString('hex'));
});

test('a stored entry whose size is told only behind it is refused: whoever reads from the front finds other entries in its content', async () => {
  const inner = rawZip([{ name: 'b.txt', data: Buffer.from('nội dung khác') }]);
  assert.equal(await codeOf(one({ data: inner, describedLater: true })), 'asic.damaged');
  assert.equal(await codeOf(one({ data: Buffer.alloc(0), describedLater: true })), 'accepted', 'where there is no content there is nothing to find');
});

test('bytes that belong to no entry are refused: in front, between, behind the directory, behind the end', async () => {
  const gap = Buffer.from('giấu');
  assert.equal(await codeOf(one({ gap })), 'asic.damaged');
  assert.equal(await codeOf(rawZip([{ name: 'a', data }, { name: 'b', data, gap }])), 'asic.damaged');
  assert.equal(await codeOf(rawZip([{ name: 'a', data }], { behindDirectory: gap })), 'asic.damaged');
  assert.equal(await codeOf(Buffer.concat([one({}), gap])), 'asic.notContainer');
});

test('bytes behind the compressed data of an entry are refused', async () => {
  const entry = { name: 'a.txt', data, deflate: true };
  const zip = rawZip([entry]);
  const at = 30 + 5;
  const bodyBytes = zip.readUInt32LE(18);
  const grown = Buffer.concat([zip.subarray(0, at + bodyBytes), Buffer.from('xx'), zip.subarray(at + bodyBytes)]);
  const directoryAt = grown.indexOf(Buffer.from('504b0102', 'hex'));
  for (const place of [18, directoryAt + 20]) grown.writeUInt32LE(bodyBytes + 2, place);
  grown.writeUInt32LE(directoryAt, grown.length - 6);
  assert.equal(await codeOf(grown), 'asic.damaged');
});

test('two end records are refused: two programs would see two archives', async () => {
  const inner = rawZip([{ name: 'b', data }]);
  assert.notEqual(await codeOf(rawZip([{ name: 'a', data }], { comment: inner.toString('latin1') })), 'accepted');
});

test('encryption and unknown methods are refused', async () => {
  assert.equal(await codeOf(one({ flags: 0x0801 })), 'asic.unsupported');
  assert.equal(await codeOf(one({ method: 14 })), 'asic.unsupported');
});

test('a wrong checksum is told when the file is read', async () => {
  assert.equal(await codeOf(one({ crc: 5 })), 'asic.damaged');
});

test('bytes that the store cannot read are a failure, never a damaged container', { timeout: 20_000 }, async () => {
  const bytes = rawZip([{ name: 'a.txt', data: Buffer.from('nội dung '.repeat(1000)), deflate: true }]);
  const source = sourceOf(bytes);
  const failure = Object.assign(new Error('the disk does not answer'), { code: 'EIO' });
  let isOpen = false;
  const archive = await openZip({ ...source, read: (start, length) => (isOpen ? Promise.reject(failure) : source.read(start, length)) });
  isOpen = true;
  const [entry] = archive.entries;
  assert.ok(entry !== undefined);
  await assert.rejects(collect(archive.open(entry)), failure);
});

test('bombs: too much expansion by the directory, or an entry that expands further than it says', async () => {
  const zeros = Buffer.alloc(80 * 1024 * 1024);
  assert.equal(await codeOf(one({ data: zeros, deflate: true }), false), 'asic.tooLarge');
  assert.equal(await codeOf(one({ data: zeros, deflate: true, sizeBytes: 1000 })), 'asic.tooLarge');
  assert.equal(await codeOf(rawZip(Array.from({ length: 5001 }, (_, i) => ({ name: `${i}`, data: Buffer.alloc(0) })))), 'asic.tooLarge');
});

test('overlapping entries are refused', async () => {
  const zip = rawZip([{ name: 'a.txt', data }, { name: 'b.txt', data }]);
  const second = zip.lastIndexOf(Buffer.from('504b0102', 'hex'));
  zip.writeUInt32LE(0, second + 42);
  assert.equal(await codeOf(zip), 'asic.damaged');
});

test('a truncated or mutated archive is refused or read, and never anything else', async () => {
  const zip = rawZip([{ name: 'mimetype', data }, { name: 'b.txt', data, deflate: true }]);
  for (let length = 0; length < zip.length; length += 1) assert.notEqual(await codeOf(zip.subarray(0, length)), 'accepted');
  for (let at = 0; at < zip.length; at += 1) {
    const mutated = Buffer.from(zip);
    mutated.writeUInt8(mutated.readUInt8(at) ^ 0xff, at);
    await codeOf(mutated);
  }
});

test('a name survives as the URI of a manifest; a URI that leaves the container names nothing', () => {
  for (const name of ['Tờ trình & dự thảo (lần 2) 100%.pdf', 'phụ lục/Bảng #1?.xlsx', 'a+b=c;d,e.txt']) assert.equal(uriToName(nameToUri(name)), name);
  for (const uri of ['../a', '%2e%2e/a', 'http://x/a', '/a', 'a%00', '%zz', '']) assert.equal(uriToName(uri), undefined);
});
