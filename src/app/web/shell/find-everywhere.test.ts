import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Api } from '#ui/api-context.tsx';
import { ApiError } from '#ui/api-error.ts';
import { defineMessages } from '#ui/i18n.ts';
import { defineWebModule, type Finding, type WebModule } from '#ui/web-module.ts';
import { findEverywhere } from './find-everywhere.ts';

const icon = () => null;
const aModule = (name: string, label: string): WebModule =>
  defineWebModule({
    name,
    messages: defineMessages({ vi: { found: label }, en: { found: `${label} (en)` } }),
    places: [],
    routes: [],
    // safe because the server of the test answers with findings
    finds: [{ label: 'found', icon, url: `/api/${name}`, query: (text) => ({ text }), pick: (reply) => reply as Finding[] }],
  });
const modules = [aModule('documents', 'Văn bản đến'), aModule('agencies', 'Cơ quan')];

const refusal = new ApiError({ status: 403, code: 'kernel.forbidden', message: 'Không được xem' });

function asked(answers: Record<string, Finding[] | Error>) {
  const stop = new AbortController();
  const went: string[] = [];
  const questions: unknown[] = [];
  // safe because a caller names the type of what this server answers
  const get = ((path, options) => {
    questions.push([path, options?.query]);
    const answer = answers[path] ?? refusal;
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  }) as Api['get'];
  const asking = { api: { get }, abilities: [], language: 'vi', signal: stop.signal, navigate: (path: string) => void went.push(path) } as const;
  return { went, questions, stop: () => stop.abort(), find: (typed: string) => findEverywhere(modules, typed, asking) };
}
const finding = (id: string): Finding => ({ id, path: `/nơi/${id}`, label: `Thứ ${id}`, hint: '01/SNV' });

test('every source is asked with what was typed, and what it finds stands under its heading and leads to its place', async () => {
  const { find, questions, went } = asked({ '/api/documents': [finding('a')], '/api/agencies': [finding('b')] });
  const found = await find('so noi vu');
  assert.deepEqual(questions, [['/api/documents', { text: 'so noi vu' }], ['/api/agencies', { text: 'so noi vu' }]]);
  assert.deepEqual(found.map(({ group, label, hint }) => [group, label, hint]), [['Văn bản đến', 'Thứ a', '01/SNV'], ['Cơ quan', 'Thứ b', '01/SNV']]);
  found[1]?.run();
  assert.deepEqual(went, ['/nơi/b']);
});

test('a source that refuses hides nothing of the others', async () => {
  const { find } = asked({ '/api/agencies': [finding('b')] });
  assert.deepEqual((await find('noi')).map(({ label }) => label), ['Thứ b']);
});

test('a defect is not taken for an empty answer, but who has typed on waits for nothing any more', async () => {
  const defect = new TypeError('rows is not iterable');
  const { find, stop } = asked({ '/api/agencies': [finding('b')], '/api/documents': defect });
  await assert.rejects(find('noi'), defect);
  stop();
  assert.deepEqual((await find('noi')).map(({ label }) => label), ['Thứ b']);
});

test('one letter asks nobody, and a source that finds much shows its first six', async () => {
  const many = Array.from({ length: 50 }, (_, index) => finding(String(index)));
  const { find, questions } = asked({ '/api/documents': many, '/api/agencies': [] });
  assert.deepEqual(await find('s'), []);
  assert.deepEqual(questions, []);
  assert.equal((await find('so')).length, 6);
});
