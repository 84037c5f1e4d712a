/** What the reader makes of a document: a flat list of events in document order, with the places in the text where they stand. */

export const namespaces = {
  xml: 'http://www.w3.org/XML/1998/namespace',
  xmlns: 'http://www.w3.org/2000/xmlns/',
  ds: 'http://www.w3.org/2000/09/xmldsig#',
  xades: 'http://uri.etsi.org/01903/v1.3.2#',
  xades141: 'http://uri.etsi.org/01903/v1.4.1#',
  exclusive: 'http://www.w3.org/2001/10/xml-exc-c14n#',
} as const;

export interface XmlAttribute {
  readonly name: string;
  readonly prefix: string;
  readonly local: string;
  /** Empty for an attribute without prefix. */
  readonly namespace: string;
  readonly value: string;
}

/** A declaration, and through `next` all others that hold beside it; the nearest comes first. */
export interface NamespaceScope {
  readonly prefix: string;
  readonly uri: string;
  readonly next: NamespaceScope | undefined;
  /** Length of the list. */
  readonly count: number;
}

/** The start of an element. Places are offsets into the document's text. */
export interface XmlElement {
  readonly kind: 'element';
  readonly name: string;
  readonly prefix: string;
  readonly local: string;
  readonly namespace: string;
  readonly attributes: readonly XmlAttribute[];
  /** Its own declarations. */
  readonly declarations: readonly NamespaceScope[];
  /** All declarations that hold for it. */
  readonly scope: NamespaceScope | undefined;
  readonly parent: XmlElement | undefined;
  readonly depth: number;
  /** Its place in the list of events. */
  readonly index: number;
  /** Where `<` stands. */
  readonly at: number;
  /** Behind the start tag. */
  readonly contentAt: number;
  /** Where the end tag begins; behind the tag for an empty-element tag. Filled in when the end is read, like the two below. */
  closeAt: number;
  /** Behind the end tag. */
  end: number;
  /** The place of its end in the list of events. */
  endIndex: number;
}

export interface XmlText {
  readonly kind: 'text';
  readonly value: string;
}
export interface XmlComment {
  readonly kind: 'comment';
  readonly value: string;
}
export interface XmlInstruction {
  readonly kind: 'instruction';
  readonly target: string;
  readonly data: string;
}
export interface XmlElementEnd {
  readonly kind: 'end';
  readonly element: XmlElement;
}
export type XmlEvent = XmlElement | XmlText | XmlComment | XmlInstruction | XmlElementEnd;

export interface XmlDocument {
  readonly text: string;
  readonly events: readonly XmlEvent[];
  readonly root: XmlElement;
}

/** The URI that a prefix stands for ('' asks for the default namespace); undefined when it is not declared. */
export function lookUp(scope: NamespaceScope | undefined, prefix: string): string | undefined {
  for (let each = scope; each !== undefined; each = each.next) if (each.prefix === prefix) return each.uri;
  return undefined;
}

/** The child elements, in order. */
export function childElements(document: XmlDocument, element: XmlElement): XmlElement[] {
  const found: XmlElement[] = [];
  for (let i = element.index + 1; i < element.endIndex; i += 1) {
    const event = document.events[i];
    if (event?.kind !== 'element') continue;
    found.push(event);
    i = event.endIndex;
  }
  return found;
}

/** The text of an element with all that is inside it, as XPath's string-value. */
export function textOf(document: XmlDocument, element: XmlElement): string {
  let text = '';
  for (let i = element.index + 1; i < element.endIndex; i += 1) {
    const event = document.events[i];
    if (event?.kind === 'text') text += event.value;
  }
  return text;
}

export function attributeOf(element: XmlElement, name: string): string | undefined {
  return element.attributes.find((attribute) => attribute.name === name)?.value;
}

/** True for the element itself and all inside it. */
export function isWithin(inner: XmlElement, outer: XmlElement): boolean {
  return inner.index >= outer.index && inner.endIndex <= outer.endIndex;
}

/** For people: `/HDon/DLHDon`. Several elements may have the same path. */
export function pathOf(element: XmlElement): string {
  return `${element.parent === undefined ? '' : pathOf(element.parent)}/${element.name}`;
}

/** The element at a path of local names from the root on; undefined when a step leads nowhere or to several. */
export function findByPath(document: XmlDocument, [first, ...path]: readonly string[]): XmlElement | undefined {
  const { root } = document;
  return path.reduce<XmlElement | undefined>((parent, local) => {
    const same = parent === undefined ? [] : childElements(document, parent).filter((each) => each.local === local);
    return same.length === 1 ? same[0] : undefined;
  }, root.local === first ? root : undefined);
}

/** Elements under each value of an attribute that names elements (`Id`, `ID`, `id`, `xml:id`, `wsu:Id` and the like). */
export function indexIds(document: XmlDocument): ReadonlyMap<string, readonly XmlElement[]> {
  const found = new Map<string, XmlElement[]>();
  for (const event of document.events) {
    if (event.kind !== 'element') continue;
    for (const { local, value } of event.attributes) {
      if (local !== 'Id' && local !== 'id' && local !== 'ID') continue;
      const known = found.get(value);
      if (known === undefined) found.set(value, [event]);
      else if (known.at(-1) !== event) known.push(event);
    }
  }
  return found;
}
