import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError } from '#ui/api-error.ts';
import type { SigningProgressReply, SigningRoomRow, SignTogetherReply } from '../contract.ts';
import { signTogether, type BatchEnd, type BatchItem, type BatchResult } from './batch-signing.ts';
import { keepPlaces, neighbour, nextWaiting, outcomeOf, queueOf, selectable, type Done, type QueuedRow, type ShownRow } from './signing-queue.ts';

const row = (id: string, waitingSince = '2026-11-20T01:00:00Z'): SigningRoomRow => ({
  id, waitingSince, act: 'sign', typeName: 'Công văn', summary: id, urgency: 'normal', answerDue: null, drafterName: 'A', draftingUnitName: null, main: null,
}); // prettier-ignore
const rows = (ids: string): SigningRoomRow[] => Array.from(ids, (id) => row(id));
const names = (list: readonly SigningRoomRow[]) => list.map(({ id }) => id).join('');
const doneHere = (...ids: string[]): Done => new Map(ids.map((id) => [id, { outcome: 'signed', since: row(id).waitingSince }]));
const shown = (ids: string, away = ''): ShownRow[] => rows(ids).map((each) => ({ ...each, isAway: away.includes(each.id) }));
const queued = (ids: string, done: Done = new Map()): QueuedRow[] => rows(ids).map((each) => ({ ...each, outcome: outcomeOf(each, done) }));

test('what was done here keeps its place, what others took drops out, and what is new comes last', () => {
  assert.equal(names(queueOf(keepPlaces(shown('abcd'), rows('ZadY')), doneHere('b'))), 'abdZY');
  assert.equal(names(queueOf(keepPlaces([], rows('ab')), new Map())), 'ab');
});

test('what was done here keeps its place also where the queue knows it before the answer is here', () => {
  const overtaken = keepPlaces(shown('abcd'), rows('acd'));
  assert.equal(names(queueOf(overtaken, new Map())), 'acd');
  assert.equal(names(queueOf(overtaken, doneHere('b'))), 'abcd');
  assert.equal(nextWaiting(overtaken, new Map(), 'b')?.id, 'c');
  assert.equal(names(queueOf(keepPlaces(overtaken, rows('abcd')), new Map())), 'abcd', 'and what comes back stands where it stood');
});

test('a document that comes back waits again', () => {
  const done = doneHere('a');
  assert.equal(outcomeOf(row('a'), done), 'signed');
  assert.equal(outcomeOf(row('a', '2026-11-20T02:00:00Z'), done), undefined);
});

test('the next one is behind the open one, then from the top, and none when all is done', () => {
  assert.equal(nextWaiting(shown('abcd'), doneHere('c'), 'b')?.id, 'd');
  assert.equal(nextWaiting(shown('abcd', 'a'), doneHere('d'), 'd')?.id, 'b');
  assert.equal(nextWaiting(shown('ab'), doneHere('a'), 'b'), undefined);
});

test('going on from row to row ends at both ends', () => {
  const list = queued('abc');
  assert.deepEqual([neighbour(list, undefined, 1)?.id, neighbour(list, 'a', 1)?.id, neighbour(list, 'c', 1)?.id, neighbour(list, 'a', -1)?.id], ['a', 'b', 'c', 'a']);
});

test('“select all” takes what waits, no more than one turn signs, and knows whether that is all', () => {
  const of = (ids: string, hasMore: boolean, done?: Done) => {
    const { rows: taken, ...rest } = selectable(queued(ids, done), hasMore, 3);
    return { taken: names(taken), ...rest };
  };
  assert.deepEqual(of('abc', false), { taken: 'abc', isAll: true, isBounded: false });
  assert.deepEqual(of('abcd', false, doneHere('a')), { taken: 'bcd', isAll: true, isBounded: false });
  assert.deepEqual(of('abcd', false), { taken: 'abc', isAll: false, isBounded: true });
  assert.deepEqual(of('abc', true), { taken: 'abc', isAll: false, isBounded: true });
  assert.deepEqual(of('abc', true, doneHere('a')), { taken: 'bc', isAll: false, isBounded: false });
});

const items = (ids: string): BatchItem[] => Array.from(ids, (id) => ({ id, act: 'sign', placement: null }));
const problem = (status: number, code: string) => new ApiError({ status, code, message: code });
type Sent = SignTogetherReply['documents'][number]['state'];
const reply = (states: Readonly<Record<string, Sent>>, confirmations = 1): SignTogetherReply => ({
  confirmations,
  approvalIds: [],
  documents: Object.entries(states).map(([id, state]) => (state === 'refused' ? { id, state, problem: { code: 'cases.notInThisState', message: 'Đã ký rồi' } } : { id, state })),
});

