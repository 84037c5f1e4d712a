/** Reads a message from a stream: header and trace into the model, each attachment past a sink, whatever the size, in constant memory. */
import { createHash } from 'node:crypto';
import { cleanFileName } from '#engines/files/index.ts';
import { streamAttachment } from './attachment-stream.ts';
import type { AttachmentSink, AttachmentStream, StreamedAttachment } from './attachment-stream.ts';
import { createNotes, fatal } from './fields.ts';
import type { Notes } from './fields.ts';
import { interpret } from './interpret.ts';
import type { Interpreted, ManifestEntry } from './interpret.ts';
import type { EdxmlAttachment, EdxmlKept, EdxmlMessage } from './model.ts';
import type { NamespaceVariant } from './namespaces.ts';
import { watchSignature } from './packet-signature.ts';
import type { PacketSignature, SignatureWatch } from './packet-signature.ts';
import { EdxmlError, edxmlProblem } from './problems.ts';
import type { EdxmlProblem } from './problems.ts';
import { childrenNamed, createTreeBuilder, pathOf, placeOfNode, textOf } from './tree.ts';
import type { TreeBuilder, XmlNode } from './tree.ts';
import { createTokenizer } from './tokenizer.ts';
import type { Token, Tokenizer, TokenizerLimits } from './tokenizer.ts';
import { unwrapLimits } from './unwrap.ts';
import type { UnwrapLimits } from './unwrap.ts';
import { withoutCid } from './values.ts';

export interface ReadOptions {
  readonly sink: AttachmentSink;
  readonly limits?: Partial<TokenizerLimits> & { readonly attachments?: number };
  /** How far a file that the sender's toolkit put into a ZIP is taken out; false leaves all as sent. */
  readonly unwrap?: Partial<UnwrapLimits> | false;
}

export interface WholeReading {
  readonly ok: true;
  readonly message: EdxmlMessage;
  readonly attachments: readonly EdxmlAttachment[];
  /** What the first file that is named and did not come whole suffers from. */
  readonly lacking: EdxmlProblem | null;
  /** What the model has no place for, as it came. */
  readonly kept: readonly EdxmlKept[];
  /** Warnings only, at most some hundreds. */
  readonly problems: readonly EdxmlProblem[];
  readonly signature: PacketSignature;
  readonly namespace: NamespaceVariant;
  readonly encoding: string;
  /** Of the message as it came. */
  readonly sizeBytes: number;
  readonly sha256: string;
}

export interface RefusedReading {
  readonly ok: false;
  /** The fatal one. */
  readonly problem: EdxmlProblem;
  /** Warnings up to there. */
  readonly problems: readonly EdxmlProblem[];
}

export type EdxmlReading = WholeReading | RefusedReading;

const MAX_ATTACHMENTS = 500;

/**
 * Reads one message. A message that cannot be used is an answer (`ok: false`), not an exception; what the source or a sink throws comes
 * through as it is. Sinks of a message that fails in the middle see their iteration throw.
 */
export async function readEdxml(source: AsyncIterable<Uint8Array>, options: ReadOptions): Promise<EdxmlReading> {
  const session = openSession(options);
  try {
    for await (const bytes of source) {
      session.meter.update(bytes);
      session.sizeBytes += bytes.length;
      for (const token of session.tokenizer.push(bytes)) await take(session, token);
    }
    for (const token of session.tokenizer.end()) await take(session, token);
    return wholeReading(session);
  } catch (error) {
    await session.streaming?.drop(error instanceof Error ? error : new Error('the reading failed', { cause: error }));
    if (!(error instanceof EdxmlError)) throw error;
    return { ok: false, problem: error.problem, problems: [...session.tokenizer.problems, ...session.notes.problems] };
  }
}

interface Arrived {
  readonly node: XmlNode;
  readonly contentId: string;
  readonly name: string;
  readonly result: StreamedAttachment;
}

