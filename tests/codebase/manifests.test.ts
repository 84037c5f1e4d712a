import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { capabilities, engines, modules } from '#app/capabilities.ts';
import { lintStatements } from '#app/catalog-lint.ts';
import { allRoutes } from '#app/server.ts';
import { errorCatalogue } from '#kernel/errors.ts';
import { listMigrations, schemaOf } from '#kernel/migrate.ts';

const source = resolve(import.meta.dirname, '../../src');

function sourceFiles(folder = source): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sourceFiles(path);
    return /\.tsx?$/.test(entry.name) ? [path] : [];
  });
}

const serverFiles = sourceFiles().filter((path) => !/\.test\.ts$|\/testing(\.ts|\/)|testkit\.ts$|\/web\/|\/ui\/|\.gen\.ts$/.test(path));
const texts = new Map(serverFiles.map((path) => [path.slice(source.length + 1), readFileSync(path, 'utf8')]));
const catalogued = new Set(modules.flatMap((module) => Object.keys(module.events ?? {}).map((event) => `${module.name}.${event}`)));

/** Names of functions whose own file records an event: a command may do its work, and its record, through one of them. */
const recordingFunctions = new Set(
  [...texts.values()].filter((text) => /\brecord\w*\(/.test(text)).flatMap((text) => [...text.matchAll(/export (?:async )?(?:function|const) (\w+)/g)].map((match) => match[1] ?? '')),
);

/** Whether the file is a command: it exports what its name says. `load.ts` and the like help commands. */
function isCommand(path: string, text: string): boolean {
  const name = (path.split('/').at(-1) ?? '').replace(/\.ts$/, '').replace(/-(\w)/g, (_whole, letter: string) => letter.toUpperCase());
  return path.includes('/commands/') && new RegExp(`export (async function|const) ${name}\\b`).test(text);
}

test('every command records an event, by itself or through another command', () => {
  const silent = [...texts]
    .filter(([path, text]) => isCommand(path, text) && !/\brecord\w*\(/.test(text))
    .filter(([, text]) => ![...text.matchAll(/\b(\w+)\(ctx\b/g)].some((match) => recordingFunctions.has(match[1] ?? '')))
    .map(([path]) => path);
  assert.deepEqual(silent, []);
  assert.ok([...texts].filter(([path, text]) => isCommand(path, text)).length > 30);
});

test('every recorded event is in its module’s catalogue, and every catalogued event is recorded somewhere', () => {
  const recorded = new Set<string>();
  for (const text of texts.values()) {
    for (const match of text.matchAll(/type: '([a-z-]+\.[a-z-]+)'/g)) if (match[1] !== undefined) recorded.add(match[1]);
  }
  const names = new Set(modules.map((module) => module.name));
  const unknown = [...recorded].filter((type) => names.has(type.split('.')[0] ?? '') && !catalogued.has(type));
  assert.deepEqual(unknown, [], 'recorded, but in no catalogue');
  const spoken = (type: string): boolean => {
    const [module = '', event = ''] = type.split('.');
    const own = [...texts].filter(([path]) => path.includes(`/${module}/`) && !/\/(events|contract)\.ts$/.test(path));
    return own.some(([path, text]) => text.includes(`'${type}'`) || (!path.endsWith('/index.ts') && text.includes(`'${event}'`)));
  };
  assert.deepEqual([...catalogued].filter((type) => !spoken(type)), [], 'catalogued, but recorded nowhere');
});

test('every event has a sentence in both languages', () => {
  for (const module of modules) {
    for (const [name, event] of Object.entries(module.events ?? {})) {
      assert.notEqual(event.vi.trim(), '', `${module.name}.${name}`);
      assert.notEqual(event.en.trim(), '', `${module.name}.${name}`);
    }
  }
});

test('every job that is enqueued has a handler', () => {
  const handled = new Set(modules.flatMap((module) => (module.jobs ?? []).map((job) => job.kind)));
  const enqueued = new Set<string>();
  for (const text of texts.values()) {
    for (const match of text.matchAll(/enqueue\(\{\s*kind: '([^']+)'/g)) if (match[1] !== undefined) enqueued.add(match[1]);
  }
  assert.deepEqual([...enqueued].filter((kind) => !handled.has(kind)), []);
});

test('every error says what happened in both languages, and what to do', () => {
  const incomplete = [...errorCatalogue()].filter(([, entry]) => entry.vi === '' || entry.en === '' || entry.fixVi === undefined).map(([code]) => code);
  assert.deepEqual(incomplete, []);
});

test('a migration touches the schema of its own module only', () => {
  const schemas = modules.map((module) => schemaOf(module.name));
  for (const migration of listMigrations(modules)) {
    const own = schemaOf(migration.module);
    const statements = migration.text.replace(/--.*$/gm, '');
    for (const match of statements.matchAll(/\b(?:create|alter|drop|insert into|update|delete from|comment on)\s+(?:unique\s+)?(?:table|index|view|function)?\s*(?:if (?:not )?exists\s+)?(?:\w+\s+on\s+)?([a-z_]+)\.[a-z_]+/gi)) {
      const schema = match[1] ?? '';
      if (schemas.includes(schema)) assert.equal(schema, own, `${migration.module}/${migration.name}: ${match[0]}`);
    }
    assert.doesNotMatch(statements, /\bcreate\s+(or replace\s+)?(trigger|function|rule)\b/i, `${migration.module}/${migration.name}`);
  }
});

test('no hand-written statement says what a distributed database refuses', () => {
  // The lint's own file names what it looks for.
  assert.deepEqual([...texts].filter(([path]) => !path.endsWith('catalog-lint.ts')).flatMap(([path, text]) => lintStatements(path, text)), []);
});

test('every open route says why it is open', () => {
  for (const route of allRoutes()) {
    if (route.access.kind === 'public') assert.ok(route.access.why.length > 10, `${route.method} ${route.url}`);
  }
});

test('no two routes share a method and an address', () => {
  const seen = allRoutes().map((route) => `${route.method} ${route.url.replace(/:\w+/g, ':')}`);
  assert.deepEqual(seen.filter((name, index) => seen.indexOf(name) !== index), []);
});

test('every engine and capability has a page that explains it', () => {
  const missing = [...engines.map((module) => `engines/${module.name}`), ...capabilities.map((module) => `capabilities/${module.name}`)].filter(
    (folder) => folder !== 'engines/kernel' && !existsSync(join(source, folder, 'README.md')),
  );
  assert.deepEqual(missing, []);
});
