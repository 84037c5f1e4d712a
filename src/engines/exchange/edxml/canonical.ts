/** Canonical XML 1.0 and Exclusive Canonical XML 1.0 (W3C), without comments, of a stream of tokens. */
import { lookUp } from './markup.ts';
import type { Scope, XmlAttribute } from './markup.ts';
import type { StartToken, Token } from './tokenizer.ts';

export type CanonicalKind = 'exclusive' | 'inclusive';

interface Written {
  readonly prefix: string;
  readonly uri: string;
  readonly next: Written | undefined;
}

/**
 * Takes the tokens of a document, or of one element with what is inside, and gives the canonical text of each.
 * `prefixes` are those that the exclusive kind treats as the inclusive one does ('' is the default namespace).
 */
export function createCanonicalizer(kind: CanonicalKind, prefixes: readonly string[] = []): (token: Token) => string {
  const stack: (Written | undefined)[] = [];
  let written: Written | undefined;
  return (token) => {
    if (token.kind === 'text') return escapeText(token.value);
    if (token.kind === 'end') {
      written = stack.pop();
      return `</${token.name}>`;
    }
    const found = namespacesOf(token, { kind, prefixes, isApex: stack.length === 0 }).filter(({ prefix, uri }) => writtenUri(written, prefix) !== uri);
    stack.push(written);
    for (const { prefix, uri } of found) written = { prefix, uri, next: written };
    const declared = found.map(({ prefix, uri }) => ` xmlns${prefix === '' ? '' : `:${prefix}`}="${escapeAttribute(uri)}"`);
    const attributes = [...token.attributes].sort(byName).map(({ name, value }) => ` ${name}="${escapeAttribute(value)}"`);
    return `<${token.name}${declared.join('')}${attributes.join('')}>`;
  };
}

function writtenUri(written: Written | undefined, prefix: string): string {
  for (let each = written; each !== undefined; each = each.next) if (each.prefix === prefix) return each.uri;
  return '';
}

interface Way {
  readonly kind: CanonicalKind;
  readonly prefixes: readonly string[];
  readonly isApex: boolean;
}

function namespacesOf(token: StartToken, { kind, prefixes, isApex }: Way): { readonly prefix: string; readonly uri: string }[] {
  const wanted = new Set<string>();
  if (kind === 'exclusive') {
    wanted.add(token.prefix);
    for (const { prefix } of token.attributes) if (prefix !== '') wanted.add(prefix);
    for (const prefix of prefixes) wanted.add(prefix);
  } else if (isApex) for (let each: Scope | undefined = token.scope; each !== undefined; each = each.next) wanted.add(each.prefix);
  else for (const { prefix } of token.declarations) wanted.add(prefix);
  wanted.delete('xml');
  return [...wanted].sort(compare).flatMap((prefix) => {
    const uri = lookUp(token.scope, prefix);
    // A prefix that is not declared stands only in a list of inclusive prefixes, or in a document that no verifier reads.
    return uri === undefined && prefix !== '' ? [] : [{ prefix, uri: uri ?? '' }];
  });
}

function byName(a: XmlAttribute, b: XmlAttribute): number {
  return compare(a.namespace, b.namespace) || compare(a.local, b.local);
}

/** In the order of code points, which is the order of UTF-8 bytes. */
function compare(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

const textEscapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '\r': '&#xD;' };
const attributeEscapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '"': '&quot;', '\t': '&#x9;', '\n': '&#xA;', '\r': '&#xD;' };

/** Text as Canonical XML writes it. */
export function escapeText(text: string): string {
  return /[&<>\r]/.test(text) ? text.replace(/[&<>\r]/g, (char) => textEscapes[char] ?? char) : text;
}

/** An attribute's value as Canonical XML writes it between double quotes. */
export function escapeAttribute(text: string): string {
  return /[&<"\t\n\r]/.test(text) ? text.replace(/[&<"\t\n\r]/g, (char) => attributeEscapes[char] ?? char) : text;
}
