/** What the references of a signature really select, transformed by the few transforms that are allowed, and whether it is unchanged. */
import { hash as hashOnce } from 'node:crypto';
import type { HashName } from '../pki/algorithms.ts';
import type { ProblemCode } from '../validation/problems.ts';
import { canonicalOfUri, hashOfUri, transformUris } from './algorithms.ts';
import { canonicalBytes } from './canonical.ts';
import type { CanonicalMethod, NodeSet } from './canonical.ts';
import { selectionOf } from './coverage.ts';
import type { Selection } from './coverage.ts';
import { XmlError } from './errors.ts';
import { isWithin, pathOf, textOf } from './events.ts';
import type { XmlDocument, XmlElement } from './events.ts';
import type { ByteOffsets } from './insertion.ts';
import { fromBase64 } from './read-parts.ts';
import type { ReadTransform } from './read-parts.ts';
import type { ReadReference, ReadSignature } from './read-signature.ts';
import { readXml } from './reader.ts';

/** One thing that a signature covers, by where it stands and not by what it is called. JSON-safe. */
export interface SignedPart {
  /** As the reference has it. */
  readonly uri: string;
  /** `properties` are the signer's statements about the signature, its key and its other parts; `object` is content held by the signature itself. */
  readonly kind: 'document' | 'element' | 'object' | 'properties' | 'detached' | 'unknown';
  /** For people: `/HDon/DLHDon`; empty for what is outside the document. */
  readonly path: string;
  /** The bytes [start, end) of the file; 0 and 0 for what is outside the document. */
  readonly start: number;
  readonly end: number;
  readonly transforms: readonly string[];
  readonly isUnchanged: boolean;
}

export interface CheckedReference {
  readonly part: SignedPart;
  /** The element selected; the root for a whole document. */
  readonly apex: XmlElement | undefined;
  /** False when only the text inside the element is covered (base64), which leaves its tags open to change. */
  readonly coversTags: boolean;
  /** True when the signature itself is left out of what is covered. */
  readonly leavesOutSignature: boolean;
  readonly hash: HashName | undefined;
  readonly problem: ProblemCode | undefined;
}

export interface ReferenceContext {
  readonly document: XmlDocument;
  readonly signature: ReadSignature;
  readonly ids: ReadonlyMap<string, readonly XmlElement[]>;
  /** Bytes of detached files by the URI that references name. */
  readonly detached: ReadonlyMap<string, Uint8Array>;
  readonly effort: Effort;
  readonly offsetOf: ByteOffsets;
}

/** How much text may still be canonicalised: a small file can name the same large part thousands of times. */
export interface Effort {
  left: number;
}

/** About a second's worth, or four times over everything in a file that is larger than that by itself. */
export function newEffort({ text: { length } }: XmlDocument): Effort {
  const mega = 1024 * 1024;
  return { left: Math.max(8 * mega, Math.min(10 * length, 32 * mega), 4 * length) };
}

export function checkReference(reference: ReadReference, context: ReferenceContext): CheckedReference {
  const { document, signature, ids } = context;
  const selection: Selection = reference.uri === undefined ? { kind: 'missing' } : selectionOf(document, reference.uri, ids);
  const apex = selection.kind === 'document' ? document.root : selection.kind === 'element' ? selection.element : undefined;
  const leavesOutSignature = reference.transforms.some((each) => each.uri === transformUris.enveloped);
  const coversTags = reference.transforms.every((each) => each.uri !== transformUris.base64);
  const hash = hashOfUri(reference.digestUri);
  const content = hash === undefined ? 'signature.unsupported' : contentOf(reference, selection, context);
  const isUnchanged = typeof content !== 'string' && hash !== undefined && hashOnce(hash, content.content, 'buffer').equals(reference.digest);
  const problem = typeof content === 'string' ? content : isUnchanged ? undefined : 'hash.mismatch';
  const place = apex === undefined ? { path: '', start: 0, end: 0 } : placeOf(document, selection.kind === 'document' ? undefined : apex, context.offsetOf);
  const part: SignedPart = {
    uri: reference.uri ?? '',
    kind: kindOf(selection, signature),
    ...place,
    transforms: reference.transforms.map((each) => each.uri),
    isUnchanged,
  };
  return { part, apex, coversTags, leavesOutSignature, hash, problem };
}

function kindOf(selection: Selection, { element, objects, xades }: ReadSignature): SignedPart['kind'] {
  if (selection.kind === 'document') return 'document';
  if (selection.kind === 'outside') return 'detached';
  if (selection.kind !== 'element') return 'unknown';
  if (selection.element === xades?.signedProperties) return 'properties';
  if (!isWithin(selection.element, element) || selection.element === element) return 'element';
  return objects.some((object) => isWithin(selection.element, object) && !(xades && areRelated(selection.element, xades.element))) ? 'object' : 'properties';
}

