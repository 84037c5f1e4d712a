import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { randomSource, type Random } from '#engines/signatures/domain/validation/testing-fuzz.ts';
import { anyDocument, anyStatus, bytesOf, fileOf, letter, pdfBytes, profileNamed, readWhole } from './testing.ts';
import { writeEdxml } from './write.ts';

// XML lets the same document be written in many ways, and programs that pass messages on choose freely. The same message, written by a writer of its
// own that knows nothing of the codec, must be read as the same message.

const QCVN = 'http://www.mic.gov.vn/TBT/QCVN_102_2016';
const numRuns = process.env['LIENTHONG_LONG'] === undefined ? 60 : 2000;

type Element = { local: string; attributes: [string, string][]; children: (Element | string)[] };

const five: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
const plainText = (raw: string): string =>
  raw.replaceAll(/\r\n?/g, '\n').replaceAll(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (_, hex?: string, decimal?: string, name: string = '') => (hex === undefined && decimal === undefined ? (five[name] ?? '?') : String.fromCodePoint(Number.parseInt(hex ?? decimal ?? '', hex === undefined ? 10 : 16))));

/** Reads the plain XML of the samples, in which every element is of one namespace. */
function elementsOf(text: string): Element {
  const top: Element = { local: '', attributes: [], children: [] };
  const open = [top];
  for (const [token] of text.replace(/^\ufeff?<\?xml.*?\?>/, '').matchAll(/<[^>]+>|[^<]+/g)) {
    const parent = open.at(-1) ?? top;
    if (!token.startsWith('<')) parent.children.push(plainText(token));
    else if (token.startsWith('</')) open.pop();
    else {
      const attributes = [...token.matchAll(/\s([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)].map(([, name = '', double, single]): [string, string] => [name, plainText(double ?? single ?? '')]);
      const element: Element = { local: /^<(?:[\w.-]+:)?([\w.-]+)/.exec(token)?.[1] ?? '', attributes: attributes.filter(([name]) => !/^xmlns(?::|$)/.test(name)), children: [] };
      parent.children.push(element);
      if (!token.endsWith('/>')) open.push(element);
    }
  }
  const root = top.children.find((child) => typeof child !== 'string');
  assert.ok(root !== undefined);
  return root;
}

type How = {
  prefixes: 'none' | 'one' | 'either' | 'each';
  text: 'plain' | 'section' | 'sections' | 'references' | 'hex' | 'comments' | 'padded';
  layout: 'none' | 'lines' | 'indented';
  lineEnd: '\n' | '\r\n' | '\r';
  quote: '"' | "'";
  areTagsWide: boolean;
  areEmptyShort: boolean;
  isBackwards: boolean;
  encoding: 'utf-8' | 'marked' | 'utf-16le' | 'utf-16be' | 'undeclared';
  seed: number;
  pieceBytes: number;
};
const anyWriting: fc.Arbitrary<How> = fc.record({
  prefixes: fc.constantFrom('none', 'one', 'either', 'each'),
  text: fc.constantFrom('plain', 'section', 'sections', 'references', 'hex', 'comments', 'padded'),
  layout: fc.constantFrom('none', 'lines', 'indented'),
  lineEnd: fc.constantFrom('\n', '\r\n', '\r'),
  quote: fc.constantFrom('"', "'"),
  areTagsWide: fc.boolean(),
  areEmptyShort: fc.boolean(),
  isBackwards: fc.boolean(),
  encoding: fc.constantFrom('utf-8', 'marked', 'utf-16le', 'utf-16be', 'undeclared'),
  seed: fc.nat(1_000_000),
  pieceBytes: fc.oneof(fc.integer({ min: 1, max: 64 }), fc.integer({ min: 65, max: 70_000 })),
});

const escaped = (text: string, lineEnd: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll(']]>', ']]&gt;').replaceAll('\n', lineEnd);
const section = (text: string, lineEnd: string): string => `<![CDATA[${text.replaceAll(']]>', ']]]]><![CDATA[>').replaceAll('\n', lineEnd)}]]>`;

/** The characters of a text in pieces of some length. */
function cut(text: string, random: Random): string[] {
  const pieces: string[] = [];
  for (let at = 0; at < text.length; ) {
    const length = 1 + random(text.length > 1000 ? 9000 : 9);
    // Not through the middle of a character.
    const end = at + length + (/[\ud800-\udbff]/.test(text[at + length - 1] ?? '') ? 1 : 0);
    pieces.push(text.slice(at, end));
    at = end;
  }
  return pieces;
}

function writeText(text: string, { text: way, lineEnd }: How, random: Random): string {
  const reference = (piece: string, radix: 10 | 16): string => {
    const first = String.fromCodePoint(piece.codePointAt(0) ?? 0);
    return `&#${radix === 16 ? 'x' : ''}${(first.codePointAt(0) ?? 0).toString(radix)};${escaped(piece.slice(first.length), lineEnd)}`;
  };
  switch (way) {
    case 'plain':
      return escaped(text, lineEnd);
    case 'section':
      return section(text, lineEnd);
    case 'sections':
      return cut(text, random).map((piece, index) => (index % 2 === 0 ? section(piece, lineEnd) : escaped(piece, lineEnd))).join('');
    case 'references':
    case 'hex':
      return cut(text, random).map((piece) => reference(piece, way === 'hex' ? 16 : 10)).join('');
    case 'comments':
      return cut(text, random).map((piece) => `${escaped(piece, lineEnd)}<!-- <a b="&c;"> ]]> ế${lineEnd}-->`).join('');
    case 'padded':
      return `${lineEnd}\t ${escaped(text, lineEnd)} ${lineEnd}`;
  }
}

function writeElement({ local, attributes, children }: Element, how: How, at: { random: Random; depth: number }): string {
  const { random, depth } = at;
  const prefix = { none: '', one: 'e', either: random(2) === 0 ? '' : 'e', each: `p${String(depth % 3)}` }[how.prefixes];
  const name = prefix === '' ? local : `${prefix}:${local}`;
  const isRoot = depth === 0;
  const declarations: [string, string][] = how.prefixes === 'each' ? [[`xmlns:${prefix}`, QCVN]] : isRoot ? [['xmlns', QCVN], ['xmlns:e', QCVN], ['xmlns:xsi', 'http://www.w3.org/2001/XMLSchema-instance']] : [];
  const ordered = how.isBackwards ? [...attributes, ...declarations].reverse() : [...declarations, ...attributes];
  const space = how.areTagsWide ? `${how.lineEnd}  ` : ' ';
  const equals = how.areTagsWide ? ' = ' : '=';
  const value = (text: string): string => `${how.quote}${text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&#34;').replaceAll("'", '&apos;')}${how.quote}`;
  const tag = `<${name}${ordered.map(([key, text]) => `${space}${key}${equals}${value(text)}`).join('')}${how.areTagsWide ? ' ' : ''}`;
  const elements = children.filter((child) => typeof child !== 'string');
  const text = children.filter((child) => typeof child === 'string').join('');
  const close = `</${name}${how.areTagsWide ? ' ' : ''}>`;
  if (elements.length === 0 && text.trim() === '') return how.areEmptyShort ? `${tag}/>` : `${tag}>${close}`;
  if (elements.length === 0) return `${tag}>${writeText(text, how, random)}${close}`;
  const line = how.layout === 'none' ? '' : `${how.lineEnd}${how.layout === 'indented' ? '\t'.repeat(depth + 1) : ''}`;
  const comment = how.text === 'comments' ? '<!----><!-- - -->' : '';
  return `${tag}>${elements.map((child) => `${line}${comment}${writeElement(child, how, { random, depth: depth + 1 })}`).join('')}${line}${close}`;
}

function writtenAs(root: Element, how: How): Buffer {
  const label = how.encoding.startsWith('utf-16') ? 'utf-16' : 'UTF-8';
  const declaration = how.encoding === 'undeclared' ? '' : `<?xml version=${how.quote}1.0${how.quote} encoding=${how.quote}${label}${how.quote} standalone=${how.quote}yes${how.quote}?>${how.lineEnd}`;
  const comment = how.text === 'comments' ? `<!-- edXML -->${how.lineEnd}` : '';
  const text = `${declaration}${comment}${writeElement(root, how, { random: randomSource(how.seed + 1), depth: 0 })}${how.lineEnd}${comment}`;
  switch (how.encoding) {
    case 'utf-8':
    case 'undeclared':
      return Buffer.from(text);
    case 'marked':
      return Buffer.from(`\ufeff${text}`);
    case 'utf-16le':
      return Buffer.from(`\ufeff${text}`, 'utf16le');
    case 'utf-16be':
      return Buffer.from(`\ufeff${text}`, 'utf16le').swap16();
  }
}

type Reading = Awaited<ReturnType<typeof readWhole>>;

/** What a message says, without where it stands in the bytes. What the signature of a packet is about is its bytes, and is told elsewhere. */
const said = ({ message, attachments, kept, problems }: Reading) => ({
  message,
  attachments,
  kept,
  problems: problems.filter(({ code }) => !code.startsWith('edxml.signature')).map(({ code, detail }) => [code, detail]),
});

async function isReadAlike(bytes: Buffer, how: How): Promise<void> {
  const expected = said(await readWhole(bytes));
  const again = await readWhole(writtenAs(elementsOf(bytes.toString('utf8')), how), { pieceBytes: how.pieceBytes });
  assert.deepEqual(said(again), expected);
}

for (const name of ['new-document.edxml', 'status-05-processing.edxml']) {
  test(`${name}, written anew in whichever way XML allows, is read as the same message with the same files`, async (t) => {
    const path = join(import.meta.dirname, '../../../../../shared/samples/edxml', name);
    if (!existsSync(path)) {
      t.skip('the samples in ../shared/samples/edxml are missing: nothing was checked');
      return;
    }
    const bytes = readFileSync(path);
    await fc.assert(fc.asyncProperty(anyWriting, (how) => isReadAlike(bytes, how)), { numRuns });
  });
}

test('any message of ours, written anew in whichever way XML allows, is read as the same message with the same files', async () => {
  const profile = profileNamed('national-axis', { signature: { form: 'none' } });
  const attachments = [fileOf('125.pdf', pdfBytes, 'f1'), fileOf('phụ lục.pdf', `${pdfBytes.toString()}2`, 'f2')];
  await fc.assert(
    fc.asyncProperty(fc.oneof(anyDocument, anyStatus), anyWriting, async (message, how) => {
      await isReadAlike(await bytesOf(writeEdxml(message, message.kind === 'document' ? { profile, attachments } : { profile })), how);
    }),
    { numRuns: numRuns * 2 },
  );
});

test('the writer of this test says what it was given: a reader that knows XML reads it back', () => {
  const how: How = { prefixes: 'either', text: 'sections', layout: 'indented', lineEnd: '\r\n', quote: "'", areTagsWide: true, areEmptyShort: true, isBackwards: true, encoding: 'undeclared', seed: 1, pieceBytes: 1 };
  const element: Element = { local: 'a', attributes: [['b', `"c" & 'd' <`]], children: [{ local: 'e', attributes: [], children: [`${letter.subject} ]]> & <`] }] };
  const text = writtenAs(element, how).toString();
  const flat = text.replaceAll(/<!\[CDATA\[(.*?)\]\]>/gs, (_, content: string) => content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'));
  const back = elementsOf(flat);
  assert.deepEqual([back.local, back.attributes], ['a', element.attributes]);
  const [inner] = back.children.filter((child) => typeof child !== 'string');
  assert.deepEqual([inner?.local, inner?.children], ['e', [`${letter.subject} ]]> & <`]]);
});
