/** Single pieces of XML markup: names, attributes, references. Linear in their length. */
import { EdxmlError, edxmlProblem } from './problems.ts';
import type { EdxmlPlace } from './problems.ts';

/** A declaration, and through `next` all others that hold beside it; the nearest comes first. */
export interface Scope {
  readonly prefix: string;
  readonly uri: string;
  readonly next: Scope | undefined;
  readonly count: number;
}

export interface XmlAttribute {
  readonly name: string;
  readonly prefix: string;
  readonly local: string;
  /** Empty for an attribute without prefix, and for a prefix that is not declared. */
  readonly namespace: string;
  readonly value: string;
}

const xmlNamespace = 'http://www.w3.org/XML/1998/namespace';

/** The URI that a prefix stands for ('' asks for the default namespace); undefined when it is not declared. */
export function lookUp(scope: Scope | undefined, prefix: string): string | undefined {
  if (prefix === 'xml') return xmlNamespace;
  for (let each = scope; each !== undefined; each = each.next) if (each.prefix === prefix) return each.uri;
  return undefined;
}

export function malformed(place: EdxmlPlace, what: string): EdxmlError {
  return new EdxmlError(edxmlProblem('edxml.malformed', place, what));
}

export function tooLarge(place: EdxmlPlace, what: string): EdxmlError {
  return new EdxmlError(edxmlProblem('edxml.tooLarge', place, what));
}

const nameStart = 'A-Z_a-z\\u00c0-\\u00d6\\u00d8-\\u00f6\\u00f8-\\u02ff\\u0370-\\u037d\\u037f-\\u1fff\\u200c\\u200d\\u2070-\\u218f\\u2c00-\\u2fef\\u3001-\\ud7ff\\uf900-\\ufdcf\\ufdf0-\\ufffd';
const nameRest = `${nameStart}\\-.0-9\\u00b7\\u0300-\\u036f\\u203f\\u2040`;
const qname = new RegExp(`^(?:([${nameStart}][${nameRest}]*):)?([${nameStart}][${nameRest}]*)$`);

/** A name in its two parts. @throws EdxmlError `edxml.malformed` */
export function splitName(name: string, place: EdxmlPlace): { readonly prefix: string; readonly local: string } {
  const match = qname.exec(name);
  if (match === null) throw malformed(place, `name ${name.slice(0, 40)}`);
  return { prefix: match[1] ?? '', local: match[2] ?? '' };
}

const predefined: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Character references and the five entities of XML itself. Nothing else is ever expanded. @throws EdxmlError `edxml.entity`, `edxml.malformed` */
export function expandReferences(raw: string, place: EdxmlPlace): string {
  if (!raw.includes('&')) return raw;
  return raw.replace(/&([^;&]{0,32};?)/g, (_, body: string) => {
    if (!body.endsWith(';')) throw malformed(place, 'a bare &');
    const name = body.slice(0, -1);
    if (name.startsWith('#')) return characterOf(name, place);
    const char = Object.hasOwn(predefined, name) ? predefined[name] : undefined;
    if (char === undefined) throw new EdxmlError(edxmlProblem('edxml.entity', place, name));
    return char;
  });
}

function characterOf(name: string, place: EdxmlPlace): string {
  const match = /^#(?:x([0-9a-fA-F]{1,8})|([0-9]{1,10}))$/.exec(name);
  const point = match === null ? -1 : match[1] === undefined ? Number(match[2]) : Number.parseInt(match[1], 16);
  const isChar = point === 9 || point === 10 || point === 13 || (point >= 0x20 && point <= 0xd7ff) || (point >= 0xe000 && point <= 0xfffd) || (point >= 0x10000 && point <= 0x10ffff);
  if (!isChar) throw malformed(place, 'a reference to a character that XML does not allow');
  return String.fromCodePoint(point);
}

/** XML 1.0 section 2.11. */
export function withLineFeeds(raw: string): string {
  return raw.includes('\r') ? raw.replace(/\r\n?/g, '\n') : raw;
}

export interface RawAttribute {
  readonly name: string;
  readonly prefix: string;
  readonly local: string;
  readonly value: string;
}

const attribute = /[ \t\r\n]+([^ \t\r\n=<>"'/&]+)[ \t\r\n]*=[ \t\r\n]*(?:"([^"<]*)"|'([^'<]*)')/y;

export interface AttributeLimits {
  readonly attributes: number;
  readonly nameLength: number;
}

/** What stands between the name and the end of a start tag. @throws EdxmlError `edxml.malformed`, `edxml.tooLarge`, `edxml.entity` */
export function readAttributes(raw: string, limits: AttributeLimits, place: EdxmlPlace): RawAttribute[] {
  const found: RawAttribute[] = [];
  const seen = new Set<string>();
  let at = 0;
  while (at < raw.length) {
    attribute.lastIndex = at;
    const match = attribute.exec(raw);
    if (match === null) {
      if (/[^ \t\r\n]/.test(raw.slice(at))) throw malformed(place, 'attribute');
      return found;
    }
    const name = match[1] ?? '';
    if (found.length >= limits.attributes) throw tooLarge(place, 'too many attributes');
    if (name.length > limits.nameLength) throw tooLarge(place, 'a name is too long');
    if (seen.has(name)) throw malformed(place, `attribute ${name} twice`);
    seen.add(name);
    const value = match[2] ?? match[3] ?? '';
    // XML 1.0 section 3.3.3: white space that stands there literally becomes a space, referenced characters stay.
    found.push({ name, ...splitName(name, place), value: expandReferences(/[\t\n\r]/.test(value) ? value.replace(/\r\n|[\t\n\r]/g, ' ') : value, place) });
    at = attribute.lastIndex;
  }
  return found;
}

export const isDeclaration = ({ name, prefix }: RawAttribute): boolean => prefix === 'xmlns' || name === 'xmlns';

/** The declarations of a start tag on top of those around it. @throws EdxmlError `edxml.malformed`, `edxml.tooLarge` */
export function declare(attributes: readonly RawAttribute[], outer: Scope | undefined, { limit, place }: { readonly limit: number; readonly place: EdxmlPlace }): { readonly scope: Scope | undefined; readonly declarations: readonly Scope[] } {
  let scope = outer;
  const declarations: Scope[] = [];
  for (const each of attributes) {
    if (!isDeclaration(each)) continue;
    const prefix = each.prefix === '' ? '' : each.local;
    if (prefix === 'xmlns' || (prefix === 'xml') !== (each.value === xmlNamespace) || (each.value === '' && prefix !== '')) throw malformed(place, `namespace ${prefix}`);
    if (prefix === 'xml') continue;
    scope = { prefix, uri: each.value, next: scope, count: (scope?.count ?? 0) + 1 };
    if (scope.count > limit) throw tooLarge(place, 'too many namespaces');
    declarations.push(scope);
  }
  return { scope, declarations };
}
