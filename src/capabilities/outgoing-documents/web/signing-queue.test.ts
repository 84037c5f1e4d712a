import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError } from '#ui/api-error.ts';
import type { SigningRoomRow } from '../contract.ts';
import { signOneByOne, type BatchItem, type BatchResult, type SignOne } from './batch-signing.ts';
import { keepPlaces, neighbour, nextWaiting, outcomeOf, type Done, type QueuedRow } from './signing-queue.ts';

const row = (id: string, waitingSince = '2026-11-20T01:00:00Z'): SigningRoomRow => ({
  id, waitingSince, act: 'sign', typeName: 'Công văn', summary: id, urgency: 'normal', answerDue: null, drafterName: 'A', draftingUnitName: null, main: null,
}); // prettier-ignore
const rows = (ids: string): SigningRoomRow[] => Array.from(ids, (id) => row(id));
const names = (list: readonly SigningRoomRow[]) => list.map(({ id }) => id).join('');
const doneHere = (...ids: string[]): Done => new Map(ids.map((id) => [id, { outcome: 'signed', since: row(id).waitingSince }]));
const queued = (ids: string, done: Done = new Map()): QueuedRow[] => rows(ids).map((each) => ({ ...each, outcome: outcomeOf(each, done) }));

test('what was done here keeps its place, what others took drops out, and what is new comes last', () => {
  assert.equal(names(keepPlaces(rows('abcd'), rows('ZadY'), doneHere('b'))), 'abdZY');
  assert.equal(names(keepPlaces([], rows('ab'), new Map())), 'ab');
});

test('a document that comes back waits again', () => {
  const done = doneHere('a');
  assert.equal(outcomeOf(row('a'), done), 'signed');
  assert.equal(outcomeOf(row('a', '2026-11-20T02:00:00Z'), done), undefined);
});

test('the next one is behind the open one, then from the top, and none when all is done', () => {
  assert.equal(nextWaiting(queued('abcd', doneHere('c')), 'b')?.id, 'd');
  assert.equal(nextWaiting(queued('abcd', doneHere('d')), 'd')?.id, 'a');
  assert.equal(nextWaiting(queued('ab', doneHere('a')), 'b'), undefined);
  assert.equal(nextWaiting(queued('ab'), undefined)?.id, 'a');
});

test('going on from row to row ends at both ends', () => {
  const list = queued('abc');
  assert.deepEqual([neighbour(list, undefined, 1)?.id, neighbour(list, 'a', 1)?.id, neighbour(list, 'c', 1)?.id, neighbour(list, 'a', -1)?.id], ['a', 'b', 'c', 'a']);
});

const items = (ids: string): BatchItem[] => Array.from(ids, (id) => ({ id, act: 'sign', placement: null }));
const problem = (status: number, code: string) => new ApiError({ status, code, message: code });

async function runBatch(ids: string, sign: SignOne): Promise<{ stopped: ApiError | undefined; results: Map<string, BatchResult>; tried: string[] }> {
  const results = new Map<string, BatchResult>();
  const tried: string[] = [];
  let keys = 0;
  const stopped = await signOneByOne({
    items: items(ids),
    newKey: () => String((keys += 1)),
    onResult: (id, result) => (result === undefined ? results.delete(id) : results.set(id, result)),
    sign: (item, key) => {
      tried.push(`${item.id}${key}`);
      return sign(item, key);
    },
  });
  return { stopped, results, tried };
}

test('one document that fails does not hold up the others, and says why', async () => {
  const { stopped, results, tried } = await runBatch('abc', ({ id }) => (id === 'b' ? Promise.reject(problem(409, 'cases.notInThisState')) : Promise.resolve({ state: id === 'c' ? 'pending' : 'signed' })));
  assert.equal(stopped, undefined);
  assert.deepEqual([...results], [['a', { state: 'signed' }], ['b', { state: 'refused', message: 'cases.notInThisState', fix: undefined }], ['c', { state: 'pending' }]]);
  assert.deepEqual(tried, ['a1', 'b2', 'c3']);
});

test('a wrong PIN, a locked key and an ended session stop at once: no further attempt is used up', async () => {
  for (const error of [problem(422, 'signatures.wrongPin'), problem(423, 'signatures.credentialLocked'), problem(422, 'signatures.devicePinWrong'), problem(409, 'signatures.deviceRemoved'), problem(401, 'kernel.unauthenticated')]) {
    const { stopped, results, tried } = await runBatch('abc', ({ id }) => (id === 'b' ? Promise.reject(error) : Promise.resolve({ state: 'signed' })));
    assert.equal(stopped, error);
    assert.deepEqual(tried, ['a1', 'b2'], error.code);
    assert.deepEqual([...results.keys()], ['a'], 'what was not signed waits for the next press');
  }
});

test('an answer that is lost is asked for once more under the same key, and a server that is away twice stops', async () => {
  let lost = 1;
  const once = await runBatch('a', () => (lost-- > 0 ? Promise.reject(problem(0, 'network.unreachable')) : Promise.resolve({ state: 'signed' })));
  assert.deepEqual([once.tried, once.results.get('a'), once.stopped], [['a1', 'a1'], { state: 'signed' }, undefined]);
  const away = await runBatch('ab', () => Promise.reject(problem(0, 'network.unreachable')));
  assert.deepEqual(away.tried, ['a1', 'a1']);
  assert.equal(away.stopped?.code, 'network.unreachable');
});