const areRelated = (a: XmlElement, b: XmlElement): boolean => isWithin(a, b) || isWithin(b, a);

/** True when a part covers every byte of the file that it names: canonicalised, a file may be given other comments; of base64, other white space. */
export function coversAllBytes({ transforms }: Pick<SignedPart, 'transforms'>): boolean {
  return transforms.every((uri) => canonicalOfUri(uri)?.withComments === true);
}

function placeOf({ text }: XmlDocument, element: XmlElement | undefined, offsetOf: ByteOffsets): Pick<SignedPart, 'path' | 'start' | 'end'> {
  if (element === undefined) return { path: '/', start: 0, end: offsetOf(text.length) };
  return { path: pathOf(element), start: offsetOf(element.at), end: offsetOf(element.end) };
}

/** What is hashed. */
export interface Content {
  readonly content: Uint8Array;
}
type Stage = { readonly nodes: NodeSet } | Content;

/** The bytes of a reference, as the signature value and archive time stamps (which canonicalise by their own method) rest on them. */
export function referenceContent(reference: ReadReference, context: ReferenceContext, method: CanonicalMethod): Content | ProblemCode {
  const selection: Selection = reference.uri === undefined ? { kind: 'missing' } : selectionOf(context.document, reference.uri, context.ids);
  return contentOf(reference, selection, { ...context, method });
}

// XML Signature section 4.4.3.2: nodes that no transform made into bytes are canonicalised the old way.
const oldWay: CanonicalMethod = { kind: 'inclusive', withComments: false };

type ContentContext = ReferenceContext & { readonly method?: CanonicalMethod };

function contentOf({ transforms }: ReadReference, selection: Selection, context: ContentContext): Content | ProblemCode {
  let stage = startOf(selection, context);
  if (typeof stage === 'string') return stage;
  for (const transform of transforms) {
    const next = applyTransform(transform, stage, context);
    if (typeof next === 'string') return next;
    stage = next;
  }
  return 'nodes' in stage ? canonical(stage.nodes, context.method ?? oldWay, context.effort) : stage;
}

function startOf(selection: Selection, { document, detached }: ReferenceContext): Stage | ProblemCode {
  switch (selection.kind) {
    case 'document':
      return { nodes: { document, hasComments: selection.hasComments } };
    case 'element':
      return { nodes: { document, apex: selection.element, hasComments: selection.hasComments } };
    case 'outside': {
      const content = detached.get(selection.uri);
      // Nothing is ever fetched: what the caller did not hand over is not known.
      return content === undefined ? 'content.missing' : { content };
    }
    case 'missing':
      return 'hash.mismatch';
    case 'ambiguous':
      return 'format.contradiction';
  }
}

function applyTransform(transform: ReadTransform, stage: Stage, { document, signature, effort }: ReferenceContext): Stage | ProblemCode {
  if (transform.hasOtherParameters) return 'signature.unsupported';
  if (transform.uri === transformUris.enveloped) {
    if (!('nodes' in stage) || stage.nodes.document !== document) return 'format.contradiction';
    const apex = stage.nodes.apex ?? document.root;
    // A signature that leaves itself out of itself would cover nothing.
    const isAround = apex !== signature.element && isWithin(signature.element, apex);
    return isAround ? { nodes: { ...stage.nodes, excluded: signature.element } } : 'format.contradiction';
  }
  if (transform.uri === transformUris.base64) {
    if ('nodes' in stage && stage.nodes.excluded !== undefined) return 'format.contradiction';
    const content = fromBase64(textContent(stage));
    return content === undefined ? 'format.contradiction' : { content };
  }
  const method = canonicalOfUri(transform.uri);
  if (method === undefined) return 'signature.unsupported';
  const nodes = 'nodes' in stage ? stage.nodes : parsed(stage);
  return nodes === undefined ? 'format.contradiction' : canonical(nodes, { ...method, inclusivePrefixes: transform.prefixes }, effort);
}

function textContent(stage: Stage): string {
  if ('nodes' in stage) return textOf(stage.nodes.document, stage.nodes.apex ?? stage.nodes.document.root);
  return Buffer.from(stage.content).toString('latin1');
}

function parsed({ content }: Content): NodeSet | undefined {
  try {
    return { document: readXml(content), hasComments: true };
  } catch (error) {
    if (error instanceof XmlError) return undefined;
    throw error;
  }
}

/** Canonicalises within the effort that is left. Throws XmlError `xml.tooLarge` when it is used up. */
export function canonical(nodes: NodeSet, method: CanonicalMethod, effort: Effort): { readonly content: Buffer } {
  const { document, apex } = nodes;
  effort.left -= apex === undefined ? document.text.length : apex.end - apex.at;
  if (effort.left < 0) throw new XmlError('xml.tooLarge', 'too many references to large parts');
  return { content: canonicalBytes(nodes, method) };
}
