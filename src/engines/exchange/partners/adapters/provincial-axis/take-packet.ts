import type { Queryable } from '#kernel/database.ts';
import { AppError } from '#kernel/errors.ts';
import type { Id } from '#kernel/ids.ts';
import { formatDay, vietnamDay } from '#kernel/time.ts';
import { keepBytes, openBytes, storeBytes, type StoredBlob } from '#engines/files/index.ts';
import { agenciesOn } from '#engines/identity/index.ts';
import { LONGEST_DOCUMENT_CODE } from '../../../contract.ts';
import { edxmlProblem, fromDocumentMessage, readEdxml, type DocumentMessage, type EdxmlMessage, type EdxmlProblem, type EdxmlReading } from '../../../edxml/index.ts';
import { findInbound, keepInbound, type InboundRow } from '../../inbound.ts';
import { partnersOfAgencies, relayEndOf, speaksFor, type PartnerRow } from '../../partner-rows.ts';
import { mayRelay } from '../../relay-rule.ts';
import { aboutOf, answeredDelivery, firstPacketOf, notePacket, type PacketFacts } from '../edxml-packets/noted-packets.ts';
import { MEGABYTE } from '../edxml-packets/packet-settings.ts';
import { agencyOfSystem, describeProblem, localAgency } from '../edxml-packets/read-packet.ts';
import { isSandboxAgency, mayReceive } from '../edxml-packets/sandbox-agencies.ts';
import { type AxisCall, type Outcome } from './axis-call.ts';
import { AxisProblem } from './axis-problem.ts';
import { countMessage, hasRoom, quotaUsed } from './meter.ts';
import { packetBody } from './packet-body.ts';
import type { Step } from './steps.ts';

/** Between 8 and 100 characters that everybody can write. */
const MESSAGE_ID = /^[\w.:-]{8,100}$/;

/**
 * Takes a packet: into the store while it comes, never more than allowed, read once to say at once what is wrong with it, and kept
 * before it is said to be here. The same bytes, or the same X-Message-Id, again are the same packet. What nobody can read is kept
 * too, in quarantine, and the system is told.
 * @throws AxisProblem 10 (also for a packed body), 18, 19, 22, 23, 30, 32, 33, 35
 */
export async function takePacket(call: AxisCall): Promise<Outcome> {
  const given = givenRef(call);
  assertPlain(call);
  assertSize(call);
  await assertRoom(call, given);
  const stored = await storeBody(call);
  const partnerRef = given ?? `sha256:${stored.sha256}`;
  const known = await findInbound(call.kernel.database.pool, { partnerId: call.partner.id, partnerRef });
  if (known !== undefined && known.originalHash !== stored.sha256) throw new AxisProblem('packetChanged', { docId: known.id });
  const message = await readHeader(call, { stored, partnerRef });
  await assertParties(call, message);
  const { inbound, isNew } = await keep(call, { stored, facts: factsOf(call, { stored, partnerRef, message }) });
  return { docId: inbound.id, reply: {}, steps: stepsOf(message, isNew) };
}

function tooLarge({ config }: AxisCall['line'], cause?: unknown): AxisProblem {
  return new AxisProblem('tooLarge', { detail: String(config.packetLimitMb), cause });
}

/** What HTTP packs on the way is not unpacked here: a few bytes could become any number. */
function assertPlain({ http }: AxisCall): void {
  const coding = http.request.headers['content-encoding'] ?? 'identity';
  if (coding.trim().toLowerCase() !== 'identity') throw new AxisProblem('bodyPacked', { detail: coding.slice(0, 50) });
}

/** A form adds some lines around the packet. */
function assertSize({ line, http }: AxisCall): void {
  if (Number(http.request.headers['content-length'] ?? 0) > (line.config.packetLimitMb + 1) * MEGABYTE) throw tooLarge(line);
}

async function storeBody({ kernel, line, http }: AxisCall): Promise<StoredBlob> {
  const limitBytes = line.config.packetLimitMb * MEGABYTE;
  try {
    // Whoever sends what is refused fills no disk with it: only what is kept below stays longer than a day.
    return await storeBytes(kernel, packetBody(http), { limitBytes, provisional: true });
  } catch (error) {
    if (error instanceof AppError && error.code === 'files.tooLarge') throw tooLarge(line, error);
    if (error instanceof AppError && error.code === 'files.empty') throw new AxisProblem('invalidFile', { detail: 'tệp rỗng', detailEn: 'the file is empty', cause: error });
    throw error;
  }
}

function givenRef({ http }: AxisCall): string | undefined {
  const given = http.request.headers['x-message-id'];
  if (given === undefined) return undefined;
  if (typeof given !== 'string' || !MESSAGE_ID.test(given)) throw new AxisProblem('bodyWrong', { detail: 'X-Message-Id' });
  return `id:${given}`;
}

