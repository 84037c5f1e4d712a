import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stateAfter, stateLabels, statusRules, type MessageState, type Status } from './status.ts';

const allowed: Record<MessageState, Status[]> = {
  arrived: ['02', '03'],
  refused: [],
  registered: ['04', '05', '06'],
  assigned: ['04', '05', '06'],
  in_process: ['06'],
  completed: [],
  recalled: [],
  replaced: [],
  asked: ['15', '16'],
  agreed: [],
  declined: [],
};

test('each status can be given in exactly the states of the table', () => {
  // safe because these records have exactly these keys
  for (const state of Object.keys(stateLabels) as MessageState[]) {
    for (const status of Object.keys(statusRules) as Status[]) {
      assert.equal(stateAfter(state, status), allowed[state].includes(status) ? statusRules[status].state : undefined, `${status} in ${state}`);
    }
  }
});
