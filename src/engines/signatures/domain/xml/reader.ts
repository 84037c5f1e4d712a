/**
 * A small reader for XML 1.0 with namespaces that trusts nothing: no DOCTYPE and so no entities but the five predefined ones, nothing
 * fetched, depth and numbers limited, UTF-8 only. Linear in the length of the text.
 */
import { isUtf8 } from 'node:buffer';
import { XmlError } from './errors.ts';
import { lookUp, namespaces } from './events.ts';
import type { NamespaceScope, XmlAttribute, XmlDocument, XmlElement, XmlEvent } from './events.ts';
import { endOfName, splitName } from './names.ts';
import type { QName } from './names.ts';

/** Generous for documents, tight enough that the worst file of the largest size costs seconds, not hours. */
export const xmlLimits = { sizeBytes: 64 * 1024 * 1024, depth: 200, attributes: 128, namespacesInScope: 128, events: 1_000_000 } as const;

interface Reader {
  readonly text: string;
  readonly events: XmlEvent[];
  readonly outside: XmlElement | undefined;
  /** A document has few names, each many times. */
  readonly names: Map<string, Name>;
  at: number;
  open: XmlElement | undefined;
  root: XmlElement | undefined;
}

/**
 * Reads a document from its bytes (a byte order mark may stand in front) or its text. With `outside`, reads one element as if it stood
 * inside that one: its namespaces hold. Throws XmlError `xml.malformed`, `.encoding`, `.doctype`, `.entity`, `.namespace`, `.tooLarge`.
 */
export function readXml(input: Uint8Array | string, outside?: XmlElement): XmlDocument {
  const text = typeof input === 'string' ? input : decode(input);
  if (text.length > xmlLimits.sizeBytes) throw new XmlError('xml.tooLarge', `${text.length} characters`);
  const forbidden = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/.exec(text);
  if (forbidden !== null || !text.isWellFormed()) throw new XmlError('xml.malformed', 'a character that XML does not allow');
  const reader: Reader = { text, events: [], outside, names: new Map(), at: text.charCodeAt(0) === 0xfeff ? 1 : 0, open: outside, root: undefined };
  readDeclaration(reader);
  while (reader.at < text.length) {
    if (reader.events.length > xmlLimits.events) throw new XmlError('xml.tooLarge', 'too many nodes');
    readNext(reader);
  }
  if (reader.open !== outside || reader.root === undefined) throw broken(reader, 'the document ends early');
  return { text, events: reader.events, root: reader.root };
}

function decode(bytes: Uint8Array): string {
  if (bytes.length > xmlLimits.sizeBytes) throw new XmlError('xml.tooLarge', `${bytes.length} bytes`);
  if (!isUtf8(bytes)) throw new XmlError('xml.encoding', 'not UTF-8');
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}

function broken({ at }: Reader, what: string): XmlError {
  return new XmlError('xml.malformed', `${what} at ${at}`);
}

const declaration = /<\?xml[ \t\r\n]+version[ \t\r\n]*=[ \t\r\n]*(["'])1\.0\1(?:[ \t\r\n]+encoding[ \t\r\n]*=[ \t\r\n]*(["'])([A-Za-z][\w.-]*)\2)?(?:[ \t\r\n]+standalone[ \t\r\n]*=[ \t\r\n]*(["'])(?:yes|no)\4)?[ \t\r\n]*\?>/y;

function readDeclaration(reader: Reader): void {
  const { text, at, outside } = reader;
  if (!/^<\?xml[ \t\r\n]/.test(text.slice(at, at + 6))) return;
  declaration.lastIndex = at;
  const match = declaration.exec(text);
  if (match === null || outside !== undefined) throw broken(reader, 'XML declaration');
  const encoding = match[3]?.toLowerCase() ?? 'utf-8';
  if (encoding !== 'utf-8' && encoding !== 'utf8' && encoding !== 'us-ascii') throw new XmlError('xml.encoding', encoding);
  reader.at = declaration.lastIndex;
}

function readNext(reader: Reader): void {
  const { text, at } = reader;
  const next = text.indexOf('<', at);
  if (next !== at) {
    readText(reader, next < 0 ? text.length : next);
    return;
  }
  switch (text.charCodeAt(at + 1)) {
    case 0x2f: // </
      readEndTag(reader);
      return;
    case 0x21: // <!
      readMarked(reader);
      return;
    case 0x3f: // <?
      readInstruction(reader);
      return;
    default:
      readStartTag(reader);
  }
}

function readText(reader: Reader, end: number): void {
  const raw = reader.text.slice(reader.at, end);
  if (reader.open === reader.outside) {
    if (/[^ \t\r\n]/.test(raw)) throw broken(reader, 'text outside the root element');
  } else {
    if (raw.includes(']]>')) throw broken(reader, ']]> in text');
    reader.events.push({ kind: 'text', value: expand(reader, withLineFeeds(raw)) });
  }
  reader.at = end;
}

