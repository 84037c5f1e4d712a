import assert from 'node:assert/strict';
import { test } from 'node:test';
import { QueryClient, QueryObserver } from '@tanstack/react-query';
import { afterAnswers, belongsTo, growOld } from './live.ts';

test('a query grows old with the topic that its key begins with', () => {
  assert.equal(belongsTo('incoming-documents', ['incoming-documents', 'list'], undefined), true);
  assert.equal(belongsTo('incoming-documents', ['outgoing-documents', 'incoming-documents'], undefined), false);
});

test('a query may name further topics', () => {
  assert.equal(belongsTo('cases', ['count', '/api/v1/my-work/counts'], { topics: ['cases'] }), true);
  assert.equal(belongsTo('cases', ['count'], { topics: [] }), false);
});

test('after a lost connection everything may be old', () => {
  assert.equal(belongsTo('*', ['anything'], undefined), true);
});

test('a hint does not overtake the answer to what this tab sends', async (t) => {
  const queries = new QueryClient();
  const told: string[] = [];
  const hints = afterAnswers(queries, (topic) => told.push(topic));
  t.after(() => {
    hints.stop();
    queries.clear();
  });
  hints.take('cases');
  assert.deepEqual(told, ['cases'], 'nothing is being sent: it is told at once');
  const { promise, resolve } = Promise.withResolvers<string>();
  const sending = queries.getMutationCache().build(queries, { mutationFn: () => promise, onSuccess: () => told.push('answer') }).execute(undefined);
  for (const topic of ['outgoing-documents', 'my-work', 'outgoing-documents']) hints.take(topic);
  assert.deepEqual(told, ['cases']);
  resolve('returned');
  await sending;
  assert.deepEqual(told, ['cases', 'answer', 'outgoing-documents', 'my-work']);
});

test('an answer that is very late holds up no news', async (t) => {
  const queries = new QueryClient();
  const told: string[] = [];
  const { promise, resolve } = Promise.withResolvers<string>();
  const { promise: heard, resolve: hear } = Promise.withResolvers<undefined>();
  const hints = afterAnswers(queries, (topic) => hear(void told.push(topic)), 20);
  t.after(() => {
    hints.stop();
    queries.clear();
  });
  const sending = queries.getMutationCache().build(queries, { mutationFn: () => promise }).execute(undefined);
  hints.take('cases');
  await heard;
  assert.deepEqual(told, ['cases']);
  resolve('at last');
  await sending;
  assert.deepEqual(told, ['cases']);
});

test('what changes while a list is being loaded for the first time is asked for again', async (t) => {
  const queries = new QueryClient();
  const [first, second] = [Promise.withResolvers<string>(), Promise.withResolvers<string>()];
  const answers = [first.promise, second.promise];
  const shown: (string | undefined)[] = [];
  const observer = new QueryObserver(queries, { queryKey: ['incoming-documents', 'list'], retry: false, queryFn: () => answers.shift() ?? Promise.reject(new Error('asked once too often')) });
  const leave = observer.subscribe(({ data }) => shown.push(data));
  t.after(() => {
    leave();
    queries.clear();
  });
  growOld(queries, 'incoming-documents');
  growOld(queries, 'cases');
  growOld(queries, 'incoming-documents');
  first.resolve('before the letter came');
  second.resolve('with the letter');
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(shown.at(-1), 'with the letter');
  assert.equal(observer.getCurrentResult().failureCount, 0, 'once more, however often there was news');
});

test('it is asked for again also where the first answer was a refusal', async (t) => {
  const queries = new QueryClient();
  const first = Promise.withResolvers<string>();
  const answers = [first.promise, Promise.resolve('now')];
  const observer = new QueryObserver(queries, { queryKey: ['cases', 'one'], retry: false, queryFn: () => answers.shift() ?? Promise.reject(new Error('asked once too often')) });
  const leave = observer.subscribe(() => undefined);
  t.after(() => {
    leave();
    queries.clear();
  });
  growOld(queries, 'cases');
  first.reject(new Error('not there yet'));
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(observer.getCurrentResult().data, 'now');
});
