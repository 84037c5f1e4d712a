import assert from 'node:assert/strict';
import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { test } from 'node:test';
import { modules } from '#app/capabilities.ts';
import { lifecycle as incomingLifecycle } from '#capabilities/incoming-documents/lifecycle.ts';
import { lifecycle as outgoingLifecycle } from '#capabilities/outgoing-documents/lifecycle.ts';
import { statusRules } from '#engines/exchange/index.ts';
import { roles } from '#engines/identity/index.ts';

const root = resolve(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const documents = ['README.md', 'README.vi.md', 'ARCHITECTURE.md', 'GLOSSARY.md', 'CONTRIBUTING.md', ...globSync('docs/**/*.md', { cwd: root }), ...globSync('src/**/README.md', { cwd: root })];

/** The cells of the tables under a heading, or of all tables. */
function rowsOf(text: string): string[][] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('|') && !/^\|[\s|:-]+\|$/.test(line))
    .map((line) => line.split('|').slice(1, -1).map((cell) => cell.trim()));
}

function section(text: string, heading: RegExp): string {
  const part = text.split(/^## /m).find((each) => heading.test(each));
  assert.ok(part !== undefined, `no section ${String(heading)}`);
  return part;
}

const codeIn = (text: string): string[] => [...text.matchAll(/`([^`\n]+)`/g)].map((match) => match[1] ?? '');

test('every link between the documents leads to a file', () => {
  for (const document of documents) {
    for (const match of read(document).matchAll(/\]\((?!https?:|#)([^)#\s]+)[^)]*\)/g)) {
      assert.ok(existsSync(join(root, dirname(document), match[1] ?? '')), `${document}: ${match[1] ?? ''}`);
    }
  }
});

test('ARCHITECTURE tells the way of a document in eight steps whose files exist', () => {
  const way = rowsOf(section(read('ARCHITECTURE.md'), /^A signed document/)).slice(1);
  assert.deepEqual(way.map(([number]) => number), ['1', '2', '3', '4', '5', '6', '7', '8']);
  for (const [, files = ''] of way) {
    assert.ok(codeIn(files).length > 0);
    for (const file of codeIn(files)) assert.ok(existsSync(join(root, file)), file);
  }
});

test('every path that ARCHITECTURE, README and CONTRIBUTING name exists', () => {
  for (const document of ['ARCHITECTURE.md', 'README.md', 'README.vi.md', 'CONTRIBUTING.md', ...globSync('docs/**/*.md', { cwd: root })]) {
    const paths = codeIn(read(document)).filter((code) => /^(src|seeds|journeys|tests|bench|bin|db|docs)\/[\w./-]+$/.test(code));
    for (const path of paths) assert.ok(existsSync(join(root, path)), `${document}: ${path}`);
  }
});

test('ARCHITECTURE names every engine with exactly what it may use, and every capability', () => {
  const text = read('ARCHITECTURE.md');
  const engines = new Map(rowsOf(text).flatMap(([name = '', , uses = '']) => (existsSync(join(root, 'src/engines', codeIn(name)[0] ?? ' ')) ? [[codeIn(name)[0] ?? '', uses.split(', ').filter(Boolean)] as const] : [])));
  assert.deepEqual([...engines.keys()].sort(), readdirSync(join(root, 'src/engines')).sort());
  const walls = read('.dependency-cruiser.cjs');
  for (const [engine, uses] of engines) {
    const allowed = [...(new RegExp(`^  ${engine}: \\[(.*)\\],$`, 'm').exec(walls)?.[1] ?? '').matchAll(/'(\w+)'/g)].map((match) => match[1] ?? '');
    assert.deepEqual(uses.toSorted(), allowed.sort(), engine);
  }
  const named = codeIn(/^Capabilities: .*$/m.exec(text)?.[0] ?? '').filter((name) => !name.startsWith('/'));
  assert.deepEqual(named.sort(), readdirSync(join(root, 'src/capabilities')).sort());
});

type Word = { vi: string; forms: string[] };

function glossary(pick: (heading: string) => boolean): Word[] {
  return read('GLOSSARY.md')
    .split(/^## /m)
    .slice(1)
    .filter((part) => pick(part.split('\n')[0] ?? ''))
    .flatMap((part) => rowsOf(part).slice(1).map(([vi = '', forms = '']) => ({ vi, forms: codeIn(forms) })));
}

const isActs = (heading: string): boolean => heading.startsWith('Acts');
const things = glossary((heading) => !isActs(heading));
const acts = glossary(isActs);

/** A word and the forms that follow from it by rule: plural and past. */
function inflections(word: string): string[] {
  const stem = word.replace(/[ey]$/, '');
  return [word, `${word}s`, `${stem}ies`, `${word}ed`, `${word}d`, `${stem}ied`];
}

const known = (words: readonly Word[]): Set<string> => new Set(words.flatMap(({ forms }) => forms.flatMap(inflections)));

test('one concept has one identifier, one Vietnamese term and one sentence', () => {
  for (const words of [things, acts]) {
    const forms = words.flatMap((word) => word.forms);
    assert.deepEqual(forms.filter((form, index) => forms.indexOf(form) !== index), []);
    for (const { vi, forms: own } of words) assert.ok(vi !== '' && own.length > 0 && own.every((form) => /^[a-z]+(-[a-z]+)*$/.test(form)), own.join());
  }
  for (const row of rowsOf(read('GLOSSARY.md'))) assert.ok(row.length === 3 && row.every((cell) => cell !== ''), row.join(' | '));
});

test('GLOSSARY has the words of every event: the thing and what happened to it', () => {
  const [nouns, verbs] = [known(things), known(acts)];
  const unknown = modules.flatMap((module) =>
    Object.keys(module.events ?? {}).filter((name) => {
      const words = name.split('-');
      const thing = words.slice(0, -1).join('-');
      return !nouns.has(name) && !(nouns.has(thing) && verbs.has(words.at(-1) ?? ''));
    }),
  );
  assert.deepEqual(unknown, []);
});

test('GLOSSARY has every state and action of a lifecycle, each action with the Vietnamese word of the product', () => {
  for (const lifecycle of [incomingLifecycle, outgoingLifecycle]) {
    assert.ok(known(things).has(lifecycle.name), lifecycle.name);
    for (const state of Object.keys(lifecycle.states)) assert.ok(known(acts).has(state) || known(things).has(state), state);
    for (const [action, { vi }] of Object.entries<{ vi: string }>(lifecycle.actions)) {
      const word = acts.find(({ forms }) => forms.includes(action));
      assert.ok(word !== undefined, action);
      assert.ok(word.vi.includes(vi), `${action}: the product says “${vi}”, the glossary “${word.vi}”`);
    }
  }
  for (const { state } of Object.values(statusRules)) assert.ok(known(acts).has(state.replaceAll('_', '-')), state);
  for (const role of roles) assert.ok(known(things).has(role.replaceAll('_', '-')), role);
});

test('every command that the documents name exists', () => {
  // safe because package.json has scripts
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  for (const document of documents) {
    const text = read(document);
    const code = [...codeIn(text), ...[...text.matchAll(/^```\w*\n([^]*?)^```/gm)].flatMap((match) => (match[1] ?? '').split('\n'))];
    for (const line of code) {
      const script = /^(?:[A-Z_]+=\S+ )*npm (?:run )?([a-z:]+)/.exec(line)?.[1];
      assert.ok(script === undefined || script in scripts, `${document}: ${line}`);
      const command = /npx lienthong ([a-z]+)/.exec(line)?.[1];
      assert.ok(command === undefined || existsSync(join(root, 'src/app/cli', `${command}.ts`)), `${document}: ${line}`);
    }
  }
  assert.match(read('README.md').slice(0, 300), /npm start[^]*npm test/);
  assert.match(read('README.vi.md').slice(0, 300), /npm start[^]*npm test/);
});

test('the operator’s guide has exactly the variables of the configuration, with their defaults', () => {
  const source = read('src/kernel/config.ts');
  const block = source.slice(source.indexOf('const variables'), source.indexOf('} as const'));
  const declared = new Map(
    block
      .split(/^ {2}(?=[A-Z_]+: \{)/m)
      .slice(1)
      .map((text) => [text.slice(0, text.indexOf(':')), /\.default\('?([^')]+)'?\)/.exec(text)?.[1]?.replaceAll('_', '')] as const),
  );
  assert.ok(declared.size >= 15);
  const table = new Map(rowsOf(section(read('docs/operating.md'), /^Configuration/)).slice(1).map(([name = '', value = '']) => [codeIn(name)[0] ?? '', codeIn(value)[0] ?? value]));
  assert.deepEqual([...table.keys()].sort(), [...declared.keys()].sort());
  for (const [name, value] of declared) if (value !== undefined) assert.equal(table.get(name), value, name);
});

test('the operator’s guide names every variable that the product reads elsewhere', () => {
  const guide = new Set(codeIn(read('docs/operating.md')));
  const usual = new Set(['PATH', 'LOG_LEVEL']);
  const files = globSync('src/**/*.ts', { cwd: root }).filter((file) => !/\.test\.ts$|testing|testkit|\.child\.ts$|\/\.tmp\//.test(file));
  for (const file of files) {
    for (const match of read(file).matchAll(/process\.env\['([A-Z_]+)'\]/g)) {
      const name = match[1] ?? '';
      assert.ok(usual.has(name) || guide.has(name), `${file}: ${name}`);
    }
  }
});

test('decisions are numbered without a gap, and each says what was turned down', () => {
  const pages = readdirSync(join(root, 'docs/decisions')).sort();
  assert.deepEqual(pages.map((page) => Number(page.slice(0, 4))), pages.map((_page, index) => index + 1));
  for (const page of pages) {
    const text = read(join('docs/decisions', page));
    assert.match(text, new RegExp(`^# ${page.slice(0, 4)} · `), page);
    assert.match(text, /^\*\*Decided\.\*\*[^]*^\*\*Why\.\*\*[^]*^\*\*Turned down\.\*\*\n\n(- \*.+\n(?: {2}.+\n)*){2,}/m, page);
  }
});
