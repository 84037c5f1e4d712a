import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isLetterShortcut, keyName, keySigns, matchKeys } from './shortcut-keys.ts';

const plain = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };

test('a key is named by its sign; shift shows only where the sign does not already tell it', () => {
  assert.equal(keyName({ ...plain, key: 'j' }), 'j');
  assert.equal(keyName({ ...plain, key: '?', shiftKey: true }), '?');
  assert.equal(keyName({ ...plain, key: 'J', shiftKey: true }), 'Shift+j');
  assert.equal(keyName({ ...plain, key: 'Enter', shiftKey: true }), 'Shift+Enter');
});

test('the space bar has a name, since a space separates the keys of a sequence', () => {
  assert.equal(keyName({ ...plain, key: ' ' }), 'Space');
  assert.equal(keyName({ ...plain, key: ' ', shiftKey: true }), 'Shift+Space');
  assert.equal(matchKeys('Space', ['Space']), 'complete');
  assert.equal(matchKeys('g Space', ['g']), 'begun');
  assert.equal(matchKeys('j', ['Space']), 'no');
  assert.deepEqual(keySigns('Space', false), ['␣']);
  assert.deepEqual(keySigns('g Space', false), ['G', '␣']);
});

test('Ctrl and Command are one', () => {
  assert.equal(keyName({ ...plain, key: 'k', ctrlKey: true }), 'Mod+k');
  assert.equal(keyName({ ...plain, key: 'k', metaKey: true }), 'Mod+k');
});

test('a sequence is begun by its first key and complete with its last', () => {
  assert.equal(matchKeys('g v', ['g']), 'begun');
  assert.equal(matchKeys('g v', ['g', 'v']), 'complete');
  assert.equal(matchKeys('g v', ['g', 'd']), 'no');
  assert.equal(matchKeys('j', ['j', 'j']), 'no');
});

test('letters can be switched off, combinations not', () => {
  assert.equal(isLetterShortcut('g v'), true);
  assert.equal(isLetterShortcut('Mod+k'), false);
  assert.equal(isLetterShortcut('Enter'), false);
  assert.equal(isLetterShortcut('Space'), false);
});

test('keys are drawn as they are printed on the keyboard', () => {
  assert.deepEqual(keySigns('Mod+k', false), ['Ctrl', 'K']);
  assert.deepEqual(keySigns('g v', false), ['G', 'V']);
  assert.deepEqual(keySigns('Mod+k', true), ['⌘', 'K']);
});
