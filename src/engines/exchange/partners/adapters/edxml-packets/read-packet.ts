import { openBytes, storeBytes } from '#engines/files/index.ts';
import { findAgencyByCode } from '#engines/identity/index.ts';
import { AppError } from '#kernel/errors.ts';
import type { Id } from '#kernel/ids.ts';
import { isoInVietnam } from '#kernel/time.ts';
import { envelope as envelopeSchema, type Business, type DeliveryStatus, type Envelope } from '../../../contract.ts';
import { envelopeFiles, fromDocumentMessage, readAgencyCode, readEdxml, type AttachmentSink, type DocumentMessage, type EdxmlProblem, type EdxmlReading, type StatusMessage } from '../../../edxml/index.ts';
import { isOvertaken } from '../../../domain/status.ts';
import { countedAt } from '../../../domain/told-time.ts';
import { envelopeHash, writeEnvelope } from '../../../envelope.ts';
import { PartnerUnavailable, type EnvelopeContent, type InboundContent, type Original, type PartnerId, type Party, type Reading } from '../../adapter.ts';
import { partnerAgencyByRef } from '../../partner-rows.ts';
import type { Queryable } from '#kernel/database.ts';
import { derivedId, documentEnvelopeId } from './derived-id.ts';
import { aboutOf, answeredDelivery, earlierDocument, firstPacketOf, packetOf, type EarlierDocument, type NotedPacket, type OwnParcel } from './noted-packets.ts';
import type { PacketLine } from './packet-settings.ts';
import { isSandboxAgency, mayReceive } from './sandbox-agencies.ts';
import { isStatusWords } from './status-words.ts';

type Fault = { ok: false; code: string; problem: string; awaits?: string };
const fault = (code: string, problem: string): Fault => ({ ok: false, code, problem });

/** A packet from outside as this house has it: its attachments in the store, its message as an envelope or an answer. */
export async function readPacket(line: PacketLine, original: Original): Promise<Reading> {
  // safe because the store reads bytes, not text
  const reading = await readEdxml((await openBytes(line.kernel, original.sha256)) as AsyncIterable<Buffer>, { sink: storing(line) });
  if (!reading.ok) return fault(reading.problem.code.replace('edxml.', ''), describeProblem(reading.problem));
  if (reading.sha256 !== original.sha256) throw new Error('the store has other bytes than those that came');
  const packet = { line, reading, originalHash: original.sha256 };
  return reading.message.kind === 'status' ? readStatus(packet, reading.message) : readDocument(packet, reading.message);
}

/** The problem in words, with its place in the packet. */
export function describeProblem(problem: EdxmlProblem): string {
  return [problem.vi, problem.path, problem.offset === null ? '' : `byte ${String(problem.offset)}`, problem.detail].filter((each) => each !== '').join(' · ');
}