interface Session {
  readonly options: ReadOptions;
  readonly meter: ReturnType<typeof createHash>;
  readonly tokenizer: Tokenizer;
  readonly tree: TreeBuilder;
  readonly watch: SignatureWatch;
  readonly notes: Notes;
  readonly arrived: Map<XmlNode, Arrived>;
  /** The manifest as it was when so many lines of it had come. */
  manifest: { readonly lines: number; readonly listing: Listing };
  sizeBytes: number;
  streaming: AttachmentStream | undefined;
  /** The Attachment and its content element that are being streamed. */
  at: { readonly node: XmlNode; readonly content: XmlNode; readonly contentId: string; readonly name: string } | undefined;
}

function openSession(options: ReadOptions): Session {
  return {
    options,
    meter: createHash('sha256'),
    tokenizer: createTokenizer({ ...(options.limits === undefined ? {} : { limits: options.limits }), isBulk }),
    tree: createTreeBuilder(),
    watch: watchSignature(),
    notes: createNotes(),
    arrived: new Map(),
    manifest: { lines: 0, listing: listingOf([]) },
    sizeBytes: 0,
    streaming: undefined,
    at: undefined,
  };
}

/** Beside the envelope, as the standard has it, or inside: nowhere else are there attachments. */
const bulkPaths = new Set(['edXML', 'edXML/edXMLEnvelope', 'edXMLEnvelope'].map((outer) => `${outer}/AttachmentEncoded/Attachment/ContentTransferEncoded`));

function isBulk(path: readonly string[]): boolean {
  return path.length <= 5 && bulkPaths.has(path.join('/'));
}

async function take(session: Session, token: Token): Promise<void> {
  const { tree, watch, at } = session;
  if (token.kind === 'text' && at !== undefined && tree.open === at.content) {
    watch.take(token);
    await session.streaming?.push(token.value);
    return;
  }
  const wasInSignature = isInSignature(tree.open);
  const closed = tree.take(token);
  if (!wasInSignature && !isInSignature(tree.open)) watch.take(token);
  if (closed !== undefined && isSignature(closed)) watch.use(closed);
  // An element where only Base64 may stand damages it like any other character that does not belong there.
  if (token.kind === 'start' && at !== undefined) await session.streaming?.push('<');
  else if (token.kind === 'start' && tree.open !== undefined) await begin(session, tree.open);
  if (closed !== undefined && closed === at?.content) await finish(session);
}

/** `/edXML/edXMLEnvelope/edXMLHeader/Signature`: the only place where a signature counts. */
function isSignature({ start, parent }: XmlNode): boolean {
  return start.local === 'Signature' && parent?.start.local === 'edXMLHeader' && (parent.parent?.parent === undefined || parent.parent.parent.parent === undefined);
}

function isInSignature(node: XmlNode | undefined): boolean {
  for (let each = node; each !== undefined; each = each.parent) if (isSignature(each)) return true;
  return false;
}

async function begin(session: Session, node: XmlNode): Promise<void> {
  const { watch, options, arrived } = session;
  if (node.start.local === 'AttachmentEncoded') watch.giveUp();
  const attachment = node.parent;
  if (attachment === undefined || !isBulk(pathOf(node).slice(1).split('/'))) return;
  if (arrived.has(attachment)) throw fatal('edxml.ambiguous', placeOfNode(node));
  if (arrived.size >= (options.limits?.attachments ?? MAX_ATTACHMENTS)) throw fatal('edxml.tooLarge', placeOfNode(node), 'too many attachments');
  const ordinal = arrived.size;
  const facts = factsOf(attachment, ordinal, manifestSoFar(session));
  const name = cleanFileName(facts.statedName);
  session.at = { node: attachment, content: node, contentId: facts.contentId, name };
  session.streaming = streamAttachment(
    { ordinal, contentId: facts.contentId, name, statedMediaType: facts.statedMediaType },
    { sink: options.sink, unwrap: options.unwrap === false ? undefined : { ...unwrapLimits, ...options.unwrap } },
  );
}

