/** Canonical XML 1.0 and 1.1 and Exclusive Canonical XML 1.0 (W3C), of a document or one element of it, in one pass over the events. */
import { lookUp, namespaces } from './events.ts';
import type { NamespaceScope, XmlAttribute, XmlDocument, XmlElement } from './events.ts';
import { compareCodePoints } from './names.ts';
import { joinBases } from './xml-base.ts';

export type CanonicalKind = 'exclusive' | 'inclusive' | 'inclusive-1.1';

export interface CanonicalMethod {
  readonly kind: CanonicalKind;
  readonly withComments: boolean;
  /** Exclusive only: prefixes treated as the inclusive kind does; '' is the default namespace. */
  readonly inclusivePrefixes?: readonly string[];
}

/** A document, or one element with what is inside; always whole subtrees, which is all that the permitted transforms can select. */
export interface NodeSet {
  readonly document: XmlDocument;
  /** Absent for the whole document. */
  readonly apex?: XmlElement | undefined;
  /** Left out with all that is inside. */
  readonly excluded?: XmlElement | undefined;
  /** False when the reference that selected them leaves comments out (XML Signature section 4.4.3.3). */
  readonly hasComments: boolean;
}

/** What has been written on the way from the apex: the nearest first. */
type Written = NamespaceScope | undefined;

/** The canonical form as text. */
export function canonicalize(nodes: NodeSet, method: CanonicalMethod): string {
  return canonicalBytes(nodes, method).toString();
}

/** Text is made into bytes piece by piece: millions of small strings would take many times the room of the document. */
const pieceLength = 65_536;

/** The canonical form as the UTF-8 bytes that are hashed. */
export function canonicalBytes({ document, apex, excluded, hasComments }: NodeSet, method: CanonicalMethod): Buffer {
  const { events } = document;
  const pieces: Buffer[] = [];
  const writesComments = method.withComments && hasComments;
  const first = apex?.index ?? 0;
  const last = apex?.endIndex ?? events.length - 1;
  const outerDepth = (apex ?? document.root).depth - 1;
  const stack: Written[] = [];
  let written: Written;
  let out = '';
  for (let i = first; i <= last; i += 1) {
    const event = events[i];
    if (event === undefined) break;
    if (out.length > pieceLength) {
      pieces.push(Buffer.from(out));
      out = '';
    }
    switch (event.kind) {
      case 'element': {
        if (event === excluded) {
          i = event.endIndex;
          break;
        }
        const isApex = event.depth === outerDepth + 1;
        const found = namespacesToWrite(event, { written, method, isApex });
        const attributes = isApex && apex !== undefined && method.kind !== 'exclusive' ? withInherited(event, method.kind) : event.attributes;
        out += `<${event.name}${writeNamespaces(found)}${writeAttributes(attributes)}>`;
        stack.push(written);
        for (const each of found) written = { ...each, next: written, count: 0 };
        break;
      }
      case 'end':
        out += `</${event.element.name}>`;
        written = stack.pop();
        break;
      case 'text':
        out += escapeText(event.value);
        break;
      case 'comment':
        if (writesComments) out += besideRoot(document, i, `<!--${event.value}-->`);
        break;
      case 'instruction':
        out += besideRoot(document, i, `<?${event.target}${event.data === '' ? '' : ` ${event.data}`}?>`);
        break;
    }
  }
  return pieces.length === 0 ? Buffer.from(out) : Buffer.concat([...pieces, Buffer.from(out)]);
}

/** Outside the root element each comment and instruction has a line of its own. */
function besideRoot({ root }: XmlDocument, index: number, text: string): string {
  if (index < root.index) return `${text}\n`;
  return index > root.endIndex ? `\n${text}` : text;
}

type Declared = Pick<NamespaceScope, 'prefix' | 'uri'>;

interface Place {
  readonly written: Written;
  readonly method: CanonicalMethod;
  readonly isApex: boolean;
}

const nothing: readonly Declared[] = [];