/** Of a packet that does not fit into the day's quota nothing is read, unless it may be one that is here already, which costs nothing. */
async function assertRoom({ kernel, partner, line, http }: AxisCall, given: string | undefined): Promise<void> {
  const { pool } = kernel.database;
  const length = http.request.headers['content-length'];
  const isForm = /^multipart\//i.test(http.request.headers['content-type'] ?? '');
  const sizeBytes = length === undefined || isForm ? undefined : Number(length);
  const quota = { partnerId: partner.id, config: line.config, now: kernel.clock.now() };
  if (await hasRoom(pool, { ...quota, sizeBytes: sizeBytes ?? 1 })) return;
  const isHere = given === undefined ? sizeBytes === undefined || (await hasOfSize(pool, { partnerId: partner.id, sizeBytes })) : (await findInbound(pool, { partnerId: partner.id, partnerRef: given })) !== undefined;
  if (!isHere) throw quotaUsed(quota);
}

async function hasOfSize(q: Queryable, of: { partnerId: PartnerRow['id']; sizeBytes: number }): Promise<boolean> {
  const { rowCount } = await q.query('select 1 from exchange.inbound where partner_id = $1 and size_bytes = $2 limit 1', [of.partnerId, of.sizeBytes]);
  return rowCount !== 0;
}

const notXml = new Set(['edxml.notEdxml', 'edxml.encoding', 'edxml.soap']);

async function readHeader(call: AxisCall, packet: { stored: StoredBlob; partnerRef: string }): Promise<EdxmlMessage> {
  const { kernel, partner } = call;
  const { stored, partnerRef } = packet;
  // safe because the store reads bytes, not text
  const source = (await openBytes(kernel, stored.sha256)) as AsyncIterable<Buffer>;
  const reading = await readEdxml(source, { sink: passedOver, unwrap: false });
  const fatal = reading.ok ? incompleteness(reading) : reading.problem;
  if (reading.ok && fatal === undefined) return reading.message;
  const facts: PacketFacts = { partnerId: partner.id, partnerRef, originalHash: stored.sha256, messageType: 'unreadable', documentId: null, business: 'unreadable', fromCode: null, toCodes: [], sentAt: kernel.clock.now() };
  const { inbound } = await keep(call, { stored, facts });
  const detail = fatal === undefined ? '' : describeProblem(fatal);
  throw new AxisProblem(fatal !== undefined && notXml.has(fatal.code) ? 'invalidFile' : 'notStandard', { detail, detailEn: fatal === undefined ? '' : `${fatal.en} ${fatal.path} ${fatal.detail}`.trim(), docId: inbound.id });
}

function incompleteness({ message, lacking }: Extract<EdxmlReading, { ok: true }>): EdxmlProblem | undefined {
  const { documentId } = aboutOf(message);
  if (documentId.length > LONGEST_DOCUMENT_CODE) return edxmlProblem('edxml.documentId', { path: 'DocumentId', offset: null }, documentId);
  if (message.kind === 'status') return undefined;
  const fatal = fromDocumentMessage(message, []).problems.find((each) => each.severity === 'fatal');
  const bringsFiles = message.business.kind === 'new' || message.business.kind === 'replace';
  return fatal ?? (bringsFiles ? (lacking ?? undefined) : undefined);
}

/** The attachments are taken by the job; here they only go past. */
async function passedOver(_head: unknown, content: AsyncIterable<Buffer>): Promise<void> {
  try {
    for await (const piece of content) if (piece.length < 0) return;
  } catch (error) {
    // A damaged attachment is said by the reading; only its stream throws here.
    if (!(error instanceof Error)) throw error;
  }
}

async function assertParties(call: AxisCall, message: EdxmlMessage): Promise<void> {
  const { kernel, partner, line } = call;
  const { pool } = kernel.database;
  const { organId } = message.from;
  const sender = await agencyOfSystem(pool, { partnerId: partner.id, code: organId });
  if (sender === undefined || (await isSandboxAgency(pool, sender.agencyId)) !== line.config.isSandbox) throw new AxisProblem('senderUnknown', { detail: organId });
  const { documentId, business } = aboutOf(message);
  // What it received while it was the system's it may still answer.
  const isOwnWord = message.kind === 'document' || business === 'take_back';
  if (isOwnWord && !(await speaksFor(pool, { partnerId: partner.id, agencyId: sender.agencyId }, vietnamDay(kernel.clock.now())))) throw new AxisProblem('senderUnknown', { detail: organId });
  if (message.kind === 'document') {
    await assertLived(call, { agencyId: sender.agencyId, message });
    return assertReceivers(call, receiversOf(message));
  }
  if (business === 'take_back') {
    if ((await firstPacketOf(pool, { partnerId: partner.id, documentId })) === undefined) throw new AxisProblem('packetUnknown', { detail: documentId });
    return;
  }
  const aboutNotice = message.statusCode === '15' || message.statusCode === '16';
  if ((await answeredDelivery(pool, { partnerId: partner.id, documentId, senderCode: message.responseFor.organId, byAgencyId: sender.agencyId, aboutNotice })) === undefined) throw new AxisProblem('packetUnknown', { detail: documentId });
}

