import assert from 'node:assert/strict';
import { test } from 'node:test';
import { conventionalOldCode, isWellFormedCode } from './codes.ts';

test('codes from left to right have a level-1 group first and at most 35 characters', () => {
  assert.ok(isWellFormedCode('qd20', 'H56'));
  assert.ok(isWellFormedCode('qd20', 'H56.12.34'));
  assert.ok(isWellFormedCode('qd20', 'G12.34'));
  for (const wrong of ['h56.12', '56.12', 'H56..12', 'H56.12.', `H56${'.1234'.repeat(7)}`]) assert.equal(isWellFormedCode('qd20', wrong), false, wrong);
});

test('codes from right to left have thirteen characters in four groups', () => {
  assert.ok(isWellFormedCode('qcvn102', '000.00.12.H56'));
  for (const wrong of ['00.00.12.H56', '000.00.12.56H', 'H56.12.00.000']) assert.equal(isWellFormedCode('qcvn102', wrong), false, wrong);
});

test('an enterprise number has ten digits and perhaps a branch', () => {
  assert.ok(isWellFormedCode('enterprise', '2800123456'));
  assert.ok(isWellFormedCode('enterprise', '2800123456-001'));
  assert.equal(isWellFormedCode('enterprise', '280012345'), false);
});

test('the conventional old code reverses the groups and fills with zeros', () => {
  assert.equal(conventionalOldCode('H53.31.20'), '000.20.31.H53');
  assert.equal(conventionalOldCode('H56'), '000.00.00.H56');
  assert.equal(conventionalOldCode('H56.12.34.567.8'), undefined);
  assert.equal(conventionalOldCode('H56.123'), undefined);
});
