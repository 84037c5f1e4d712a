import assert from 'node:assert/strict';
import { test } from 'node:test';
import { copyKinds, copySources, kindsOf, sourcesOf } from './copy-rules.ts';

test('there is no electronic sao y and no sao lục of an electronic document, only an extract', () => {
  assert.deepEqual(sourcesOf('electronic').flatMap(kindsOf), ['extract']);
});

test('a sao lục is made of a sao y on paper, and of nothing else', () => {
  assert.deepEqual(copySources.filter((source) => kindsOf(source).includes('of-copy')), ['certified-copy']);
  assert.deepEqual(kindsOf('certified-copy'), ['of-copy']);
});

test('paper is an original or a certified copy; every kind of copy can be made of one of the two', () => {
  assert.deepEqual([...new Set(sourcesOf('paper').flatMap(kindsOf))].sort(), [...copyKinds].sort());
});