/** A closed agency signs nothing any more; what it signed in its time may still be under way. */
async function assertLived({ kernel }: AxisCall, of: { agencyId: Id<'agency'>; message: DocumentMessage }): Promise<void> {
  const today = vietnamDay(kernel.clock.now());
  const { pool } = kernel.database;
  const agency = (await agenciesOn(pool, [of.agencyId], today)).get(of.agencyId);
  const signedOn = of.message.promulgationDay;
  if (agency?.state !== 'closed' || agency.closedOn === null || signedOn === null || signedOn <= agency.closedOn) return;
  const successors = await agenciesOn(pool, agency.successors.map(({ id }) => id), today);
  const known = { code: of.message.from.organId, lastDay: formatDay(agency.closedOn), codes: [...successors.values()].map(({ code, oldCode, name }) => code ?? oldCode ?? name).join(', ') || '–' };
  throw new AxisProblem('senderClosed', { detail: `${known.code} (đến ${known.lastDay}; kế thừa: ${known.codes})`, detailEn: `${known.code} (until ${known.lastDay}; successors: ${known.codes})` });
}

/** Whoever is to have something by it: an update names those that it adds apart. */
function receiversOf({ to, business }: Extract<EdxmlMessage, { kind: 'document' }>): string[] {
  const added = business.kind === 'update' ? business.receivers.filter(({ change }) => change === 'added') : [];
  return [...new Set([...to, ...added].map(({ organId }) => organId))];
}

/** Each lives here, or with another system to which we carry it. */
async function assertReceivers({ kernel, partner, line }: AxisCall, codes: readonly string[]): Promise<void> {
  const { pool } = kernel.database;
  const day = vietnamDay(kernel.clock.now());
  const unknown: string[] = [];
  const closed: string[] = [];
  for (const code of codes) {
    const id = await localAgency(pool, code);
    const agency = id === undefined ? undefined : (await agenciesOn(pool, [id], day)).get(id);
    if (agency === undefined || !(await mayReceive(pool, { agencyId: agency.id, isSandbox: line.config.isSandbox }))) unknown.push(code);
    else if (agency.state === 'closed' && agency.successors.length === 0) closed.push(code);
    else if (agency.state === 'active' && agency.hosting === 'external' && !(await isCarried(pool, { partner, agencyId: agency.id, day }))) unknown.push(code);
  }
  if (unknown.length > 0) throw new AxisProblem('receiverUnknown', { detail: unknown.join(', ') });
  if (closed.length > 0) throw new AxisProblem('receiverLocked', { detail: closed.join(', ') });
}

async function isCarried(q: Queryable, of: { partner: PartnerRow; agencyId: Id<'agency'>; day: string }): Promise<boolean> {
  const reached = (await partnersOfAgencies(q, [of.agencyId], of.day)).get(of.agencyId);
  return reached !== undefined && mayRelay(relayEndOf(of.partner), reached);
}

function factsOf({ kernel, partner }: AxisCall, packet: { stored: StoredBlob; partnerRef: string; message: EdxmlMessage }): PacketFacts {
  const { stored, partnerRef, message } = packet;
  const at = message.kind === 'status' ? message.at : (message.trace[0]?.at ?? null);
  return {
    partnerId: partner.id,
    partnerRef,
    originalHash: stored.sha256,
    messageType: message.kind === 'status' ? 'status' : 'edoc',
    ...aboutOf(message),
    fromCode: message.from.organId,
    toCodes: message.kind === 'status' ? [message.responseFor.organId] : message.to.map((each) => each.organId),
    sentAt: at === null ? kernel.clock.now() : new Date(at),
  };
}

async function keep({ kernel, partner, line }: AxisCall, packet: { stored: StoredBlob; facts: PacketFacts }): Promise<{ inbound: InboundRow; isNew: boolean }> {
  const { stored, facts } = packet;
  const isKnown = (await findInbound(kernel.database.pool, facts)) !== undefined;
  if (!isKnown) await countMessage(kernel.database.pool, { partnerId: partner.id, config: line.config, now: kernel.clock.now(), sizeBytes: stored.sizeBytes });
  await keepBytes(kernel, stored);
  const inbound = await keepInbound(kernel, { partnerId: partner.id, partnerRef: facts.partnerRef, original: stored, mediaType: 'application/xml', note: (ctx) => notePacket(ctx, facts) });
  return { inbound, isNew: !isKnown };
}

function stepsOf(message: EdxmlMessage, isNew: boolean): Step[] {
  if (message.kind === 'document') return isNew ? ['sent'] : ['sent', 'duplicate'];
  switch (message.statusCode) {
    case '03':
      return ['status03'];
    case '04':
      return ['status04'];
    case '05':
      return ['status05'];
    case '06':
      return ['status06'];
    case '15':
    case '16':
      return ['recall'];
    default:
      return [];
  }
}
