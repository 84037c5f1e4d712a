import { hash as hashOnce, randomUUID } from 'node:crypto';
import { canonicalUris, referenceTypes, transformUris } from './algorithms.ts';
import { canonicalBytes, canonicalize, escapeAttribute, escapeText } from './canonical.ts';
import type { CanonicalKind, NodeSet } from './canonical.ts';
import { refuseBreaking } from './coverage.ts';
import { XmlError } from './errors.ts';
import { findByPath, indexIds, isWithin, namespaces } from './events.ts';
import type { XmlDocument, XmlElement } from './events.ts';
import { endInside } from './insertion.ts';
import { makePrepared } from './prepared.ts';
import type { PreparedXmlSignature } from './prepared.ts';
import { readXml } from './reader.ts';
import type { XmlSigner } from './signer.ts';

export interface XmlSignatureOptions {
  /** Claimed by the signer and signed (xades:SigningTime), whole seconds. */
  readonly signingTime: Date;
  /** How XML is canonicalised before it is hashed; default exclusive, which survives being moved into another document. */
  readonly canonicalization?: CanonicalKind;
}

export interface EnvelopedOptions extends XmlSignatureOptions {
  /** Signs the one element with this identifier; without it the whole document. */
  readonly elementId?: string;
  /** Local names from the root to the element that takes the signature as its last child; default the root alone. */
  readonly into?: readonly string[];
}

/**
 * First phase of a XAdES signature inside the document (EN 319 132-1 B-B), over the document or one element of it. The document's own
 * bytes stay as they are. Throws XmlError as reading does, and `xml.elementNotFound`, `xml.duplicateId`, `xml.breaksEarlier`.
 */
export function prepareEnveloped(xml: Buffer, signer: XmlSigner, options: EnvelopedOptions): PreparedXmlSignature {
  const document = readXml(xml);
  const parent = findParent(document, options.into ?? [document.root.local]);
  refuseBreaking(document, parent);
  const apex = options.elementId === undefined ? undefined : findById(document, options.elementId);
  const kind = options.canonicalization ?? 'exclusive';
  const isInside = apex === undefined || isWithin(parent, apex);
  const content = canonicalBytes({ document, apex, hasComments: false }, { kind, withComments: false });
  const draft = newDraft(signer, options, parent);
  const reference = {
    uri: options.elementId === undefined ? '' : `#${options.elementId}`,
    transforms: [...(isInside ? [transformUris.enveloped] : []), canonicalUris[kind]],
    digest: digestOf(signer, content),
    mediaType: 'text/xml',
  };
  return complete(xml, draft, { references: [reference], ...endInside(document, parent, xml.length) });
}

export type EnvelopedContent =
  /** The root element of an XML document. */
  | { readonly xml: Buffer }
  | { readonly bytes: Buffer; readonly mediaType: string };

/** First phase of a XAdES signature that holds its content: XML as it is, anything else as base64. Throws XmlError as reading does. */
export function prepareEnveloping(content: EnvelopedContent, signer: XmlSigner, options: XmlSignatureOptions): PreparedXmlSignature {
  const draft = newDraft(signer, options, undefined);
  const objectId = `${draft.id}-object`;
  const inner = 'xml' in content ? rootText(content.xml) : content.bytes.toString('base64');
  const base64 = 'xml' in content ? '' : ` MimeType="${escapeAttribute(content.mediaType)}" Encoding="${transformUris.base64}"`;
  const object = `<ds:Object Id="${objectId}"${base64}>${inner}</ds:Object>`;
  const digest = 'xml' in content ? digestOf(signer, canonicalOf(draft, object, [draft.id, objectId])) : digestOf(signer, content.bytes);
  const reference = {
    uri: `#${objectId}`,
    type: referenceTypes.object,
    transforms: ['xml' in content ? canonicalUris[draft.kind] : transformUris.base64],
    digest,
    mediaType: 'xml' in content ? 'text/xml' : content.mediaType,
  };
  return complete(Buffer.alloc(0), draft, { references: [reference], from: 0, to: 0, before: xmlDeclaration, after: '\n', object });
}