async function finish(session: Session): Promise<void> {
  const { at, streaming, arrived } = session;
  if (at === undefined || streaming === undefined) return;
  const result = await streaming.finish();
  arrived.set(at.node, { ...at, result });
  session.streaming = undefined;
  session.at = undefined;
}

interface Facts {
  readonly contentId: string;
  readonly statedName: string;
  readonly description: string;
  readonly statedMediaType: string;
  readonly isListed: boolean;
  readonly listedAt: number;
}

type Listed = Omit<ManifestEntry, 'node'>;
type Listing = { readonly lines: readonly Listed[]; /** The first line of each id. */ readonly byId: ReadonlyMap<string, number> };

function listingOf(lines: readonly Listed[]): Listing {
  return { lines, byId: new Map(lines.map(({ contentId }, index) => [withoutCid(contentId), index] as const).reverse()) };
}

/** The manifest as far as it has come: it stands before the attachments in every message that is in use. */
function manifestSoFar(session: Session): Listing {
  const { root } = session.tree;
  const envelope = root?.start.local === 'edXMLEnvelope' ? root : childrenNamed(root, 'edXMLEnvelope')[0];
  const manifest = childrenNamed(childrenNamed(envelope, 'edXMLBody')[0], 'edXMLManifest')[0];
  const references = childrenNamed(manifest, 'Reference');
  if (references.length !== session.manifest.lines) {
    const lines = references.map((node) => ({
      contentId: textOfChild(node, 'ContentId') || (node.start.attributes.find(({ local }) => local === 'href')?.value ?? ''),
      contentType: textOfChild(node, 'ContentType'),
      description: textOfChild(node, 'Description'),
      attachmentName: textOfChild(node, 'AttachmentName'),
    }));
    session.manifest = { lines: references.length, listing: listingOf(lines) };
  }
  return session.manifest.listing;
}

function textOfChild(node: XmlNode, local: string): string {
  const found = childrenNamed(node, local)[0];
  return found === undefined ? '' : textOf(found);
}

/** What the attachment says of itself, else what the manifest says of it: by its id, and without one by its place. */
function factsOf(node: XmlNode, ordinal: number, { lines, byId }: Listing): Facts {
  const ownId = withoutCid(textOfChild(node, 'ContentId'));
  const listedAt = ownId === '' ? (ordinal < lines.length ? ordinal : -1) : (byId.get(ownId) ?? -1);
  const listed = lines[listedAt];
  return {
    contentId: ownId || withoutCid(listed?.contentId ?? ''),
    statedName: textOfChild(node, 'AttachmentName') || textOfChild(node, 'FieldName') || (listed?.attachmentName ?? ''),
    description: textOfChild(node, 'Description') || (listed?.description ?? ''),
    statedMediaType: textOfChild(node, 'ContentType') || textOfChild(node, 'MimeType') || (listed?.contentType ?? ''),
    isListed: listed !== undefined,
    listedAt,
  };
}

function wholeReading(session: Session): EdxmlReading {
  const { tree, tokenizer, notes, watch } = session;
  const { root } = tree;
  if (root === undefined) throw fatal('edxml.malformed', tokenizer.place(), 'empty');
  const interpreted = interpret(root, notes);
  const { attachments, lacking } = readAttachments(session, root, interpreted);
  const signature = watch.finish(root);
  noteSignature(signature, root, notes);
  return {
    ok: true,
    message: interpreted.message,
    attachments,
    lacking,
    kept: notes.kept,
    problems: [...tokenizer.problems, ...notes.problems],
    signature,
    namespace: interpreted.namespace,
    encoding: tokenizer.encoding(),
    sizeBytes: session.sizeBytes,
    sha256: session.meter.digest('hex'),
  };
}

function noteSignature({ state, reason, hash }: PacketSignature, root: XmlNode, notes: Notes): void {
  if (state === 'broken') notes.note('edxml.signatureBroken', placeOfNode(root), reason ?? '');
  if (state === 'unusable') notes.note('edxml.signatureUnusable', placeOfNode(root), reason ?? '');
  if (hash === 'sha1') notes.note('edxml.signatureWeak', placeOfNode(root));
}

