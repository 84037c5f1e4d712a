import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseStrictJson } from './strict-json.ts';

test('whatever JSON says once is read as JSON says it, however it is spelt', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(undefined, 1, '\t'), (value, space) => {
      const text = JSON.stringify(value, null, space);
      assert.deepEqual(parseStrictJson(text), JSON.parse(text));
    }),
  );
  for (const text of ['{"a\\"":"\\\\","b":": \\":"}', '{"":{"":{}}}', '"a"', '[]', '{"a" : 1 ,\n"b"\t:[{"a":2}]}', '{"__proto__":1,"constructor":2}']) assert.deepEqual(parseStrictJson(text), JSON.parse(text));
});

test('a field that stands there twice is refused, at any depth and in any spelling', () => {
  for (const text of ['{"a":1,"a":1}', '{"a":1,"\\u0061":2}', '[{"x":{"b":1,"c":2,"b" :3}}]', '{"__proto__":1,"__proto__":2}', '{"1":1,"1":2}']) assert.throws(() => parseStrictJson(text), SyntaxError, text);
  assert.throws(() => parseStrictJson('{'), SyntaxError);
});