/** XML 1.0 section 2.11. */
function withLineFeeds(raw: string): string {
  return raw.includes('\r') ? raw.replace(/\r\n?/g, '\n') : raw;
}

const predefined: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Character references and the five predefined entities. */
function expand(reader: Reader, raw: string): string {
  if (!raw.includes('&')) return raw;
  return raw.replace(/&([^;&]{0,64};?)/g, (_, body: string) => {
    if (!body.endsWith(';')) throw broken(reader, 'a bare &');
    const name = body.slice(0, -1);
    if (name.startsWith('#')) return charOf(reader, name);
    const char = Object.hasOwn(predefined, name) ? predefined[name] : undefined;
    if (char === undefined) throw new XmlError('xml.entity', name.slice(0, 40));
    return char;
  });
}

function charOf(reader: Reader, name: string): string {
  const match = /^#(?:x([0-9a-fA-F]{1,8})|([0-9]{1,10}))$/.exec(name);
  const point = match === null ? -1 : match[1] === undefined ? Number(match[2]) : Number.parseInt(match[1], 16);
  const isChar = point === 9 || point === 10 || point === 13 || (point >= 0x20 && point <= 0xd7ff) || (point >= 0xe000 && point <= 0xfffd) || (point >= 0x10000 && point <= 0x10ffff);
  if (!isChar) throw broken(reader, 'character reference');
  return String.fromCodePoint(point);
}

/** Comment or CDATA section; everything else that begins with `<!` is refused. */
function readMarked(reader: Reader): void {
  const { text, at, open, outside } = reader;
  if (text.startsWith('<!--', at)) {
    const end = text.indexOf('--', at + 4);
    if (end < 0 || text[end + 2] !== '>') throw broken(reader, 'comment');
    reader.events.push({ kind: 'comment', value: withLineFeeds(text.slice(at + 4, end)) });
    reader.at = end + 3;
    return;
  }
  if (text.startsWith('<![CDATA[', at) && open !== outside) {
    const end = text.indexOf(']]>', at + 9);
    if (end < 0) throw broken(reader, 'CDATA section');
    reader.events.push({ kind: 'text', value: withLineFeeds(text.slice(at + 9, end)) });
    reader.at = end + 3;
    return;
  }
  if (/^<!doctype/i.test(text.slice(at, at + 9))) throw new XmlError('xml.doctype', `at ${at}`);
  throw broken(reader, 'markup');
}

function readInstruction(reader: Reader): void {
  const { text, at } = reader;
  const nameEnd = endOfName(text, at + 2);
  const target = text.slice(at + 2, nameEnd);
  const end = text.indexOf('?>', nameEnd);
  const raw = text.slice(nameEnd, end);
  if (target === '' || target.includes(':') || /^xml$/i.test(target) || end < 0 || !/^([ \t\r\n]|$)/.test(raw)) throw broken(reader, 'processing instruction');
  reader.events.push({ kind: 'instruction', target, data: withLineFeeds(raw).replace(/^[ \t\n]+/, '') });
  reader.at = end + 2;
}

function readEndTag(reader: Reader): void {
  const { text, at, open, outside } = reader;
  if (open === undefined || open === outside || !text.startsWith(open.name, at + 2)) throw broken(reader, 'end tag');
  const close = skipSpace(text, at + 2 + open.name.length);
  if (text.charCodeAt(close) !== 0x3e) throw broken(reader, 'end tag');
  closeElement(reader, open, { closeAt: at, end: close + 1 });
}

function closeElement(reader: Reader, element: XmlElement, { closeAt, end }: { readonly closeAt: number; readonly end: number }): void {
  element.closeAt = closeAt;
  element.end = end;
  element.endIndex = reader.events.length;
  reader.events.push({ kind: 'end', element });
  reader.open = element.parent;
  reader.at = end;
}

function skipSpace(text: string, from: number): number {
  for (let at = from; ; at += 1) {
    const code = text.charCodeAt(at);
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return at;
  }
}

function readStartTag(reader: Reader): void {
  const { text, at, open, outside } = reader;
  if (open === outside && reader.root !== undefined) throw broken(reader, 'a second root element');
  const nameEnd = endOfName(text, at + 1);
  const { name, prefix, local } = readName(reader, at + 1, nameEnd);
  const raw = readAttributes(reader, nameEnd);
  const isEmpty = text.charCodeAt(reader.at) === 0x2f;
  if (isEmpty) reader.at += 1;
  if (text.charCodeAt(reader.at) !== 0x3e) throw broken(reader, 'start tag');
  reader.at += 1;
  if (prefix === 'xmlns') throw broken(reader, 'element name');
  const depth = (open?.depth ?? 0) + 1;
  if (depth > xmlLimits.depth) throw new XmlError('xml.tooLarge', 'nested too deeply');
  const { scope, declarations } = declare(raw, open?.scope);
  const element: XmlElement = {
    kind: 'element',
    name,
    prefix,
    local,
    namespace: open !== undefined && scope === open.scope && prefix === open.prefix ? open.namespace : resolvePrefix(scope, prefix),
    attributes: raw.length === declarations.length ? none : bind(reader, raw, scope),
    declarations,
    scope,
    parent: open,
    depth,
    index: reader.events.length,
    at,
    contentAt: reader.at,
    closeAt: -1,
    end: -1,
    endIndex: -1,
  };
  reader.events.push(element);
  reader.root ??= element;
  reader.open = element;
  if (isEmpty) closeElement(reader, element, { closeAt: reader.at, end: reader.at });
}

