/** Writes a message for a partner as a stream; attachments go past, so that the size of a message does not matter. */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { encodeBase64 } from './base64.ts';
import { escapeAttribute } from './canonical.ts';
import { documentHeader, statusHeader, textElement, traceHeaderList } from './header-text.ts';
import type { EdxmlMessage } from './model.ts';
import { namespaceUris, xlinkNamespace } from './namespaces.ts';
import { EdxmlError, edxmlProblem } from './problems.ts';
import type { EdxmlProblem, EdxmlProblemCode } from './problems.ts';
import type { EdxmlProfile } from './profiles.ts';
import { contentHashOf, writeSignature } from './sign-packet.ts';
import type { PacketSigner } from './sign-packet.ts';
import { withoutCid } from './values.ts';
import { isWrappedByToolkit, wrapFile } from './wrap.ts';

/** A file to be sent along. A signed message reads it twice: `open` must give the same bytes each time. */
export interface AttachmentSource {
  /** Without `cid:`; unique in the message. */
  readonly contentId: string;
  readonly name: string;
  readonly description: string;
  readonly mediaType: string;
  open(): AsyncIterable<Uint8Array>;
}

export interface WriteOptions {
  readonly profile: EdxmlProfile;
  readonly attachments?: readonly AttachmentSource[];
  /** Needed when the profile wants a signature. */
  readonly signer?: PacketSigner;
}

/**
 * The message as a partner wants it, in UTF-8. The stream fails with EdxmlError `edxml.sourceChanged` when an attachment gives other bytes
 * the second time; what was sent by then must be thrown away.
 * @throws EdxmlError at once for what `writeProblems` finds
 */
export function writeEdxml(message: EdxmlMessage, options: WriteOptions): Readable {
  const [problem] = writeProblems(message, options);
  if (problem !== undefined) throw new EdxmlError(problem);
  return Readable.from(pieces(message, options), { objectMode: false, highWaterMark: 256 * 1024 });
}

/** Everything that speaks against writing this message, so that a form can show it all at once. */
export function writeProblems(message: EdxmlMessage, { profile, attachments = [], signer }: WriteOptions): EdxmlProblem[] {
  const found: EdxmlProblem[] = [];
  const add = (code: EdxmlProblemCode, path: string, detail = ''): void => void found.push(edxmlProblem(code, { path, offset: null }, detail));
  const must = (path: string, value: string): void => {
    if (value.trim() === '') add('edxml.incomplete', path);
  };
  must('From/OrganId', message.from.organId);
  if (message.from.organId.includes(',')) add('edxml.comma', 'From/OrganId', message.from.organId);
  if (profile.signature.form !== 'none' && signer === undefined) add('edxml.signerMissing', 'Signature');
  if (message.kind === 'status') {
    if (message.responseFor.documentId === '') must('ResponseFor/Code', message.responseFor.code);
    if (attachments.length > 0) add('edxml.incomplete', 'AttachmentEncoded', 'a status carries no attachment');
    return found;
  }
  if (message.to.length === 0) add('edxml.noReceiver', 'To');
  const receivers = new Set<string>();
  for (const { organId } of message.to) {
    must('To/OrganId', organId);
    if (receivers.has(organId)) add('edxml.receiverTwice', 'To/OrganId', organId);
    receivers.add(organId);
  }
  for (const [path, value] of [['Code/CodeNumber', message.codeNumber], ['Code/CodeNotation', message.codeNotation]] as const) {
    must(path, value);
    if (value.includes(',')) add('edxml.comma', path, value);
  }
  must('DocumentId', message.documentId);
  must('Subject', message.subject);
  must('DocumentType/TypeName', message.typeName);
  must('PromulgationInfo/PromulgationDate', message.promulgationDay ?? '');
  const { business } = message;
  const isAboutNothing = business.kind === 'replace' ? business.replacements.length === 0 && business.documentId === '' : business.kind !== 'new' && business.documentId === '';
  if (isAboutNothing) add('edxml.businessTarget', 'Bussiness/DocumentId');
  const ids = attachments.map(({ contentId }) => withoutCid(contentId));
  for (const id of ids) must('Attachment/ContentId', id);
  for (const id of new Set(ids.filter((each, i) => ids.indexOf(each) !== i))) add('edxml.contentIdTwice', 'Attachment/ContentId', id);
  return found;
}

interface Parts {
  /** Up to where the signature stands, without the XML declaration. */
  readonly before: string;
  /** From there to the first attachment. */
  readonly after: string;
  readonly end: string;
}

