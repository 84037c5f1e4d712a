import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PdfError } from '../errors.ts';
import { writeObject } from '../signing/serialise.ts';
import { cursorAt, parseIndirectObject, parseObject } from './lexer.ts';
import { arrayOf, dictOf, isString, nameOf, refOf } from './objects.ts';
import type { PdfObject } from './objects.ts';

function parse(text: string): PdfObject {
  return parseObject(cursorAt(Buffer.from(text, 'latin1'), 0));
}

/** What an object says, without the places where it stood. */
function plain(value: PdfObject): unknown {
  if (typeof value !== 'object' || value === null) return value;
  switch (value.kind) {
    case 'array':
      return value.items.map(plain);
    case 'dict':
      return new Map([...value.entries].map(([key, item]) => [key, plain(item)]));
    case 'string':
      return value.bytes.toString('hex');
    case 'name':
      return `/${value.name}`;
    case 'ref':
      return `${value.num} ${value.gen} R`;
    case 'stream':
      return plain(value.dict);
  }
}

test('each kind of object is read', () => {
  assert.equal(parse('true'), true);
  assert.equal(parse(' null '), null);
  assert.equal(parse('-12.50'), -12.5);
  assert.equal(parse('+.5'), 0.5);
  assert.equal(parse('4.'), 4);
  assert.deepEqual(plain(parse('/A#20B')), '/A B');
  assert.deepEqual(plain(parse('[1 23 0 R(a)<41>/B]')), [1, '23 0 R', '61', '41', '/B']);
  assert.deepEqual(plain(parse('[12 0 R 7 8]')), ['12 0 R', 7, 8]);
  assert.deepEqual(plain(parse('<</K[<</L/M>>]% comment\n/N 5 0 R>>')), new Map<string, unknown>([['K', [new Map([['L', '/M']])]], ['N', '5 0 R']]));
});

test('literal strings know nesting, escapes, octal codes and line ends', () => {
  const value = parse('(a(b)c\\)\\101\\7x\\\r\nd\r\ne)');
  assert.ok(isString(value));
  assert.equal(value.bytes.toString('latin1'), 'a(b)c)A\u0007xd\ne');
});

test('hexadecimal strings ignore white space and complete an odd digit with zero', () => {
  const value = parse('<48 65\n6C 6>');
  assert.ok(isString(value));
  assert.equal(value.bytes.toString('latin1'), 'Hel`');
  assert.deepEqual([value.start, value.end], [0, 12]);
});

test('a key that occurs twice is reported, and the last one counts', () => {
  const value = parse('<</A 1/B 2/A 3>>');
  assert.ok(typeof value === 'object' && value?.kind === 'dict');
  assert.deepEqual(value.repeatedKeys, ['A']);
  assert.equal(value.entries.get('A'), 3);
});

test('the data of a stream begins behind the line end of its keyword', () => {
  const bytes = Buffer.from('7 0 obj<</Length 3>>stream\r\nabc\nendstream endobj');
  const { num, value } = parseIndirectObject(cursorAt(bytes, 0));
  assert.equal(num, 7);
  assert.ok(typeof value === 'object' && value?.kind === 'stream');
  assert.equal(bytes.toString('latin1', value.dataStart, value.dataStart + 3), 'abc');
});

for (const text of ['', '<<', '[1', '(abc', '<41', '<4x>', '<</A>>', '<<1 2>>', 'obj', '1.2.3', '--', ')']) {
  test(`malformed input is refused with a code: ${JSON.stringify(text)}`, () => {
    assert.throws(() => parse(text), (error) => error instanceof PdfError && error.code === 'pdf.damaged');
  });
}

test('nesting without end is refused before the stack is', () => {
  assert.throws(() => parse('['.repeat(100_000)), (error) => error instanceof PdfError && error.code === 'pdf.damaged');
  assert.throws(() => parse('<</A'.repeat(100_000)), (error) => error instanceof PdfError && error.code === 'pdf.damaged');
});

const objects: fc.Arbitrary<PdfObject> = fc.letrec<{ value: PdfObject }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constant(null),
    fc.boolean(),
    fc.integer(),
    fc.integer({ min: -1e9, max: 1e9 }).map((n) => n / 1000),
    fc.string({ minLength: 1, unit: 'binary-ascii' }).map((name) => nameOf(name.replaceAll('\0', 'x'))),
    fc.uint8Array().map((bytes): PdfObject => ({ kind: 'string', bytes: Buffer.from(bytes), isHex: true, start: 0, end: 0 })),
    fc.tuple(fc.nat(9_999_999), fc.nat(65535)).map(([num, gen]) => refOf(num, gen)),
    fc.array(tie('value'), { maxLength: 6 }).map(arrayOf),
    fc.array(fc.tuple(fc.stringMatching(/^[A-Za-z]{1,8}$/), tie('value')), { maxLength: 6 }).map(dictOf),
  ),
})).value;

test('what is written is read back as it was', () => {
  fc.assert(
    fc.property(objects, (value) => {
      assert.deepEqual(plain(parse(`${writeObject(value)} `)), plain(value));
    }),
  );
});

test('random bytes never hang the lexer and never raise anything but a coded error', () => {
  const tokens = fc.constantFrom('<<', '>>', '[', ']', '(', ')', '<', '>', '/', '/A', '1', ' 0 R', '%', '\n', 'true', 'stream', 'obj', '\\', '-', '.', 'x');
  const soup = fc.oneof(fc.array(tokens, { maxLength: 60 }).map((parts) => Buffer.from(parts.join(''))), fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)));
  fc.assert(
    fc.property(soup, (bytes) => {
      for (const read of [parseObject, parseIndirectObject]) {
        const cursor = cursorAt(bytes, 0);
        try {
          read(cursor);
          assert.ok(cursor.pos <= bytes.length);
        } catch (error) {
          assert.ok(error instanceof PdfError, String(error));
        }
      }
    }),
    { numRuns: 2000 },
  );
});

test('names whose bytes add up to the same are told apart, and a name that is read again is the same', () => {
  for (const name of ['Aa', 'BB', 'Aa', 'AaBB', 'BBAa', 'AaBB', 'x'.repeat(40), 'x'.repeat(40)]) assert.equal(plain(parse(`/${name}`)), `/${name}`);
  assert.equal(plain(parse('/A#61')), '/Aa');
});
