import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { test } from 'node:test';
import ts from 'typescript';

const root = resolve(import.meta.dirname, '../..');

/** What other programs load by name, or what is written by a machine. */
const PUBLIC = [/\/contract\.ts$/, /^src\/engines\/[^/]+\/offline\.ts$/, /\.gen\.ts$/, /\/vite\.config\.ts$/, /^bench\/[^/]+\.ts$/];

const files = new Map(['src', 'seeds', 'bench', 'journeys', 'tests', 'bin', 'docs'].flatMap((folder) => filesIn(join(root, folder))).map((path) => [relative(root, path), readFileSync(path, 'utf8')]));
const sources = [...files.keys()].filter((path) => /\.tsx?$/.test(path));

function filesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true }).flatMap((entry) => (entry.isFile() && /\.(tsx?|mjs|css)$/.test(entry.name) ? [join(entry.parentPath, entry.name)] : []));
}

const parsed = new Map<string, ts.SourceFile>();
function parse(path: string): ts.SourceFile {
  const found = parsed.get(path) ?? ts.createSourceFile(path, files.get(path) ?? '', ts.ScriptTarget.ESNext, false, path.endsWith('x') ? ts.ScriptKind.TSX : ts.ScriptKind.TS);
  parsed.set(path, found);
  return found;
}