const none: readonly never[] = [];

interface Name extends QName {
  readonly name: string;
}

interface RawAttribute extends Name {
  readonly value: string;
}

function readName({ text, names, at }: Reader, from: number, to: number): Name {
  const name = text.slice(from, to);
  const known = names.get(name);
  if (known !== undefined) return known;
  const qname = name === '' ? undefined : splitName(name);
  if (qname === undefined) throw new XmlError('xml.malformed', `name at ${at}`);
  const made = { name, prefix: qname.prefix, local: qname.local };
  names.set(name, made);
  return made;
}

/** Attributes and declarations as they stand, up to the end of the tag. */
function readAttributes(reader: Reader, from: number): RawAttribute[] {
  const { text } = reader;
  const found: RawAttribute[] = [];
  for (let at = from; ; ) {
    reader.at = skipSpace(text, at);
    const code = text.charCodeAt(reader.at);
    if (code === 0x3e || code === 0x2f) return found;
    if (reader.at === at) throw broken(reader, 'attribute');
    const nameEnd = endOfName(text, reader.at);
    const { name, prefix, local } = readName(reader, reader.at, nameEnd);
    const equals = skipSpace(text, nameEnd);
    const quoteAt = skipSpace(text, equals + 1);
    const quote = text[quoteAt];
    if (text.charCodeAt(equals) !== 0x3d || (quote !== '"' && quote !== "'")) throw broken(reader, 'attribute');
    const end = text.indexOf(quote, quoteAt + 1);
    const raw = text.slice(quoteAt + 1, end);
    if (end < 0 || raw.includes('<')) throw broken(reader, 'attribute');
    if (found.length >= xmlLimits.attributes) throw new XmlError('xml.tooLarge', 'too many attributes');
    // XML 1.0 section 3.3.3: white space that stands there literally becomes a space, referenced characters stay.
    found.push({ name, prefix, local, value: expand(reader, /[\t\n\r]/.test(raw) ? raw.replace(/\r\n|[\t\n\r]/g, ' ') : raw) });
    at = end + 1;
  }
}

const isDeclaration = ({ name, prefix }: RawAttribute): boolean => prefix === 'xmlns' || name === 'xmlns';

function declare(attributes: readonly RawAttribute[], outer: NamespaceScope | undefined): { readonly scope: NamespaceScope | undefined; readonly declarations: readonly NamespaceScope[] } {
  if (!attributes.some(isDeclaration)) return { scope: outer, declarations: none };
  let scope = outer;
  const declarations: NamespaceScope[] = [];
  for (const attribute of attributes.filter(isDeclaration)) {
    const { value: uri } = attribute;
    const prefix = attribute.prefix === '' ? '' : attribute.local;
    const isXml = prefix === 'xml';
    if (isXml !== (uri === namespaces.xml) || prefix === 'xmlns' || uri === namespaces.xmlns) throw new XmlError('xml.namespace', `reserved: ${prefix}`);
    if (uri === '' && prefix !== '') throw new XmlError('xml.namespace', `taken back: ${prefix}`);
    // Canonical XML section 4.3 demands that relative ones are refused; so do other implementations.
    if (uri !== '' && !/^[A-Za-z][A-Za-z0-9+.-]*:/.test(uri)) throw new XmlError('xml.namespace', `not absolute: ${prefix}`);
    if (declarations.some((each) => each.prefix === prefix)) throw new XmlError('xml.malformed', `declared twice: ${prefix}`);
    scope = { prefix, uri, next: scope, count: (scope?.count ?? 0) + 1 };
    if (scope.count > xmlLimits.namespacesInScope) throw new XmlError('xml.tooLarge', 'too many namespaces');
    declarations.push(scope);
  }
  return { scope, declarations };
}

function resolvePrefix(scope: NamespaceScope | undefined, prefix: string): string {
  if (prefix === 'xml') return namespaces.xml;
  const uri = lookUp(scope, prefix);
  if (uri === undefined && prefix !== '') throw new XmlError('xml.namespace', `not declared: ${prefix}`);
  return uri ?? '';
}

function bind(reader: Reader, raw: readonly RawAttribute[], scope: NamespaceScope | undefined): XmlAttribute[] {
  const bound = raw
    .filter((each) => !isDeclaration(each))
    .map(({ name, prefix, local, value }) => ({ name, prefix, local, value, namespace: prefix === '' ? '' : resolvePrefix(scope, prefix) }));
  if (bound.length > 1 && new Set(bound.map(({ namespace, local }) => `${local} ${namespace}`)).size < bound.length) throw broken(reader, 'an attribute twice');
  return bound;
}
