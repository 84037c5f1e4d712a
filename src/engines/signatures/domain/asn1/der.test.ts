import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { bool, ctx, ctxPrim, generalizedTime, int, namedBits, nul, oct, oid, printable, seq, set, setOf, time, tlv, utf8 } from './der.ts';
import { Asn1Error } from './errors.ts';
import { bigintOf, bitsOf, booleanOf, children, contentOf, fieldsOf, numberOf, octetsOf, oidOf, rawOf, readAsn1, textOf, timeOf } from './reader.ts';

const hex = (bytes: Buffer) => bytes.toString('hex');
const codeOf = (run: () => unknown): string | undefined => {
  try {
    run();
  } catch (error) {
    if (error instanceof Asn1Error) return error.code;
    throw error;
  }
  return undefined;
};

test('known encodings come out byte for byte', () => {
  assert.equal(hex(oid('1.2.840.113549.1.1.11')), '06092a864886f70d01010b');
  assert.equal(hex(oid('2.16.840.1.101.3.4.2.1')), '0609608648016503040201');
  assert.equal(hex(oid('2.100.3')), '0603813403');
  assert.equal(hex(int(0)), '020100');
  assert.equal(hex(int(128)), '02020080');
  assert.equal(hex(int(-129n)), '0202ff7f');
  assert.equal(hex(int(Buffer.from('0080ff', 'hex'))), '02030080ff');
  assert.equal(hex(bool(true)), '0101ff');
  assert.equal(hex(nul()), '0500');
  assert.equal(hex(namedBits([0, 1])), '030206c0');
  assert.equal(hex(namedBits([])), '030100');
  assert.equal(hex(printable('VN')), '1302564e');
  assert.equal(hex(ctxPrim(2, Buffer.from('a'))), '820161');
  assert.equal(hex(ctx(0, int(1))), 'a003020101');
});

test('lengths take the shortest form at each border', () => {
  for (const [length, header] of [[0x7f, '047f'], [0x80, '048180'], [0xff, '0481ff'], [0x100, '04820100'], [0xffff, '0482ffff'], [0x10000, '0483010000']] as const) {
    const encoded = oct(Buffer.alloc(length));
    assert.equal(hex(encoded.subarray(0, encoded.length - length)), header);
    assert.equal(contentOf(readAsn1(encoded)).length, length);
  }
});

test('a SET OF is sorted by its bytes', () => {
  assert.equal(hex(setOf([int(3), int(1), int(2)])), hex(set(int(1), int(2), int(3))));
});

test('time is UTCTime from 1950 to 2049 and GeneralizedTime outside', () => {
  const at = (iso: string) => time(new Date(iso));
  assert.equal(at('2049-12-31T23:59:59Z').toString('latin1', 2), '491231235959Z');
  assert.equal(at('2050-01-01T00:00:00Z').toString('latin1', 2), '20500101000000Z');
  assert.equal(at('1949-12-31T00:00:00Z')[0], 0x18);
  for (const iso of ['1950-01-01T00:00:00.000Z', '2026-05-04T03:02:01.000Z', '2050-01-01T00:00:00.000Z']) {
    assert.equal(timeOf(readAsn1(at(iso))).toISOString(), iso);
  }
  assert.equal(generalizedTime(new Date('2026-05-04T03:02:01.250Z'), true).toString('latin1', 2), '20260504030201.25Z');
});

test('integers, identifiers and texts survive writing and reading', () => {
  fc.assert(fc.property(fc.bigInt({ min: -(2n ** 200n), max: 2n ** 200n }), (n) => bigintOf(readAsn1(int(n))) === n));
  fc.assert(fc.property(fc.integer({ min: -(2 ** 31), max: 2 ** 31 }), (n) => numberOf(readAsn1(int(n))) === n));
  fc.assert(fc.property(fc.array(fc.nat(2 ** 30), { minLength: 1, maxLength: 8 }), (arcs) => oidOf(readAsn1(oid(['1.3', ...arcs].join('.')))) === ['1.3', ...arcs].join('.')));
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => textOf(readAsn1(utf8(text))) === text));
  assert.equal(textOf(readAsn1(tlv(0x1e, Buffer.from('1ec700', 'hex'), Buffer.from('41', 'hex')))), 'ệA');
});

test('DER refuses what only BER allows', () => {
  const indefinite = Buffer.from('308002010100000000', 'hex').subarray(0, 7);
  assert.equal(codeOf(() => readAsn1(indefinite)), 'asn1.length');
  assert.equal(codeOf(() => readAsn1(Buffer.from('3081030201' + '01', 'hex'))), 'asn1.length');
  assert.equal(children(readAsn1(indefinite, { ber: true })).length, 1);
  assert.equal(children(readAsn1(Buffer.from('308103020101', 'hex'), { ber: true })).length, 1);
});

test('a BER octet string in pieces is joined', () => {
  const pieces = Buffer.from('24800402616204016300' + '00', 'hex');
  assert.equal(octetsOf(readAsn1(pieces, { ber: true })).toString(), 'abc');
});

test('truncated, surplus, deep and enormous data is refused with its code', () => {
  const good = seq(int(1), oct(Buffer.from('abc')));
  for (let cut = 0; cut < good.length; cut += 1) assert.equal(codeOf(() => readAsn1(good.subarray(0, cut))), 'asn1.truncated');
  assert.equal(codeOf(() => readAsn1(Buffer.concat([good, Buffer.alloc(1)]))), 'asn1.trailing');
  assert.equal(codeOf(() => readAsn1(Buffer.from('04850100000000', 'hex'))), 'asn1.length');
  assert.equal(codeOf(() => readAsn1(Buffer.from('0484ffffffff00', 'hex'))), 'asn1.truncated');
  const deep = Buffer.concat([Buffer.alloc(200, '3080', 'hex'), Buffer.alloc(200)]);
  assert.equal(codeOf(() => readAsn1(deep, { ber: true })), 'asn1.depth');
});

test('fields are taken in order and a missing or wrong one is refused', () => {
  const fields = fieldsOf(readAsn1(seq(int(5), bool(true), utf8('ký'))));
  assert.equal(fields.optional(0x30), undefined);
  assert.equal(numberOf(fields.take(0x02)), 5);
  assert.equal(booleanOf(fields.take()), true);
  assert.equal(fields.rest().length, 1);
  assert.equal(codeOf(() => fields.take(0x02)), 'asn1.tag');
  assert.equal(hex(rawOf(fields.take())), '0c036bc3bd');
  assert.equal(codeOf(() => fields.take()), 'asn1.truncated');
  assert.equal(bitsOf(readAsn1(namedBits([6]))).bytes[0], 2);
});

test('random bytes never do worse than a coded error', () => {
  const walk = (bytes: Buffer) => {
    const visit = (node: ReturnType<typeof readAsn1>): void => {
      if ((node.tag & 0x20) !== 0) children(node).forEach(visit);
    };
    visit(readAsn1(bytes, { ber: true, allowTrailing: true }));
  };
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void codeOf(() => { walk(Buffer.from(bytes)); })), { numRuns: 2000 });
});

test('identifiers whose bytes add up to the same are told apart', () => {
  for (const dotted of ['1.2.3.40', '1.2.4.9', '1.2.3.40', '1.2.3.40.3.40', '1.2.4.9.4.9']) assert.equal(oidOf(readAsn1(oid(dotted))), dotted);
});
