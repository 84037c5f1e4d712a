import { run } from '#kernel/command.ts';
import type { Queryable } from '#kernel/database.ts';
import { AppError } from '#kernel/errors.ts';
import type { Id } from '#kernel/ids.ts';
import { vietnamDay } from '#kernel/time.ts';
import { keepBytes, openBytes, storeBytes, type StoredBlob } from '#engines/files/index.ts';
import { agenciesOn } from '#engines/identity/index.ts';
import { fromDocumentMessage, readEdxml, type EdxmlMessage } from '../../../edxml/index.ts';
import { findInbound, keepInbound, type InboundRow } from '../../inbound.ts';
import { partnersOfAgencies, relayEndOf, speaksFor, type PartnerRow } from '../../partner-rows.ts';
import { mayRelay } from '../../relay-rule.ts';
import { aboutOf, answeredDelivery, firstPacketOf, notePacket, type PacketFacts } from '../edxml-packets/noted-packets.ts';
import { MEGABYTE } from '../edxml-packets/packet-settings.ts';
import { agencyOfSystem, describeProblem, localAgency } from '../edxml-packets/read-packet.ts';
import { isSandboxAgency, mayReceive } from '../edxml-packets/sandbox-agencies.ts';
import { axisActor, type AxisCall, type Outcome } from './axis-call.ts';
import { AxisProblem } from './axis-problem.ts';
import { countMessage } from './meter.ts';
import { packetBody } from './packet-body.ts';
import type { Step } from './steps.ts';

/** Between 8 and 100 characters that everybody can write. */
const MESSAGE_ID = /^[\w.:-]{8,100}$/;

/**
 * Takes a packet: into the store while it comes, never more than allowed, read once to say at once what is wrong with it, and kept
 * before it is said to be here. The same bytes, or the same X-Message-Id, again are the same packet. What nobody can read is kept
 * too, in quarantine, and the system is told.
 * @throws AxisProblem 10, 18, 19, 22, 23, 30, 32, 33, 35
 */
export async function takePacket(call: AxisCall): Promise<Outcome> {
  const stored = await storeBody(call);
  const partnerRef = refOf(call, stored);
  const known = await findInbound(call.kernel.database.pool, { partnerId: call.partner.id, partnerRef });
  if (known !== undefined && known.originalHash !== stored.sha256) throw new AxisProblem('packetChanged', { docId: known.id });
  const message = await readHeader(call, { stored, partnerRef });
  await assertParties(call, message);
  const { inbound, isNew } = await keep(call, { stored, facts: factsOf(call, { stored, partnerRef, message }) });
  return { docId: inbound.id, reply: {}, steps: stepsOf(message, isNew) };
}

async function storeBody(call: AxisCall): Promise<StoredBlob> {
  const { kernel, line, http } = call;
  const limitBytes = line.config.packetLimitMb * MEGABYTE;
  const tooLarge = (cause?: unknown) => new AxisProblem('tooLarge', { detail: String(line.config.packetLimitMb), cause });
  // A form adds some lines around the packet.
  if (Number(http.request.headers['content-length'] ?? 0) > limitBytes + MEGABYTE) throw tooLarge();
  try {
    // Whoever sends what is refused fills no disk with it: only what is kept below stays longer than a day.
    return await storeBytes(kernel, packetBody(http), { limitBytes, provisional: true });
  } catch (error) {
    if (error instanceof AppError && error.code === 'files.tooLarge') throw tooLarge(error);
    if (error instanceof AppError && error.code === 'files.empty') throw new AxisProblem('invalidFile', { detail: 'tệp rỗng', detailEn: 'the file is empty', cause: error });
    throw error;
  }
}

function refOf({ http }: AxisCall, stored: StoredBlob): string {
  const given = http.request.headers['x-message-id'];
  if (given === undefined) return `sha256:${stored.sha256}`;
  if (typeof given !== 'string' || !MESSAGE_ID.test(given)) throw new AxisProblem('bodyWrong', { detail: 'X-Message-Id' });
  return `id:${given}`;
}

const notXml = new Set(['edxml.notEdxml', 'edxml.encoding', 'edxml.soap']);

async function readHeader(call: AxisCall, packet: { stored: StoredBlob; partnerRef: string }): Promise<EdxmlMessage> {
  const { kernel, partner } = call;
  const { stored, partnerRef } = packet;
  // safe because the store reads bytes, not text
  const source = (await openBytes(kernel, stored.sha256)) as AsyncIterable<Buffer>;
  const reading = await readEdxml(source, { sink: passedOver, unwrap: false });
  const fatal = reading.ok ? incompleteness(reading.message) : reading.problem;
  if (reading.ok && fatal === undefined) return reading.message;
  const facts: PacketFacts = { partnerId: partner.id, partnerRef, originalHash: stored.sha256, messageType: 'unreadable', documentId: null, business: 'unreadable', fromCode: null, toCodes: [], sentAt: kernel.clock.now() };
  const { inbound } = await keep(call, { stored, facts });
  const detail = fatal === undefined ? '' : describeProblem(fatal);
  throw new AxisProblem(fatal !== undefined && notXml.has(fatal.code) ? 'invalidFile' : 'notStandard', { detail, detailEn: fatal === undefined ? '' : `${fatal.en} ${fatal.path} ${fatal.detail}`.trim(), docId: inbound.id });
}

function incompleteness(message: EdxmlMessage) {
  return message.kind === 'status' ? undefined : fromDocumentMessage(message, []).problems.find((each) => each.severity === 'fatal');
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
  if (message.kind === 'document') return assertReceivers(call, receiversOf(message));
  if (business === 'take_back') {
    if ((await firstPacketOf(pool, { partnerId: partner.id, documentId })) === undefined) throw new AxisProblem('packetUnknown', { detail: documentId });
    return;
  }
  const aboutNotice = message.statusCode === '15' || message.statusCode === '16';
  if ((await answeredDelivery(pool, { partnerId: partner.id, documentId, senderCode: message.responseFor.organId, byAgencyId: sender.agencyId, aboutNotice })) === undefined) throw new AxisProblem('packetUnknown', { detail: documentId });
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
  await run(kernel, notePacket, facts, axisActor);
  const inbound = await keepInbound(kernel, { partnerId: partner.id, partnerRef: facts.partnerRef, original: stored, mediaType: 'application/xml' });
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