export interface DetachedFile {
  /** The name under which a verifier gets the bytes: a relative URI. */
  readonly uri: string;
  readonly bytes: Buffer;
  readonly mediaType: string;
}

/** First phase of a XAdES signature beside one or several files, whose bytes are signed as they are. */
export function prepareDetached(files: readonly DetachedFile[], signer: XmlSigner, options: XmlSignatureOptions): PreparedXmlSignature {
  if (files.length === 0 || files.some(({ uri }) => uri === '' || uri.startsWith('#'))) throw new XmlError('xml.elementNotFound', 'a detached file without a name');
  const references = files.map(({ uri, bytes, mediaType }) => ({ uri, transforms: [], digest: digestOf(signer, bytes), mediaType }));
  return complete(Buffer.alloc(0), newDraft(signer, options, undefined), { references, from: 0, to: 0, before: xmlDeclaration, after: '\n' });
}

const xmlDeclaration = '<?xml version="1.0" encoding="UTF-8"?>\n';

/** What is the same for all kinds of signature. */
interface Draft {
  readonly id: string;
  readonly kind: CanonicalKind;
  readonly signer: XmlSigner;
  readonly signingTime: Date;
  /** The element inside which the signature will stand. */
  readonly outside: XmlElement | undefined;
}

function newDraft(signer: XmlSigner, { signingTime, canonicalization = 'exclusive' }: XmlSignatureOptions, outside: XmlElement | undefined): Draft {
  return { id: `sig-${randomUUID()}`, kind: canonicalization, signer, signingTime, outside };
}

interface NewReference {
  readonly uri: string;
  readonly type?: string;
  readonly transforms: readonly string[];
  readonly digest: string;
  /** Absent for the signed properties. */
  readonly mediaType?: string;
}

interface Completion {
  readonly references: readonly NewReference[];
  readonly from: number;
  readonly to: number;
  readonly before: string;
  readonly after: string;
  /** The ds:Object with the content of an enveloping signature. */
  readonly object?: string;
}

function complete(base: Buffer, draft: Draft, { references, from, to, before, after, object = '' }: Completion): PreparedXmlSignature {
  const { id, signer, kind } = draft;
  const open = `<ds:Signature xmlns:ds="${namespaces.ds}" Id="${id}">`;
  const propertiesOpen = `<ds:Object><xades:QualifyingProperties xmlns:xades="${namespaces.xades}" Target="#${id}">`;
  const propertiesClose = '</xades:QualifyingProperties></ds:Object>';
  const properties = signedProperties(draft, references, signer.parts.signingCertificate);
  const propertiesId = `${id}-properties`;
  const ofProperties: NewReference = {
    uri: `#${propertiesId}`,
    type: referenceTypes.signedProperties,
    transforms: [canonicalUris[kind]],
    digest: digestOf(signer, canonicalProperties(draft, references, `${propertiesOpen}${properties}${propertiesClose}`)),
  };
  const method = `<ds:CanonicalizationMethod Algorithm="${canonicalUris[kind]}"></ds:CanonicalizationMethod>${signer.parts.signatureMethod}`;
  const listed = [...references, ofProperties].map((each, i) => writeReference(each, `${id}-ref-${i}`, signer)).join('');
  const signedInfo = `<ds:SignedInfo Id="${id}-info">${method}${listed}</ds:SignedInfo>`;
  return makePrepared(base, {
    from,
    to,
    head: `${before}${open}${signedInfo}<ds:SignatureValue Id="${id}-value">`,
    middle: `</ds:SignatureValue>${signer.parts.keyInfo}${object}${propertiesOpen}${properties}`,
    tail: `${propertiesClose}</ds:Signature>${after}`,
    signatureId: id,
    toBeSigned: kind === 'exclusive' ? declared(signedInfo, 'ds') : canonicalOf(draft, signedInfo, [id, `${id}-info`]),
    hash: signer.hash,
    coordinateBytes: signer.coordinateBytes,
  });
}