function readAttachments({ arrived, notes }: Session, root: XmlNode, { manifest }: Interpreted): Pick<WholeReading, 'attachments' | 'lacking'> {
  const envelope = root.start.local === 'edXMLEnvelope' ? root : childrenNamed(root, 'edXMLEnvelope')[0];
  const nodes = [root, ...(envelope === undefined || envelope === root ? [] : [envelope])].flatMap((each) => childrenNamed(each, 'AttachmentEncoded')).flatMap((each) => childrenNamed(each, 'Attachment'));
  if (nodes.length > MAX_ATTACHMENTS) throw fatal('edxml.tooLarge', placeOfNode(root), 'too many attachments');
  const listing = listingOf(manifest);
  const seen = new Set<string>();
  const used = new Set<number>();
  let lacking: EdxmlProblem | null = null;
  const attachments = nodes.map((node, ordinal): EdxmlAttachment => {
    const { listedAt, ...facts } = factsOf(node, ordinal, listing);
    const name = cleanFileName(facts.statedName);
    const result = arrived.get(node)?.result;
    used.add(listedAt);
    const note = (code: EdxmlProblem['code'], detail: string): void => notes.note(code, placeOfNode(node), detail);
    if (!facts.isListed) note('edxml.attachmentUnlisted', facts.contentId);
    if (facts.contentId !== '' && seen.has(facts.contentId)) note('edxml.duplicateContentId', facts.contentId);
    seen.add(facts.contentId);
    if (name !== facts.statedName.normalize('NFC')) note('edxml.attachmentName', facts.statedName);
    noteResult(result, note);
    const isMeant = facts.isListed || facts.contentId !== '' || facts.statedName !== '';
    if (isMeant && keptBytes(result?.sent) === null) lacking ??= edxmlProblem(typeof result?.damage === 'string' ? 'edxml.attachmentDamaged' : 'edxml.attachmentEmpty', placeOfNode(node), facts.statedName);
    return { ordinal, ...facts, name, sent: keptBytes(result?.sent), unwrapped: keptBytes(result?.unwrapped) };
  });
  const missing = manifest.filter((_, index) => !used.has(index));
  for (const each of missing) notes.note('edxml.attachmentMissing', placeOfNode(each.node), each.contentId || each.attachmentName);
  // Ids that do not match leave a line over for each file that is not listed; then all have come.
  const isNamed = ({ contentId, attachmentName }: ManifestEntry): boolean => contentId !== '' || attachmentName !== '';
  const first = missing.find(isNamed);
  if (first !== undefined && attachments.length < manifest.filter(isNamed).length) lacking ??= edxmlProblem('edxml.attachmentMissing', placeOfNode(first.node), first.attachmentName || first.contentId);
  return { attachments, lacking };
}

function keptBytes(bytes: StreamedAttachment['sent'] | undefined): StreamedAttachment['sent'] {
  return bytes === undefined || bytes === null || bytes.sizeBytes === 0 ? null : bytes;
}

function noteResult(result: StreamedAttachment | undefined, note: (code: EdxmlProblem['code'], detail: string) => void): void {
  if (typeof result?.damage === 'string') {
    note('edxml.attachmentDamaged', result.damage);
    return;
  }
  if (result === undefined || result.sent === null || result.sent.sizeBytes === 0) {
    note('edxml.attachmentEmpty', '');
    return;
  }
  if (!result.isPadded) note('edxml.attachmentPadding', '');
  if (result.unwrapped !== null) note('edxml.attachmentUnwrapped', `${result.sent.sizeBytes} → ${result.unwrapped.sizeBytes}`);
  if (result.unwrapRefusal !== null) note(result.unwrapRefusal === 'bomb' ? 'edxml.attachmentBomb' : 'edxml.attachmentZip', result.unwrapRefusal);
  if (result.isTypeWrong) note('edxml.mediaType', (result.unwrapped ?? result.sent).mediaType);
}