type Packet = { line: PacketLine; reading: Extract<EdxmlReading, { ok: true }>; originalHash: string };

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
  const first = await earlierDocument(pool, { partnerId: line.partnerId, documentId });
  // A system speaks under the names that its agencies have in the directory, not under those that it writes; a document keeps the one that it came with.
  const senderName = typeof first === 'object' && first.envelope.sender.agencyId === sender.agencyId ? first.envelope.sender.name : sender.name;
  const party = { agencyId: sender.agencyId, name: senderName, code: message.from.organId };
  const to = await recipientsOf(line, message.to.map(({ organId }) => organId));
  if ('ok' in to) return to;
  if (business === 'new' || business === 'replace') {
    const { sentAt } = (await firstPacketOf(pool, { partnerId: line.partnerId, documentId })) ?? noted;
    const replaced = business === 'replace' ? await replacedDocuments(packet, message) : [];
    if ('ok' in replaced) return replaced;
    const part = business === 'replace' ? replacement(message, { replaced, sequence: noted.sequence }) : undefined;
    if (part !== undefined && 'ok' in part) return part;
    const files = envelopeFiles(reading.attachments).filter((file) => file.sizeBytes > 0);
    // QĐ 28/2018 Art. 9: what did not come whole is not accepted.
    if (reading.lacking !== null) return fault('filesIncomplete', describeProblem(reading.lacking));
    if (files.length === 0) return fault('filesMissing', 'Gói tin không có tệp văn bản nào đọc được.');
    const content: Envelope = {
      version: 1,
      envelopeId: documentEnvelopeId(line.partnerId, documentId),
      sentAt: isoInVietnam(sentAt),
      sender: party,
      document: { ...facts.document, senderName, secrecy: facts.document.secrecy ?? 'none' },
      files: files.map((file) => ({ ...file, flags: [] })),
      ...(part === undefined ? {} : { business: part }),
    };
    const whole = asContent(content, { sender, to });
    if (!whole.ok || part === undefined) return whole;
    const also = await takenFromOthers(packet, { noted, party, sender, to, replaced, shared: { sequence: part.sequence, reason: part.reason } });
    return 'ok' in also ? also : { ...whole, also };
  }
  const earlier = await earlierOf(packet, documentId);
  if ('ok' in earlier) return earlier;
  const shared = { of: namedDocument(earlier), sequence: noted.sequence, reason: reasonOf(message.business.reason) };
  if (message.business.kind !== 'update') return asContent(noticeEnvelope(packet, { noted, party, earlier, business: { kind: 'recall', ...shared } }), { sender, to });
  const known = new Set(earlier.envelope.files.map(({ sha256 }) => sha256));
  const others = envelopeFiles(reading.attachments).filter(({ sha256, sizeBytes }) => sizeBytes > 0 && !known.has(sha256));
  // Nobody would ever see them: what is signed is not changed, it is replaced.
  if (others.length > 0) return fault('updateWithFiles', `Bản cập nhật mang tệp khác với văn bản đã gửi: ${others.map(({ name }) => name).join(', ')}. Văn bản đã ký không sửa được, đề nghị gửi văn bản thay thế (loại 3)`);
  const changed = { summary: message.subject || earlier.envelope.document.summary, urgency: facts.document.urgency, answerDue: message.dueDay };
  return readUpdate(packet, message.business, { noted, party, earlier, sender, to, shared, changed });
}

type Update = Extract<DocumentMessage['business'], { kind: 'update' }>;
type ReadUpdate = { noted: NotedPacket; party: Envelope['sender']; earlier: EarlierDocument; sender: Party; to: readonly Recipient[]; shared: Pick<Business, 'of' | 'sequence' | 'reason'>; changed: NonNullable<Business['changed']> };

/**
 * One packet may say three things: added receivers get the document as it was signed, all who keep it read what changed, and those
 * removed are told. What says nothing of receivers is about the content.
 */
async function readUpdate(packet: Packet, update: Update, given: ReadUpdate): Promise<Reading> {
  const { line } = packet;
  const { noted, party, earlier, sender, to, shared, changed } = given;
  const named = (change: 'added' | 'removed') => recipientsOf(line, update.receivers.flatMap((each) => (each.change === change ? [each.organId] : [])));
  const [added, removed] = [await named('added'), await named('removed')];
  if ('ok' in added) return added;
  if ('ok' in removed) return removed;
  const isOf = (list: readonly Recipient[], { agencyId, code }: Recipient): boolean => list.some((each) => (agencyId === undefined ? each.code === code : each.agencyId === agencyId));
  const keeping = [...added, ...to.filter((each) => !isOf(added, each))].filter((each) => !isOf(removed, each));
  const contents: EnvelopeContent[] = [];
  if (added.length > 0) contents.push({ kind: 'envelope', original: earlier.original, contentHash: earlier.contentHash, sender: { ref: sender.ref ?? party.code, code: party.code, name: party.name }, recipients: added });
  const parts: { business: Business; to: readonly Recipient[] }[] = [];
  if (keeping.length > 0 && (update.isContentChanged === true || update.receivers.length === 0)) parts.push({ business: { kind: 'update', ...shared, changed }, to: keeping });
  const removedRecipients = removed.flatMap((each) => (each.agencyId === undefined ? [] : [{ agencyId: agency(each.agencyId), name: each.code, code: each.code }]));
  if (removed.length > 0) parts.push({ business: { kind: 'update', ...shared, removedRecipients }, to: removed });
  for (const [index, { business, to: whom }] of parts.entries()) {
    const reading = asContent(noticeEnvelope(packet, { noted, party, earlier, business, part: index }), { sender, to: whom });
    if (!reading.ok) return reading;
    contents.push(reading.content);
  }
  const [content, ...also] = contents;
  return content === undefined ? fault('businessTarget', earlier.envelope.document.code) : { ok: true, content, also };
}

