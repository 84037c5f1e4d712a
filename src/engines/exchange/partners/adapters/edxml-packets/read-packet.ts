import { createHash } from 'node:crypto';
import { storeBytes } from '#engines/files/index.ts';
import { findAgencyByCode } from '#engines/identity/index.ts';
import { AppError } from '#kernel/errors.ts';
import type { Id } from '#kernel/ids.ts';
import { isoInVietnam } from '#kernel/time.ts';
import { envelope as envelopeSchema, type Business, type DeliveryStatus, type Envelope } from '../../../contract.ts';
import { envelopeFiles, fromDocumentMessage, readAgencyCode, readEdxml, type AttachmentSink, type DocumentMessage, type EdxmlProblem, type EdxmlReading, type StatusMessage } from '../../../edxml/index.ts';
import { envelopeHash, writeEnvelope } from '../../../envelope.ts';
import type { InboundContent, PartnerId, Party, Reading } from '../../adapter.ts';
import { partnerAgencyByRef } from '../../partner-rows.ts';
import type { Queryable } from '#kernel/database.ts';
import { derivedId, documentEnvelopeId } from './derived-id.ts';
import { aboutOf, answeredDelivery, earlierDocument, firstPacketOf, packetOf } from './noted-packets.ts';
import type { PacketLine } from './packet-settings.ts';
import { isSandboxAgency, mayReceive } from './sandbox-agencies.ts';

type Fault = { ok: false; code: string; problem: string };
const fault = (code: string, problem: string): Fault => ({ ok: false, code, problem });

/** A packet from outside as this house has it: its attachments in the store, its message as an envelope or an answer. */
export async function readPacket(line: PacketLine, original: Buffer): Promise<Reading> {
  const reading = await readEdxml(inPieces(original), { sink: storing(line) });
  if (!reading.ok) return fault(reading.problem.code.replace('edxml.', ''), describeProblem(reading.problem));
  const packet = { line, reading, originalHash: createHash('sha256').update(original).digest('hex') };
  return reading.message.kind === 'status' ? readStatus(packet, reading.message) : readDocument(packet, reading.message);
}

/** The problem in words, with its place in the packet. */
export function describeProblem(problem: EdxmlProblem): string {
  return [problem.vi, problem.path, problem.offset === null ? '' : `byte ${String(problem.offset)}`, problem.detail].filter((each) => each !== '').join(' · ');
}

type Packet = { line: PacketLine; reading: Extract<EdxmlReading, { ok: true }>; originalHash: string };

const PIECE_BYTES = 256 * 1024;

async function* inPieces(bytes: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) yield await Promise.resolve(bytes.subarray(at, at + PIECE_BYTES));
}

/** Keeps attachments. One that is damaged or empty is left out, and the reading says so; what the store throws goes up. */
function storing({ kernel }: PacketLine): AttachmentSink {
  return async (_head, content) => {
    const seen = { isDamaged: false };
    const watched = async function* (): AsyncGenerator<Buffer> {
      try {
        yield* content;
      } catch (error) {
        seen.isDamaged = true;
        throw error;
      }
    };
    try {
      await storeBytes(kernel, watched(), { limitBytes: Number.MAX_SAFE_INTEGER });
    } catch (error) {
      if (seen.isDamaged || (error instanceof AppError && error.code === 'files.empty')) return;
      throw error;
    }
  };
}

