import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defineMessages, translate } from './i18n.ts';

const messages = defineMessages({
  vi: { hello: 'Chào {name}', files: '{count} tệp', size: '{size} dòng' },
  en: { hello: 'Hello {name}', files: '{count} file | {count} files', size: '{size} rows' },
});

test('a text takes its values, and numbers are written as the language writes them', () => {
  assert.equal(translate(messages, { language: 'vi', key: 'hello', values: { name: 'chị Hoa' } }), 'Chào chị Hoa');
  assert.equal(translate(messages, { language: 'vi', key: 'size', values: { size: 1234.5 } }), '1.234,5 dòng');
  assert.equal(translate(messages, { language: 'en', key: 'size', values: { size: 1234.5 } }), '1,234.5 rows');
});

test('English has a form for one and one for the rest; Vietnamese needs only one', () => {
  const files = (language: 'vi' | 'en', count: number) => translate(messages, { language, key: 'files', values: { count } });
  assert.deepEqual([files('en', 1), files('en', 3), files('vi', 1), files('vi', 3)], ['1 file', '3 files', '1 tệp', '3 tệp']);
});

test('a value that looks like a placeholder is not filled again, and a missing one stays visible', () => {
  assert.equal(translate(messages, { language: 'vi', key: 'hello', values: { name: '{count}' } }), 'Chào {count}');
  assert.equal(translate(messages, { language: 'vi', key: 'hello' }), 'Chào {name}');
});

test('English must have exactly the keys of Vietnamese, or the code does not compile', () => {
  // @ts-expect-error a text is missing in English
  const missing = defineMessages({ vi: { a: 'một', b: 'hai' }, en: { a: 'one' } });
  // @ts-expect-error a text exists only in English
  const additional = defineMessages({ vi: { a: 'một' }, en: { a: 'one', b: 'two' } });
  assert.equal(translate(missing, { language: 'en', key: 'b' }), 'hai', 'Vietnamese stands in where English lacks a text');
  assert.equal(Object.keys(additional.vi).length, 1);
});