/** True when the element uses no other namespace than the one around it, which has been written. */
function isAsAround({ parent, scope, prefix, attributes }: XmlElement, { method, isApex }: Place): boolean {
  return !isApex && parent?.scope === scope && (method.kind !== 'exclusive' || (parent?.prefix === prefix && attributes.every((each) => each.prefix === '')));
}

function namespacesToWrite(element: XmlElement, place: Place): readonly Declared[] {
  if (isAsAround(element, place)) return nothing;
  const found: Declared[] = [];
  const add = (prefix: string): void => {
    if (prefix === 'xml') return;
    const uri = lookUp(element.scope, prefix);
    // A prefix that is not declared stands only in a list of inclusive prefixes.
    if (uri === undefined && prefix !== '') return;
    if ((lookUp(place.written, prefix) ?? '') === (uri ?? '')) return;
    if (!found.some((each) => each.prefix === prefix)) found.push({ prefix, uri: uri ?? '' });
  };
  if (place.method.kind === 'exclusive') {
    add(element.prefix);
    for (const { prefix } of element.attributes) if (prefix !== '') add(prefix);
    for (const prefix of place.method.inclusivePrefixes ?? []) add(prefix);
  } else if (place.isApex) {
    for (let each = element.scope; each !== undefined; each = each.next) add(each.prefix);
  } else {
    for (const { prefix } of element.declarations) add(prefix);
  }
  return found.length > 1 ? found.sort((a, b) => compareCodePoints(a.prefix, b.prefix)) : found;
}

function writeNamespaces(declared: readonly Declared[]): string {
  let out = '';
  for (const { prefix, uri } of declared) out += prefix === '' ? ` xmlns="${escapeAttribute(uri)}"` : ` xmlns:${prefix}="${escapeAttribute(uri)}"`;
  return out;
}

function writeAttributes(attributes: readonly XmlAttribute[]): string {
  if (attributes.length === 0) return '';
  let out = '';
  for (const { name, value } of attributes.length > 1 ? attributes.toSorted(compareAttributes) : attributes) out += ` ${name}="${escapeAttribute(value)}"`;
  return out;
}

function compareAttributes(a: XmlAttribute, b: XmlAttribute): number {
  return compareCodePoints(a.namespace, b.namespace) || compareCodePoints(a.local, b.local);
}

/** The attributes of an apex together with the xml:* ones of the elements around it (Canonical XML 1.0 section 2.4, 1.1 section 2.4). */
function withInherited(apex: XmlElement, kind: 'inclusive' | 'inclusive-1.1'): readonly XmlAttribute[] {
  const inherited = new Map<string, XmlAttribute>();
  const bases: string[] = [];
  for (let each = apex.parent; each !== undefined; each = each.parent) {
    for (const attribute of each.attributes) {
      if (attribute.namespace !== namespaces.xml) continue;
      if (kind === 'inclusive-1.1' && attribute.local === 'base') bases.unshift(attribute.value);
      const isInheritable = kind === 'inclusive' || attribute.local === 'lang' || attribute.local === 'space';
      if (isInheritable && !inherited.has(attribute.local)) inherited.set(attribute.local, attribute);
    }
  }
  if (inherited.size === 0 && bases.length === 0) return apex.attributes;
  const own = apex.attributes.filter((each) => bases.length === 0 || each.namespace !== namespaces.xml || each.local !== 'base');
  for (const { namespace, local } of own) if (namespace === namespaces.xml) inherited.delete(local);
  const ownBase = apex.attributes.find((each) => each.namespace === namespaces.xml && each.local === 'base')?.value;
  const base = bases.length === 0 ? '' : joinBases(ownBase === undefined ? bases : [...bases, ownBase]);
  const fixed: XmlAttribute[] = base === '' ? [] : [{ name: 'xml:base', prefix: 'xml', local: 'base', namespace: namespaces.xml, value: base }];
  return [...own, ...inherited.values(), ...fixed];
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
