import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAttention } from './attention.ts';

function anAttention() {
  const clock = { at: 1_000_000 };
  let returns = 0;
  const attention = createAttention({ now: () => clock.at, onReturn: () => (returns += 1) });
  return { attention, later: (seconds: number) => (clock.at += seconds * 1000), returns: () => returns };
}

test('what a screen asks soon after an input is the person’s, what it asks later is its own', () => {
  const { attention, later } = anAttention();
  assert.equal(attention.isUnattended(), false, 'opening the page is an input');
  later(6);
  assert.equal(attention.isUnattended(), true);
  attention.noteInput();
  assert.equal(attention.isUnattended(), false);
});

test('the server hears of somebody who only reads, at most once a minute', () => {
  const { attention, later, returns } = anAttention();
  later(59);
  attention.noteInput();
  assert.equal(returns(), 0);
  later(2);
  attention.noteInput();
  attention.noteInput();
  assert.equal(returns(), 1);
  later(61);
  attention.noteInput();
  assert.equal(returns(), 2);
});

test('who works with the server need not be announced', () => {
  const { attention, later, returns } = anAttention();
  for (let minute = 0; minute < 5; minute += 1) {
    later(50);
    attention.noteActivity();
    attention.noteInput();
  }
  assert.equal(returns(), 0);
});