async function* pieces(message: EdxmlMessage, { profile, attachments = [], signer }: WriteOptions): AsyncGenerator<Buffer> {
  const parts = partsOf(message, profile, attachments);
  const { signature: form } = profile;
  const isSigned = form.form !== 'none' && signer !== undefined;
  const first = isSigned ? createHash(contentHashOf(form)) : undefined;
  const digest = first === undefined ? undefined : await digestAll(first, content(parts, { profile, attachments }));
  const signature = isSigned && digest !== undefined ? await writeSignature(signer, { form, namespace: namespaceUris[profile.namespace], digest }) : '';
  yield Buffer.from('<?xml version="1.0" encoding="UTF-8"?>\n');
  const again = isSigned ? createHash(contentHashOf(form)) : undefined;
  let isFirst = true;
  // The last piece is held back until it is certain that what was signed is what was sent.
  let held: string | undefined;
  for await (const text of content(parts, { profile, attachments })) {
    again?.update(text);
    if (held !== undefined) yield Buffer.from(held);
    if (isFirst) yield Buffer.from(text + signature);
    held = isFirst ? undefined : text;
    isFirst = false;
  }
  if (again !== undefined && digest !== undefined && !again.digest().equals(digest)) throw new EdxmlError(edxmlProblem('edxml.sourceChanged', { path: '/edXML/AttachmentEncoded', offset: null }));
  if (held !== undefined) yield Buffer.from(held);
}

async function digestAll(hash: ReturnType<typeof createHash>, texts: AsyncIterable<string>): Promise<Buffer> {
  for await (const text of texts) hash.update(text);
  return hash.digest();
}

/** The message without declaration and signature; exactly its own exclusive canonical form. */
async function* content({ before, after, end }: Parts, { profile, attachments }: Required<Omit<WriteOptions, 'signer'>>): AsyncGenerator<string> {
  yield before;
  yield after;
  const namespace = namespaceUris[profile.namespace];
  for (const each of attachments) {
    const { name, mediaType } = asSent(each, profile);
    const id = profile.cid === 'both' ? `cid:${withoutCid(each.contentId)}` : withoutCid(each.contentId);
    yield `<Attachment>${textElement('ContentId', id)}${textElement('AttachmentName', name)}${textElement('Description', each.description)}${textElement('ContentType', mediaType)}<edXML:ContentTransferEncoded xmlns:edXML="${namespace}">`;
    yield* encodeBase64(isWrapped(each, profile) ? wrapFile(each.name, each.open()) : each.open());
    yield '</edXML:ContentTransferEncoded></Attachment>';
  }
  yield end;
}

function isWrapped({ name }: AttachmentSource, { wrapping }: EdxmlProfile): boolean {
  return wrapping === 'toolkit' && isWrappedByToolkit(name);
}

function asSent(source: AttachmentSource, profile: EdxmlProfile): { readonly name: string; readonly mediaType: string } {
  return { name: source.name, mediaType: isWrapped(source, profile) ? 'application/zip' : source.mediaType };
}

function partsOf(message: EdxmlMessage, profile: EdxmlProfile, attachments: readonly AttachmentSource[]): Parts {
  const namespace = escapeAttribute(namespaceUris[profile.namespace]);
  const open = `<edXML xmlns="${namespace}"><edXML:edXMLEnvelope xmlns:edXML="${namespace}"><edXML:edXMLHeader>`;
  if (message.kind === 'status') return { before: open + statusHeader(message, profile), after: '</edXML:edXMLHeader></edXML:edXMLEnvelope>', end: '</edXML>' };
  const references = attachments.map((each) => reference(each, profile)).join('');
  const body = `<edXML:edXMLBody><edXML:edXMLManifest version="1.0">${references}</edXML:edXMLManifest></edXML:edXMLBody>`;
  const hasFiles = attachments.length > 0;
  return {
    before: `${open}${documentHeader(message, profile)}${traceHeaderList(message, profile)}`,
    after: `</edXML:edXMLHeader>${body}</edXML:edXMLEnvelope>${hasFiles ? '<AttachmentEncoded>' : ''}`,
    end: `${hasFiles ? '</AttachmentEncoded>' : ''}</edXML>`,
  };
}

function reference(source: AttachmentSource, profile: EdxmlProfile): string {
  const { name, mediaType } = asSent(source, profile);
  const id = `cid:${withoutCid(source.contentId)}`;
  const link = profile.hasLinks ? ` xmlns:xlink="${xlinkNamespace}" xlink:href="${escapeAttribute(id)}" xlink:role="XLinkRole" xlink:type="simple"` : '';
  const inner = `${textElement('edXML:ContentId', id)}${textElement('edXML:ContentType', mediaType)}${textElement('edXML:Description', source.description)}${textElement('edXML:AttachmentName', name)}`;
  return `<edXML:Reference${link}>${inner}</edXML:Reference>`;
}
