import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arrivalSteps, decideArrival, type ArrivalFacts, type FileFacts } from './arrival-steps.ts';

const file: FileFacts = { name: 'van-ban.pdf', isPresent: true, hashMatches: true, sizeMatches: true, indication: 'TOTAL-PASSED' };
const good: ArrivalFacts = { statedHash: 'a', computedHash: 'a', known: 'new', wellFormed: { ok: true }, files: [file], secrecy: 'none', recipientActive: true };

test('an arrival that passes every step is accepted, and every step is on record', () => {
  const decision = decideArrival(good);
  assert.equal(decision.accepted, true);
  assert.deepEqual(decision.steps.map((step) => [step.step, step.outcome]), arrivalSteps.map((step) => [step.name, 'passed']));
});

const refusals: [string, Partial<ArrivalFacts>, string][] = [
  ['the text does not fit the hash that came with it', { statedHash: 'b' }, 'original-kept'],
  ['the same envelope came before with another content', { known: 'different' }, 'seen-before'],
  ['a field is missing', { wellFormed: { ok: false, problem: 'document.number' } }, 'well-formed'],
  ['a file is missing', { files: [file, { ...file, isPresent: false }] }, 'integrity'],
  ['the bytes of a file are not those of its hash', { files: [{ ...file, hashMatches: false }] }, 'integrity'],
  ['a file has another size', { files: [{ ...file, sizeMatches: false }] }, 'integrity'],
  ['there is no file at all', { files: [] }, 'integrity'],
  ['it carries a mark of secrecy', { secrecy: 'secret' }, 'policy'],
  ['the recipient is closed', { recipientActive: false }, 'policy'],
];
for (const [rule, facts, step] of refusals) {
  test(`an arrival is refused at the step “${step}” when ${rule}, with a reason and no further steps`, () => {
    const decision = decideArrival({ ...good, ...facts });
    assert.equal(decision.accepted, false);
    assert.equal(decision.refusedAt, step);
    assert.equal(decision.steps.at(-1)?.step, step);
    assert.ok((decision.reason ?? '').length > 5);
  });
}

test('the same envelope again is no reason to refuse', () => {
  assert.equal(decideArrival({ ...good, known: 'same' }).accepted, true);
});

test('doubtful signatures are pointed out, and a person decides', () => {
  for (const indication of ['TOTAL-FAILED', 'INDETERMINATE', 'UNSIGNED', 'UNREADABLE'] as const) {
    const decision = decideArrival({ ...good, files: [{ ...file, indication }] });
    assert.equal(decision.accepted, true);
    assert.deepEqual(decision.steps.find((step) => step.step === 'signatures'), { step: 'signatures', outcome: 'warned', detail: `van-ban.pdf: ${indication}` });
  }
});