// safe because the ids come from the directory
const agency = (id: string) => id as Envelope['sender']['agencyId'];

async function earlierOf({ line }: Packet, documentId: string): Promise<EarlierDocument | Fault> {
  const earlier = await earlierDocument(line.kernel.database.pool, { partnerId: line.partnerId, documentId });
  // The job comes again a little later; the document was before it in the line.
  if (earlier === 'pending') throw new PartnerUnavailable('documentPending', { problem: `Văn bản ${documentId} chưa đọc xong`, retry: 'later' });
  return earlier ?? { ...fault('documentUnknown', `Chưa nhận được văn bản ${documentId}`), awaits: documentId };
}

/** As much of it as a record has room for: nothing fails for its explanation. The original has all of it. */
function reasonOf(told: string): string {
  return told.slice(0, 1000).toWellFormed() || 'Không nêu lý do';
}

function namedDocument({ envelope, contentHash }: EarlierDocument): Business['of'] {
  return { envelopeId: envelope.envelopeId, documentCode: envelope.document.code, contentHash };
}

type Replaced = { earlier: EarlierDocument; /** Where the packet says that it is replaced. */ codes: readonly string[] };

async function replacedDocuments(packet: Packet, { business }: DocumentMessage): Promise<Replaced[] | Fault> {
  if (business.kind !== 'replace') return [];
  const ids = [...business.replacements.map((each) => each.documentId), ...(business.documentId === '' ? [] : [business.documentId])];
  const found: Replaced[] = [];
  for (const documentId of new Set(ids)) {
    const earlier = await earlierOf(packet, documentId);
    if ('ok' in earlier) return earlier;
    found.push({ earlier, codes: business.replacements.flatMap((each) => (each.documentId === documentId ? each.organIds : [])) });
  }
  return found;
}

/** Whoever is named with the old document and does not get the new one loses the old one all the same. */
async function takenFromOthers(packet: Packet, of: { noted: NotedPacket; party: Envelope['sender']; sender: Party; to: readonly Recipient[]; replaced: readonly Replaced[]; shared: Pick<Business, 'sequence' | 'reason'> }): Promise<EnvelopeContent[] | Fault> {
  const { noted, party, sender, to, replaced, shared } = of;
  const contents: EnvelopeContent[] = [];
  for (const [part, { earlier, codes }] of replaced.entries()) {
    const named = await recipientsOf(packet.line, codes);
    if ('ok' in named) return named;
    const others = named.filter(({ agencyId }) => agencyId !== undefined && !to.some((each) => each.agencyId === agencyId));
    if (others.length === 0) continue;
    const recall = asContent(noticeEnvelope(packet, { noted, party, earlier, business: { kind: 'recall', of: namedDocument(earlier), ...shared }, part }), { sender, to: others });
    if (!recall.ok) return recall;
    contents.push(recall.content);
  }
  return contents;
}

function replacement(message: DocumentMessage, { replaced, sequence }: { replaced: readonly Replaced[]; sequence: number }): Business | Fault {
  const [of, ...others] = replaced.map(({ earlier }) => namedDocument(earlier));
  if (of === undefined) return fault('businessTarget', message.documentId);
  return { kind: 'replace', of, ...(others.length === 0 ? {} : { others }), sequence, reason: reasonOf(message.business.reason) };
}

