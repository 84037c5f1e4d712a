import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { AppError } from '#kernel/errors.ts';
import { stateOf, transition } from './transition.ts';
import { actionsIn, defineLifecycle, isState, lifecycleTable, nextState } from './domain/lifecycle.ts';

const letter = defineLifecycle({
  name: 'letter',
  initial: 'draft',
  states: {
    draft: { vi: 'dự thảo', en: 'draft' },
    submitted: { vi: 'trình ký', en: 'submitted' },
    signed: { vi: 'đã ký', en: 'signed' },
  },
  actions: {
    submit: { vi: 'trình ký', en: 'submit it', from: { draft: 'submitted' } },
    return: { vi: 'trả lại', en: 'return it', from: { submitted: 'draft' } },
    sign: { vi: 'ký', en: 'sign it', from: { submitted: 'signed' } },
  },
});

test('an action leads where the table says', () => {
  assert.equal(transition(letter, 'draft', 'submit'), 'submitted');
  assert.equal(transition(letter, 'submitted', 'return'), 'draft');
  assert.deepEqual(actionsIn(letter, 'submitted'), ['return', 'sign']);
  assert.deepEqual(actionsIn(letter, 'signed'), []);
});

test('an action that the table does not have is refused with the names of both, in both languages', () => {
  assert.throws(
    () => transition(letter, 'signed', 'return'),
    (error: unknown) => {
      assert.ok(error instanceof AppError);
      assert.equal(error.code, 'cases.notInThisState');
      assert.equal(error.entry.status, 409);
      assert.equal(error.describe('vi').message, 'Không thể trả lại khi đang ở trạng thái “đã ký”.');
      assert.equal(error.describe('en').message, 'It is “signed”, so one cannot return it now.');
      return true;
    },
  );
});

test('whatever is done in whatever order, a thing is always in one of its states', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('submit', 'return', 'sign')), (actions) => {
      let state = letter.initial;
      for (const action of actions) {
        const allowed = actionsIn(letter, state).includes(action);
        const next = nextState(letter, state, action);
        assert.equal(next !== undefined, allowed);
        state = next ?? state;
        assert.ok(isState(letter, state));
      }
    }),
  );
});

test('a state of the database that the table does not know is named, not guessed', () => {
  assert.equal(stateOf(letter, 'signed'), 'signed');
  assert.throws(() => stateOf(letter, 'toString'), /unknownState/);
});

test('a table with a state that nothing leads to is refused', () => {
  const states = { draft: { vi: 'a', en: 'a' }, lost: { vi: 'b', en: 'b' } };
  assert.throws(() => defineLifecycle({ name: 'broken', initial: 'draft', states, actions: { stay: { vi: 'a', en: 'a', from: { draft: 'draft' } } } }), /nothing leads to lost/);
});

test('the table prints as Markdown, one row a state and one column an action', () => {
  const lines = lifecycleTable(letter).split('\n');
  assert.equal(lines.length, 5);
  assert.equal(lines[3], '| **submitted**<br>*trình ký* |  | → draft | → signed |');
});