/** The canonical form that an element inside the new signature will have once the signature stands where it is going to. */
function canonicalOf({ kind, outside }: Draft, inner: string, [signatureId, apexId]: readonly [string, string]): string {
  const document = readXml(`<ds:Signature xmlns:ds="${namespaces.ds}" Id="${signatureId}">${inner}</ds:Signature>`, outside);
  const nodes: NodeSet = { document, apex: findById(document, apexId), hasComments: false };
  return canonicalize(nodes, { kind, withComments: false });
}

/** Exclusive canonicalisation does not look around, and all is written as it would write it: only the prefixes are missing. */
function canonicalProperties(draft: Draft, references: readonly NewReference[], inPlace: string): string {
  if (draft.kind !== 'exclusive') return canonicalOf(draft, inPlace, [draft.id, `${draft.id}-properties`]);
  return declared(signedProperties(draft, references, draft.signer.parts.signingCertificateCanonical), 'xades');
}

/** An element with its prefix declared in its start tag. */
function declared(element: string, prefix: 'ds' | 'xades'): string {
  const nameEnd = element.indexOf(' ');
  return `${element.slice(0, nameEnd)} xmlns:${prefix}="${namespaces[prefix]}"${element.slice(nameEnd)}`;
}

function signedProperties({ id, signingTime }: Draft, references: readonly NewReference[], signingCertificate: string): string {
  const time = `<xades:SigningTime>${signingTime.toISOString().slice(0, 19)}Z</xades:SigningTime>`;
  const formats = references
    .map(({ mediaType = 'application/octet-stream' }, i) => `<xades:DataObjectFormat ObjectReference="#${id}-ref-${i}"><xades:MimeType>${escapeText(mediaType)}</xades:MimeType></xades:DataObjectFormat>`)
    .join('');
  const ofSignature = `<xades:SignedSignatureProperties>${time}${signingCertificate}</xades:SignedSignatureProperties>`;
  return `<xades:SignedProperties Id="${id}-properties">${ofSignature}<xades:SignedDataObjectProperties>${formats}</xades:SignedDataObjectProperties></xades:SignedProperties>`;
}

function writeReference({ uri, type, transforms, digest }: NewReference, id: string, signer: XmlSigner): string {
  const list = transforms.map((each) => `<ds:Transform Algorithm="${each}"></ds:Transform>`).join('');
  const typed = type === undefined ? '' : ` Type="${type}"`;
  return `<ds:Reference Id="${id}"${typed} URI="${escapeAttribute(uri)}">${list === '' ? '' : `<ds:Transforms>${list}</ds:Transforms>`}${signer.parts.digestMethod}<ds:DigestValue>${digest}</ds:DigestValue></ds:Reference>`;
}

function digestOf({ hash }: XmlSigner, content: string | Buffer): string {
  return hashOnce(hash, content, 'base64');
}

function findById(document: XmlDocument, id: string): XmlElement {
  const [element, second] = indexIds(document).get(id) ?? [];
  if (element === undefined) throw new XmlError('xml.elementNotFound', `Id ${id.slice(0, 80)}`);
  if (second !== undefined) throw new XmlError('xml.duplicateId', id.slice(0, 80));
  return element;
}

function findParent(document: XmlDocument, path: readonly string[]): XmlElement {
  const found = findByPath(document, path);
  if (found === undefined) throw new XmlError('xml.elementNotFound', path.join('/').slice(0, 200));
  return found;
}

/** The root element as it stands, without what is around it. */
function rootText(xml: Buffer): string {
  const { text, root } = readXml(xml);
  return text.slice(root.at, root.end);
}