/** `part` counts the notices of one packet. */
function noticeEnvelope(packet: Packet, notice: { noted: NotedPacket; party: Envelope['sender']; earlier: EarlierDocument; business: Business; part?: number }): Envelope {
  const { line } = packet;
  const { noted, party, earlier, business, part = 0 } = notice;
  return {
    version: 1,
    envelopeId: derivedId('provincial axis notice', line.partnerId, noted.partnerRef, ...(part === 0 ? [] : [String(part)])),
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

function asContent(given: Envelope, parties: { sender: Party; to: readonly Recipient[] }): Fault | { ok: true; content: EnvelopeContent } {
  const parsed = envelopeSchema.safeParse(given);
  if (!parsed.success) return fault('notEnvelope', parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '));
  const original = writeEnvelope(parsed.data);
  const { sender, to } = parties;
  return { ok: true, content: { kind: 'envelope', original, contentHash: envelopeHash(original), sender: { ref: sender.ref ?? parsed.data.sender.code, code: parsed.data.sender.code, name: parsed.data.sender.name }, recipients: to } };
}

type Told = Omit<Parameters<typeof answeredDelivery>[1], 'aboutNotice'> & { status: DeliveryStatus; at: Date; heardAt: Date };

/**
 * What a status answers. Some systems answer a recall as they answer a document, 03 or 02: where the document is registered already, has
 * been recalled since, and nothing was said to that, it is the answer to the recall.
 */
async function answeredParcel(q: Queryable, { status, at, heardAt, ...of }: Told): Promise<{ delivery: OwnParcel; status: DeliveryStatus } | undefined> {
  const delivery = await answeredDelivery(q, { ...of, aboutNotice: status === '15' || status === '16' });
  if (delivery === undefined || (status !== '02' && status !== '03') || !isRegistered(delivery.lastStatus)) return delivery === undefined ? undefined : { delivery, status };
  const notice = await answeredDelivery(q, { ...of, aboutNotice: true });
  const isAnswer = notice?.kind === 'recall' && (notice.lastStatus === null || notice.lastStatus === '01') && notice.laidOutAt <= countedAt(at, { sentAt: delivery.laidOutAt, heardAt });
  return isAnswer ? { delivery: notice, status: status === '03' ? '15' : '16' } : { delivery, status };
}

const isRegistered = (status: string | null): boolean => status !== null && ['03', '04', '05', '06'].includes(status);

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
    const party = { agencyId: from.agencyId, name: earlier.envelope.sender.name, code: message.from.organId };
    const business: Business = { kind: 'take_back', of: namedDocument(earlier), sequence: noted.sequence, reason: reasonOf(message.description) };
    return asContent(noticeEnvelope(packet, { noted, party, earlier, business }), { sender: from, to });
  }
  const at = message.at === null ? noted.sentAt : new Date(message.at);
  const answered = await answeredParcel(pool, { partnerId: line.partnerId, documentId, senderCode: message.responseFor.organId, byAgencyId: from.agencyId, status: message.statusCode, at, heardAt: noted.receivedAt });
  if (answered === undefined) return fault('answerUnknown', documentId);
  const { delivery, status } = answered;
  const { lastOrdinal, lastStatus } = delivery;
  // What is said again, written anew, and what is told late are the answer that is there already.
  const isTold = lastStatus === status || isOvertaken(status, lastStatus) || (status === '01' && lastOrdinal > 0);
  const saysNothing = message.description === '' || isStatusWords(message.statusCode, message.description);
  const content: InboundContent = {
    kind: 'answer',
    senderAgencyId: delivery.agencyId,
    envelopeId: delivery.envelopeId,
    addressed: { ref: delivery.recipientId, code: null },
    ...(isTold ? { ordinal: status === '01' ? 1 : lastOrdinal } : {}),
    status,
    at,
    by: { name: (message.staff?.staff.slice(0, 300).toWellFormed() ?? '') || from.name, title: (message.staff?.department.slice(0, 300).toWellFormed() ?? '') || null },
    reason: saysNothing ? (status === '02' ? reasonOf('') : null) : reasonOf(message.description),
  };
  return { ok: true, content };
}