/** Which files of the house a file names, in an import or in any other text. */
function namedFiles(path: string): string[] {
  return [...(files.get(path) ?? '').matchAll(/['"`]([#.][\w./$-]*?\.tsx?)['"`]/g)].map(([, name = '']) => (name.startsWith('#') ? name.replace(/^#seeds/, 'seeds').replace(/^#/, 'src/') : join(dirname(path), name)));
}

const namedBy = new Map<string, string[]>();
for (const path of files.keys()) for (const target of new Set(namedFiles(path))) if (target !== path) namedBy.set(target, [...(namedBy.get(target) ?? []), path]);

const words = new Map<string, Set<string>>();
function wordsOf(path: string): Set<string> {
  const found = words.get(path) ?? new Set((files.get(path) ?? '').match(/[A-Za-z_$][\w$]*/g));
  words.set(path, found);
  return found;
}

/** What a file exports, but for types: those say what an exported function takes and gives, whether or not a caller names them. */
function exportedValues(path: string): string[] {
  if (!wordsOf(path).has('export')) return [];
  return parse(path).statements.flatMap((statement) => {
    if (ts.isTypeAliasDeclaration(statement) || ts.isInterfaceDeclaration(statement)) return [];
    if (ts.isExportDeclaration(statement) && !statement.isTypeOnly && statement.exportClause !== undefined && ts.isNamedExports(statement.exportClause)) {
      return statement.exportClause.elements.filter(({ isTypeOnly }) => !isTypeOnly).map(({ name }) => name.text);
    }
    if (!ts.canHaveModifiers(statement) || ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) !== true) return [];
    if (ts.isVariableStatement(statement)) return statement.declarationList.declarations.flatMap(({ name }) => namesOf(name));
    const { name } = statement as ts.Statement & { name?: ts.Node };
    return name !== undefined && ts.isIdentifier(name) ? [name.text] : [];
  });
}

function namesOf(name: ts.BindingName): string[] {
  if (ts.isIdentifier(name)) return [name.text];
  return name.elements.flatMap((element) => (ts.isOmittedExpression(element) ? [] : namesOf(element.name)));
}

test('every value that a file exports is used by another file', () => {
  const exported = sources.filter((path) => !PUBLIC.some((pattern) => pattern.test(path))).flatMap((path) => exportedValues(path).map((name) => ({ path, name })));
  assert.ok(exported.length > 1000);
  const unused = exported.filter(({ path, name }) => !(namedBy.get(path) ?? []).some((other) => wordsOf(other).has(name)));
  assert.deepEqual(unused.map(({ path, name }) => `${path}: ${name}`), []);
});

const inProduct = sources.filter((path) => path.startsWith('src/') && !/\.test\.tsx?$/.test(path));

/** pdf.js puts it into the layer of texts over a page. */
const FOREIGN_CLASSES = new Set(['markedContent']);

test('every class of a stylesheet is put on something', () => {
  const texts = inProduct.map((path) => files.get(path) ?? '');
  const named = new Set(texts.flatMap((text) => text.match(/[\w-]+/g) ?? []));
  // `lt-banner--${tone}`: whatever begins so may be meant
  const beginnings = new Set(texts.flatMap((text) => [...text.matchAll(/([\w-]*-)\$\{/g)].map(([, start = '']) => start)));
  const classes = [...files.keys()].filter((path) => path.endsWith('.css')).flatMap((path) => classesOf(files.get(path) ?? '').map((name) => ({ path, name })));
  assert.ok(classes.length > 500);
  const unused = classes.filter(({ name }) => !named.has(name) && !FOREIGN_CLASSES.has(name) && ![...beginnings].some((start) => name.startsWith(start)));
  assert.deepEqual(unused.map(({ path, name }) => `${path}: .${name}`), []);
});

function classesOf(css: string): string[] {
  const selectors = css.replace(/\/\*.*?\*\//gs, '').match(/[^{};]+(?=\{)/g) ?? [];
  return [...new Set(selectors.flatMap((selector) => [...selector.matchAll(/\.([a-z][\w-]*)/gi)].map(([, name = '']) => name)))];
}

type Dictionary = { path: string; name: string; keys: string[] };

/** What a file says of the texts that it shows: the keys that stand in it, and whether others may be meant. */
type Speech = { words: Set<string>; templates: string[][]; isOpen: boolean };

test('every text of a dictionary is shown somewhere', () => {
  const dictionaries = inProduct.filter((path) => wordsOf(path).has('defineMessages')).flatMap(dictionariesOf);
  assert.ok(dictionaries.length > 50);
  let everywhere: Speech | undefined;
  const unused = dictionaries.flatMap((dictionary) => {
    const { path, name, keys } = dictionary;
    const users = [path, ...(namedBy.get(path) ?? []).filter((other) => inProduct.includes(other) && wordsOf(other).has(name))];
    const speeches = users.map((user) => speechOf(user, name));
    if (speeches.some(({ isOpen }) => isOpen)) speeches.push((everywhere ??= saidAnywhere()));
    return keys.filter((key) => !speeches.some((speech) => speech.words.has(key) || speech.templates.some((parts) => isMadeBy(parts, key)))).map((key) => `${path}: ${name}.${key}`);
  });
  assert.deepEqual(unused, []);
});

/** For what a screen is told, such as the kind of a task: any text, and what is put together behind the name of a module. */
function saidAnywhere(): Speech {
  const all = inProduct.map((path) => speechOf(path, undefined));
  const behindModules = all.flatMap(({ templates }) => templates).filter(([head = '', tail, ...more]) => /^[a-z-]+\.$/.test(head) && tail === '' && more.length === 0);
  return { words: new Set(all.flatMap((speech) => [...speech.words])), templates: behindModules, isOpen: false };
}

const isDefinition = (node: ts.Node): node is ts.CallExpression => ts.isCallExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === 'defineMessages';

function dictionariesOf(path: string): Dictionary[] {
  return parse(path).statements.filter(ts.isVariableStatement).flatMap(({ declarationList }) =>
    declarationList.declarations.flatMap(({ name, initializer }) => {
      if (!ts.isIdentifier(name) || initializer === undefined || !isDefinition(initializer)) return [];
      const [texts] = initializer.arguments;
      const vi = texts !== undefined && ts.isObjectLiteralExpression(texts) ? texts.properties.find((property) => property.name !== undefined && ts.isIdentifier(property.name) && property.name.text === 'vi') : undefined;
      if (vi === undefined || !ts.isPropertyAssignment(vi) || !ts.isObjectLiteralExpression(vi.initializer)) return [];
      return [{ path, name: name.text, keys: vi.initializer.properties.flatMap((property) => (property.name !== undefined && (ts.isIdentifier(property.name) || ts.isStringLiteral(property.name)) ? [property.name.text] : [])) }];
    }),
  );
}

/** Keys are written as texts, as names of properties (`{ open: … }`) or as templates (`figure.${name}`); `t(state)` may mean any. */
function speechOf(path: string, dictionary: string | undefined): Speech {
  const speech: Speech = { words: new Set(), templates: [], isOpen: false };
  const translators = new Set<string>();
  const visit = (node: ts.Node, parent: ts.Node): void => {
    if (isDefinition(node)) return;
    if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) speech.words.add(node.text);
    else if (ts.isPropertyAssignment(node) && ts.isIdentifier(node.name)) speech.words.add(node.name.text);
    else if (ts.isTemplateExpression(node)) speech.templates.push([node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)]);
    else if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && isTranslator(node.initializer, dictionary)) translators.add(node.name.text);
    else if (ts.isIdentifier(node) && (node.text === dictionary || translators.has(node.text)) && !isPlainUse(node, parent)) speech.isOpen = true;
    ts.forEachChild(node, (child) => visit(child, node));
  };
  ts.forEachChild(parse(path), (child) => visit(child, parse(path)));
  return speech;
}

const isTranslator = (node: ts.Expression | undefined, dictionary: string | undefined): boolean =>
  node !== undefined && ts.isCallExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === 'useT' && node.arguments.some((each) => ts.isIdentifier(each) && each.text === dictionary);

/** `useT(messages)`, `t('open')`, `t(isOpen ? 'open' : 'closed')`: what is meant can be read there. */
function isPlainUse(node: ts.Identifier, parent: ts.Node): boolean {
  if (ts.isImportSpecifier(parent) || ts.isExportSpecifier(parent) || (ts.isVariableDeclaration(parent) && parent.name === node) || ts.isTypeQueryNode(parent)) return true;
  if (!ts.isCallExpression(parent)) return false;
  const [key] = parent.arguments;
  return parent.expression === node ? key !== undefined && isWritten(key) : ts.isIdentifier(parent.expression) && parent.expression.text === 'useT';
}

function isWritten(node: ts.Expression): boolean {
  if (ts.isParenthesizedExpression(node)) return isWritten(node.expression);
  return ts.isConditionalExpression(node) ? isWritten(node.whenTrue) && isWritten(node.whenFalse) : ts.isStringLiteralLike(node) || ts.isTemplateExpression(node);
}

function isMadeBy(parts: readonly string[], key: string): boolean {
  return new RegExp(`^${parts.map((part) => part.replace(/\W/g, '\\$&')).join('.+')}$`, 's').test(key);
}