/** The agency outside that a system means by a code, in either scheme. */
export async function agencyOfSystem(q: Queryable, of: { partnerId: PartnerId; code: string }): Promise<Party | undefined> {
  const read = readAgencyCode(of.code);
  const codes = [of.code, read.text, ...(read.counterpart === null ? [] : [read.counterpart])];
  for (const code of new Set(codes)) {
    const found = await partnerAgencyByRef(q, { partnerId: of.partnerId, ref: code, code });
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The sender, unless the sandbox stands between: an agency for trying has no business with real ones, nor a real one with it. */
async function senderOf({ line }: Packet, code: string): Promise<Party | Fault> {
  const pool = line.kernel.database.pool;
  const sender = await agencyOfSystem(pool, { partnerId: line.partnerId, code });
  if (sender === undefined) return fault('senderUnknown', code);
  if ((await isSandboxAgency(pool, sender.agencyId)) !== line.isSandbox) return fault('sandboxOnly', `${sender.name}: chế độ thử nghiệm và chế độ thật không trao đổi với nhau`);
  return sender;
}

async function readDocument(packet: Packet, message: DocumentMessage): Promise<Reading> {
  const { line, reading, originalHash } = packet;
  const pool = line.kernel.database.pool;
  const sender = await senderOf(packet, message.from.organId);
  if ('ok' in sender) return sender;
  const facts = fromDocumentMessage(message, []);
  const fatal = facts.problems.find((each) => each.severity === 'fatal');
  if (facts.document === null) return fault('notEnvelope', fatal === undefined ? message.documentId : describeProblem(fatal));
  const noted = await packetOf(pool, { partnerId: line.partnerId, originalHash });
  if (noted === undefined) throw new Error('a packet is noted before it is kept');
  const { documentId, business } = aboutOf(message);
  const party = { agencyId: sender.agencyId, name: message.from.organName || sender.name, code: message.from.organId };
  const to = await recipientsOf(line, message.to.map(({ organId }) => organId));
  if ('ok' in to) return to;
  if (business === 'new' || business === 'replace') {
    const first = (await firstPacketOf(pool, { partnerId: line.partnerId, documentId })) ?? noted;
    const part = business === 'replace' ? await replacement(packet, message, noted.sequence) : undefined;
    if (part !== undefined && 'ok' in part) return part;
    const files = envelopeFiles(reading.attachments).filter((file) => file.sizeBytes > 0);
    if (files.length === 0) return fault('filesMissing', 'Gói tin không có tệp văn bản nào đọc được.');
    const content: Envelope = {
      version: 1,
      envelopeId: documentEnvelopeId(line.partnerId, documentId),
      sentAt: isoInVietnam(first.sentAt),
      sender: party,
      document: { ...facts.document, secrecy: facts.document.secrecy ?? 'none' },
      files: files.map((file) => ({ ...file, flags: [] })),
      ...(part === undefined ? {} : { business: part }),
    };
    return asContent(content, { sender, to });
  }
  const earlier = await earlierOf(packet, documentId);
  if ('ok' in earlier) return earlier;
  const { subject, dueDay } = message;
  const reason = message.business.reason || 'Không nêu lý do';
  const removed = message.business.kind === 'update' ? message.business.receivers.filter((each) => each.change === 'removed').map(({ organId }) => organId) : [];
  const removedHere = removed.length === 0 ? [] : await recipientsOf(line, removed);
  if ('ok' in removedHere) return removedHere;
  const shared = { of: namedDocument(earlier), sequence: noted.sequence, reason };
  const part: Business =
    business === 'revoke'
      ? { kind: 'recall', ...shared }
      : removedHere.length > 0
        ? { kind: 'update', ...shared, removedRecipients: removedHere.flatMap((each) => (each.agencyId === undefined ? [] : [{ agencyId: agency(each.agencyId), name: each.code, code: each.code }])) }
        : { kind: 'update', ...shared, changed: { summary: subject || earlier.envelope.document.summary, urgency: facts.document.urgency, answerDue: dueDay } };
  return asContent(noticeEnvelope(packet, { noted, party, earlier, business: part }), { sender, to: removedHere.length > 0 ? removedHere : to });
}

// safe because the ids come from the directory
const agency = (id: string) => id as Envelope['sender']['agencyId'];

type Earlier = { envelope: Envelope; contentHash: string };

async function earlierOf({ line }: Packet, documentId: string): Promise<Earlier | Fault> {
  const earlier = await earlierDocument(line.kernel.database.pool, { partnerId: line.partnerId, documentId });
  // The job comes again a little later; the document was before it in the line.
  if (earlier === 'pending') throw new Error(`the document ${documentId} is still being read`);
  return earlier ?? fault('documentUnknown', `Chưa nhận được văn bản ${documentId}`);
}

function namedDocument({ envelope, contentHash }: Earlier): Business['of'] {
  return { envelopeId: envelope.envelopeId, documentCode: envelope.document.code, contentHash };
}

async function replacement(packet: Packet, message: DocumentMessage, sequence: number): Promise<Business | Fault> {
  if (message.business.kind !== 'replace') return fault('businessTarget', message.documentId);
  const ids = [...message.business.replacements.map((each) => each.documentId), ...(message.business.documentId === '' ? [] : [message.business.documentId])];
  const named: Business['of'][] = [];
  for (const documentId of new Set(ids)) {
    const earlier = await earlierOf(packet, documentId);
    if ('ok' in earlier) return earlier;
    named.push(namedDocument(earlier));
  }
  const [of, ...others] = named;
  if (of === undefined) return fault('businessTarget', message.documentId);
  return { kind: 'replace', of, ...(others.length === 0 ? {} : { others }), sequence, reason: message.business.reason || 'Không nêu lý do' };
}

function noticeEnvelope(packet: Packet, notice: { noted: { partnerRef: string; sentAt: Date }; party: Envelope['sender']; earlier: Earlier; business: Business }): Envelope {
  const { line } = packet;
  const { noted, party, earlier, business } = notice;
  return {
    version: 1,
    envelopeId: derivedId('provincial axis notice', line.partnerId, noted.partnerRef),
    sentAt: isoInVietnam(noted.sentAt),
    sender: party,
    document: earlier.envelope.document,
    files: [],
    business,
  };
}

type Recipient = { code: string; agencyId?: string; ref: string | null };

/** In the sandbox only the two agencies that answer by themselves; otherwise never those. */
async function recipientsOf(line: PacketLine, codes: readonly string[]): Promise<Recipient[] | Fault> {
  const pool = line.kernel.database.pool;
  const found: Recipient[] = [];
  for (const code of codes) {
    const agencyId = await localAgency(pool, code);
    if (agencyId !== undefined && !(await mayReceive(pool, { agencyId, isSandbox: line.isSandbox }))) return fault('sandboxOnly', `${code}: chế độ thử nghiệm và chế độ thật không trao đổi với nhau`);
    found.push({ code, ref: null, ...(agencyId === undefined ? {} : { agencyId }) });
  }
  return found;
}

/** The agency of our directory with a code, in either scheme. */
export async function localAgency(q: Queryable, code: string): Promise<Id<'agency'> | undefined> {
  const read = readAgencyCode(code);
  const codes = [code.trim(), read.text, ...(read.counterpart === null ? [] : [read.counterpart])];
  for (const each of new Set(codes)) {
    const found = await findAgencyByCode(q, each);
    if (found !== undefined) return found;
  }
  return undefined;
}

function asContent(given: Envelope, parties: { sender: Party; to: readonly Recipient[] }): Reading {
  const parsed = envelopeSchema.safeParse(given);
  if (!parsed.success) return fault('notEnvelope', parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '));
  const original = writeEnvelope(parsed.data);
  const { sender, to } = parties;
  return { ok: true, content: { kind: 'envelope', original, contentHash: envelopeHash(original), sender: { ref: sender.ref ?? parsed.data.sender.code, code: parsed.data.sender.code, name: parsed.data.sender.name }, recipients: to } };
}

async function readStatus(packet: Packet, message: StatusMessage): Promise<Reading> {
  const { line, originalHash } = packet;
  const pool = line.kernel.database.pool;
  const from = await senderOf(packet, message.from.organId);
  if ('ok' in from) return from;
  const { documentId } = aboutOf(message);
  const noted = await packetOf(pool, { partnerId: line.partnerId, originalHash });
  if (noted === undefined) throw new Error('a packet is noted before it is kept');
  if (message.statusCode === '13') {
    const earlier = await earlierOf(packet, documentId);
    if ('ok' in earlier) return earlier;
    const to = await recipientsOf(line, (await firstPacketOf(pool, { partnerId: line.partnerId, documentId }))?.toCodes ?? []);
    if ('ok' in to) return to;
    const party = { agencyId: from.agencyId, name: message.from.organName || from.name, code: message.from.organId };
    const business: Business = { kind: 'take_back', of: namedDocument(earlier), sequence: noted.sequence, reason: message.description || 'Không nêu lý do' };
    return asContent(noticeEnvelope(packet, { noted, party, earlier, business }), { sender: from, to });
  }
  const status: DeliveryStatus = message.statusCode;
  const delivery = await answeredDelivery(pool, { partnerId: line.partnerId, documentId, senderCode: message.responseFor.organId, byAgencyId: from.agencyId, aboutNotice: status === '15' || status === '16' });
  if (delivery === undefined) return fault('answerUnknown', documentId);
  const { lastOrdinal, lastStatus } = delivery;
  // What is said again, written anew, and an arrival that is told late are the answer that is there already.
  const isTold = lastStatus === status || (status === '01' && lastOrdinal > 0);
  const content: InboundContent = {
    kind: 'answer',
    senderAgencyId: delivery.agencyId,
    envelopeId: delivery.envelopeId,
    addressed: { ref: delivery.recipientId, code: null },
    ...(isTold ? { ordinal: status === '01' ? 1 : lastOrdinal } : {}),
    status,
    at: message.at === null ? noted.sentAt : new Date(message.at),
    by: { name: (message.staff?.staff ?? '') || message.from.organName || from.name, title: (message.staff?.department ?? '') || null },
    reason: message.description === '' ? (status === '02' ? 'Không nêu lý do' : null) : message.description.slice(0, 1000),
  };
  return { ok: true, content };
}
