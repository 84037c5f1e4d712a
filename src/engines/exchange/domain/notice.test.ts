import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decideNotice, type NoticeFacts, type TargetFacts } from './notice.ts';

const recall: NoticeFacts = { kind: 'recall', cancels: true, namesThisContent: true, sequence: 1 };
const takeBack: NoticeFacts = { ...recall, kind: 'take_back' };
const update: NoticeFacts = { ...recall, kind: 'update', cancels: false };
const removal: NoticeFacts = { ...recall, kind: 'update' };
const replace: NoticeFacts = { ...recall, kind: 'replace', cancels: false };
const target = (state: TargetFacts['state'], more: Partial<TargetFacts> = {}): TargetFacts => ({ state, isOpened: false, sequence: 0, hasKeeper: true, ...more });
const outcome = (notice: NoticeFacts, facts: TargetFacts): string => {
  const decision = decideNotice(notice, facts);
  return decision.outcome === 'agree' ? `agree ${decision.effect}` : decision.outcome;
};

const states = ['arrived', 'registered', 'assigned', 'in_process', 'completed', 'refused', 'recalled', 'replaced'] as const;
const table: [string, NoticeFacts, string[]][] = [
  ['a recall', recall, ['agree recalled', 'ask', 'ask', 'ask', 'ask', 'agree none', 'agree none', 'agree recalled']],
  ['the removal of a recipient', removal, ['agree recalled', 'ask', 'ask', 'ask', 'ask', 'agree none', 'agree none', 'agree recalled']],
  ['a taking back', takeBack, ['agree recalled', 'decline', 'decline', 'decline', 'decline', 'agree none', 'agree none', 'decline']],
  ['an update', update, ['agree updated', 'ask', 'ask', 'ask', 'ask', 'decline', 'decline', 'decline']],
  ['a replacement', replace, ['agree replaced', 'agree replaced', 'agree replaced', 'agree replaced', 'agree replaced', 'agree none', 'agree none', 'agree replaced']],
];
for (const [name, notice, expected] of table) {
  test(`${name} does in each state of the document exactly what the table says`, () => {
    assert.deepEqual(states.map((state) => outcome(notice, target(state))), expected);
  });
}

test('a taking back meets an opened document too late, a recall does not', () => {
  assert.equal(outcome(takeBack, target('arrived', { isOpened: true })), 'decline');
  assert.equal(outcome(recall, target('arrived', { isOpened: true })), 'agree recalled');
});

test('a notice about another content changes nothing, and an older update does not undo a newer one', () => {
  for (const notice of [recall, takeBack, update, replace]) assert.equal(outcome({ ...notice, namesThisContent: false }, target('arrived')), 'decline');
  assert.equal(outcome(update, target('arrived', { sequence: 2 })), 'agree none');
});

test('where no clerk is left to be asked, a recall cancels and an update changes at once', () => {
  assert.equal(outcome(recall, target('registered', { hasKeeper: false })), 'agree recalled');
  assert.equal(outcome(update, target('registered', { hasKeeper: false })), 'agree updated');
});
