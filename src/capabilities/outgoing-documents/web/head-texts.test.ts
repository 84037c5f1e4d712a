import assert from 'node:assert/strict';
import { test } from 'node:test';
import { headTexts, whatIsWritten } from './head-texts.ts';

const blank = { page: 1, x: 100, baseline: 130, width: 30, fontSize: 13 };
const document = { number: 5, issuedOn: '2026-02-03' };

test('number, day and month stand as the decree writes them, each in its blank', () => {
  const texts = headTexts(document, { number: blank, day: blank, month: blank });
  assert.deepEqual(texts.map(({ text, style }) => [text, style]), [['05', 'regular'], ['03', 'italic'], ['02', 'italic']]);
  assert.deepEqual(headTexts({ number: null, issuedOn: null }, { number: blank }), []);
});

test('the clerk is told what is written and what is not: a letter may have a blank for one of the two only', () => {
  assert.equal(whatIsWritten({ number: blank, day: blank, month: blank }), 'numberTextFound');
  assert.equal(whatIsWritten({ number: blank }), 'numberOnlyFound');
  assert.equal(whatIsWritten({ number: blank, day: blank }), 'numberTextFound', 'the month is often typed already');
  assert.equal(whatIsWritten({ day: blank, month: blank }), 'dateOnlyFound');
  assert.equal(whatIsWritten({}), 'numberTextMissing');
});