type Ran = { end: BatchEnd; results: Map<string, BatchResult>; seen: string[]; keys: string[] };

/** `progress` is what the server says while it signs, one answer after the other. */
async function runBatch(ids: string, send: () => Promise<SignTogetherReply>, progress: SigningProgressReply['documents'][] = []): Promise<Ran> {
  const results = new Map<string, BatchResult>();
  const seen: string[] = [];
  const keys: string[] = [];
  const end = await signTogether({
    items: items(ids),
    key: 'one press',
    pause: () => new Promise((resolve) => setTimeout(resolve, 1)),
    follow: () => Promise.resolve({ documents: progress.shift() ?? [] }),
    onResult: (id, result) => {
      seen.push(`${id} ${result?.state ?? 'free'}`);
      if (result === undefined) results.delete(id);
      else results.set(id, result);
    },
    send: (_, key) => {
      keys.push(key);
      return send();
    },
  });
  return { end, results, seen, keys };
}

test('one document that fails does not hold up the others, and says why', async () => {
  const { end, results, keys } = await runBatch('abc', () => Promise.resolve(reply({ a: 'signed', b: 'refused', c: 'pending' })));
  assert.deepEqual(end, { stopped: undefined, confirmations: 1, approvalIds: [] });
  assert.deepEqual([...results], [['a', { state: 'signed' }], ['b', { state: 'refused', message: 'Đã ký rồi', fix: undefined }], ['c', { state: 'pending' }]]);
  assert.deepEqual(keys, ['one press'], 'one request for all');
});

test('a wrong PIN, a locked key and an ended session stop at once: one attempt, and everything waits for the next press', async () => {
  for (const error of [problem(422, 'signatures.wrongPin'), problem(423, 'signatures.credentialLocked'), problem(422, 'signatures.devicePinWrong'), problem(409, 'signatures.deviceRemoved'), problem(401, 'kernel.unauthenticated')]) {
    const { end, results, keys } = await runBatch('abc', () => Promise.reject(error));
    assert.equal(end.stopped, error);
    assert.equal(keys.length, 1, error.code);
    assert.equal(results.size, 0);
  }
});

test('an answer that is lost is asked for once more under the same key, and a server that is away twice stops', async () => {
  let lost = 1;
  const once = await runBatch('a', () => (lost-- > 0 ? Promise.reject(problem(0, 'network.unreachable')) : Promise.resolve(reply({ a: 'signed' }))));
  assert.deepEqual([once.keys, once.results.get('a'), once.end.stopped], [['one press', 'one press'], { state: 'signed' }, undefined]);
  const away = await runBatch('ab', () => Promise.reject(problem(0, 'network.unreachable')));
  assert.equal(away.keys.length, 2);
  assert.equal(away.end.stopped?.code, 'network.unreachable');
});

test('while the server signs, each document shows how far it is, and nothing goes back', async () => {
  let answer: (value: SignTogetherReply) => void = () => undefined;
  const progress: SigningProgressReply['documents'][] = [
    [{ id: 'a', progress: 'asked' }],
    [{ id: 'a', progress: 'putting-in' }],
    [{ id: 'a', progress: 'signed' }, { id: 'b', progress: 'putting-in' }],
    [{ id: 'a', progress: 'putting-in' }],
  ];
  const running = runBatch('ab', () => new Promise((resolve) => (answer = resolve)), progress);
  while (progress.length > 0) await new Promise((resolve) => setTimeout(resolve, 1));
  answer(reply({ a: 'signed', b: 'signed' }));
  assert.deepEqual((await running).seen, ['a waiting', 'b waiting', 'a signing', 'a signed', 'b signing', 'b signed']);
});

test('when the connection is lost for good, what is known to be signed stays signed', async () => {
  const progress: SigningProgressReply['documents'][] = [[{ id: 'a', progress: 'signed' }]];
  const { end, results } = await runBatch('ab', async () => {
    while (progress.length > 0) await new Promise((resolve) => setTimeout(resolve, 1));
    throw problem(0, 'network.unreachable');
  }, progress);
  assert.equal(end.stopped?.code, 'network.unreachable');
  assert.deepEqual([...results], [['a', { state: 'signed' }]]);
});
