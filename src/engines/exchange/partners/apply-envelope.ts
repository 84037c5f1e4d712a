import { z } from 'zod';
import type { CommandContext } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import { vietnamDay } from '#kernel/time.ts';
import { agenciesOn, findAgencyByCode, type AgencyOnDay } from '#engines/identity/index.ts';
import { receive, type Arrival, type Arrived, type IncomingEnvelope } from '../commands/receive.ts';
import { routeOf } from '../domain/route.ts';
import { readEnvelope } from '../envelope.ts';
import type { FileInspection } from '../inspection.ts';
import { directoryOf, transitionDaysOn } from '../jobs/deliver.ts';
import { isNotice, type Envelope } from '../contract.ts';
import { PartnerUnavailable, type EnvelopeContent, type Protocol } from './adapter.ts';
import { isEarlierWaiting, settleInbound, takeUpWhatWaited, type InboundOutcome, type InboundRow, type Seen } from './inbound.ts';
import { findPartner, partnerAgencyByRef, partnersOfAgencies, relayEndOf, speaksFor } from './partner-rows.ts';
import { relayEnvelope, type RelayRecipient } from './relay.ts';
import { mayRelay, notEntitled } from './relay-rule.ts';
import { sendAnswersOut, type AnswerKey } from './transfers.ts';

type AgencyId = Id<'agency'>;
type Recipient = EnvelopeContent['recipients'][number];
type Resolved = { recipient: Recipient; addressed: AgencyOnDay; to: AgencyOnDay };

export type InspectedEnvelope = { content: EnvelopeContent; inspection: readonly FileInspection[] };

const weight: Readonly<Record<InboundOutcome['state'], number>> = { applied: 0, quarantined: 1, refused: 2 };

/** Takes the envelopes of an arrival in their order; the arrival is where the worst of them is. What waited for a document that is now here goes on. */
export async function applyEnvelopes(ctx: CommandContext, inbound: InboundRow, given: readonly InspectedEnvelope[]): Promise<void> {
  const outcomes: InboundOutcome[] = [];
  for (const each of given) outcomes.push(await applyEnvelope(ctx, inbound, each));
  const [worst] = outcomes.toSorted((a, b) => weight[b.state] - weight[a.state]);
  if (worst === undefined) throw new Error('an arrival has an envelope');
  await settleInbound(ctx, inbound, worst);
  for (const { content } of given) {
    const read = readEnvelope(content.original);
    if (read.ok && !isNotice(read.envelope.business)) await takeUpWhatWaited(ctx, inbound, read.envelope.document.code);
  }
}

/**
 * Takes an envelope that came from a partner to its agencies here, by the same steps as one of this installation. Mail for a
 * closed agency goes to its successor during the transition. Whoever of its agencies cannot be found keeps the whole arrival
 * in sight; the others have it all the same, and trying again does them nothing.
 */
async function applyEnvelope(ctx: CommandContext, inbound: InboundRow, given: InspectedEnvelope): Promise<InboundOutcome> {
  const { content } = given;
  const read = readEnvelope(content.original);
  const seen: Seen = { kind: 'envelope', senderName: content.sender.name, ...(read.ok ? { summary: read.envelope.document.summary } : {}) };
  if (!read.ok) return { state: 'quarantined', code: 'envelopeUnreadable', problem: read.problem, seen };
  const sender = await partnerAgencyByRef(ctx, { partnerId: inbound.partnerId, ref: content.sender.ref, code: content.sender.code });
  if (sender === undefined) return turnAway({ content, code: content.isRelayed === true ? 'senderNotAnnounced' : 'senderUnknown', senderCode: content.sender.code ?? content.sender.ref, seen });
  if (await speaksForAnother(ctx, inbound, { senderId: sender.agencyId, code: read.envelope.sender.code })) {
    return turnAway({ content, code: 'senderElsewhere', senderCode: read.envelope.sender.code, seen });
  }
  const { resolved, relayed, unknown, protocol } = await resolveRecipients(ctx, inbound, content.recipients);
  const envelope: IncomingEnvelope = {
    envelopeId: read.envelope.envelopeId,
    senderAgencyId: sender.agencyId,
    statedSenderId: read.envelope.sender.agencyId,
    original: content.original,
    contentHash: content.contentHash,
    inspection: given.inspection,
  };
  await assertDocumentFirst(ctx, inbound, { senderId: sender.agencyId, envelope: read.envelope, relayed });
  const arrived = await receive(ctx, resolved.map((each) => arrivalOf(each, envelope)));
  await oweAnswers(ctx, { inbound, content, resolved, arrived });
  const from = { agencyId: sender.agencyId, ref: content.sender.ref, code: content.sender.code };
  const { original, contentHash } = content;
  const refusal = await relayEnvelope(ctx, { inbound, sender: from, envelope: read.envelope, keepsDocumentId: content.isRelayed ?? protocol !== 'installation', original, contentHash, inspection: given.inspection, recipients: relayed });
  const contradiction = arrived.find((each) => each.kind === 'contradiction')?.reason ?? refusal;
  if (contradiction !== undefined) return { state: 'refused', code: 'contradiction', problem: contradiction, seen };
  if (unknown.length === 0) return { state: 'applied', seen };
  const [first] = unknown;
  return { state: 'quarantined', code: first?.code ?? 'recipientUnknown', problem: unknown.map((each) => each.problem).join('; '), seen };
}

/** A partner speaks for its own agencies, and not under the code of another one. */
async function speaksForAnother(ctx: CommandContext, inbound: InboundRow, of: { senderId: AgencyId; code: string }): Promise<boolean> {
  if (!(await speaksFor(ctx, { partnerId: inbound.partnerId, agencyId: of.senderId }, vietnamDay(ctx.now)))) return true;
  const coded = of.code === '' ? undefined : await findAgencyByCode(ctx, of.code);
  return coded !== undefined && coded !== of.senderId;
}

type TurnedAway = { content: EnvelopeContent; code: string; senderCode: string; seen: Seen };

/** What a partner passes on for an agency that it never announced is refused: its sender learns it. What it says of its own waits for a person. */
function turnAway({ content, code, senderCode, seen }: TurnedAway): InboundOutcome {
  const who = `${content.sender.name} (${senderCode})`;
  if (content.isRelayed !== true) return { state: 'quarantined', code, problem: who, seen };
  return { state: 'refused', code, problem: notEntitled(who), seen };
}

/**
 * A notice that goes on does not overtake its document, which came before it and may still be read: it waits for that. Where nothing
 * that came earlier is left to be read, the document went another way, and the notice goes on alone.
 */
async function assertDocumentFirst(ctx: CommandContext, inbound: InboundRow, of: { senderId: AgencyId; envelope: Envelope; relayed: readonly RelayRecipient[] }): Promise<void> {
  const { senderId, envelope, relayed } = of;
  if (!isNotice(envelope.business) || relayed.length === 0) return;
  const { rows } = await ctx.query('select recipient_agency_id as id from exchange.relay where agency_id = $1 and envelope_id = $2', [senderId, envelope.business.of.envelopeId]);
  const known = new Set(rows.map((row) => String(row['id'])));
  if (relayed.every(({ addressed }) => known.has(addressed.id))) return;
  if (await isEarlierWaiting(ctx, inbound)) throw new PartnerUnavailable('documentPending', { problem: 'văn bản mà thông báo này nói đến chưa đọc xong', retry: 'later' });
}

type Unknown = { code: 'recipientUnknown' | 'recipientElsewhere' | 'recipientClosed'; problem: string };

async function resolveRecipients(ctx: CommandContext, inbound: InboundRow, recipients: readonly Recipient[]): Promise<{ resolved: Resolved[]; relayed: RelayRecipient[]; unknown: Unknown[]; protocol: Protocol }> {
  const today = vietnamDay(ctx.now);
  const ids = await idsOf(ctx, recipients);
  const agencies = await directoryOf(ctx, [...ids.values()]);
  const transitionDays = await transitionDaysOn(ctx, today);
  const partners = await partnersOfAgencies(ctx, [...agencies.values()].flatMap((agency) => (agency.hosting === 'external' ? agency.id : [])), today);
  const partner = await findPartner(ctx, inbound.partnerId);
  if (partner === undefined) throw new Error('an arrival has a partner');
  const from = relayEndOf(partner);
  const resolved: Resolved[] = [];
  const relayed: RelayRecipient[] = [];
  const unknown: Unknown[] = [];
  for (const recipient of recipients) {
    const name = recipient.code ?? recipient.agencyId ?? '';
    const id = ids.get(recipient);
    const addressed = id === undefined ? undefined : agencies.get(id);
    if (addressed === undefined) {
      unknown.push({ code: 'recipientUnknown', problem: `Không có cơ quan ${name}` });
      continue;
    }
    const route = routeOf<AgencyId>(addressed, { today, transitionDays, find: (each) => agencies.get(each), partnerOf: (each) => partners.get(each)?.partnerId });
    const to = route.kind === 'local' ? agencies.get(route.to) : undefined;
    const way = route.kind === 'partner' ? partners.get(route.to) : undefined;
    if (to !== undefined) resolved.push({ recipient, addressed, to });
    else if (route.kind === 'partner' && way !== undefined && mayRelay(from, way)) {
      relayed.push({ addressed: { id: addressed.id, name: addressed.name, code: recipient.code ?? addressed.code, ref: recipient.ref }, to: { id: route.to, name: route.name, partnerId: way.partnerId } });
    }
    else if (route.kind === 'returned') unknown.push({ code: 'recipientClosed', problem: `${addressed.name}: ${route.problem}` });
    else unknown.push({ code: 'recipientElsewhere', problem: `${addressed.name} không thuộc hệ thống này` });
  }
  return { resolved, relayed, unknown, protocol: partner.protocol };
}

/** By the id that the partner tells; by the code where it tells none, or one that no agency here has. */
async function idsOf(ctx: CommandContext, recipients: readonly Recipient[]): Promise<Map<Recipient, AgencyId>> {
  const told = recipients.flatMap(({ agencyId }) => (agencyId !== undefined && z.uuid().safeParse(agencyId).success ? agencyId : []));
  // safe because an id that no agency has is not found
  const known = await agenciesOn(ctx, told as AgencyId[], vietnamDay(ctx.now));
  const ids = new Map<Recipient, AgencyId>();
  for (const recipient of recipients) {
    const { agencyId, code } = recipient;
    // safe because only what is an agency's id is found
    const id = known.get(agencyId as AgencyId)?.id ?? (code === null ? undefined : await findAgencyByCode(ctx, code));
    if (id !== undefined) ids.set(recipient, id);
  }
  return ids;
}

function arrivalOf({ recipient, addressed, to }: Resolved, envelope: IncomingEnvelope): Arrival {
  return {
    agencyId: to.id,
    name: to.name,
    code: to.code,
    isActive: to.state === 'active',
    // The code that the sender used, whatever the agency's code is today: by it the sender finds its delivery.
    addressed: { agencyId: addressed.id, name: addressed.name, code: recipient.code ?? addressed.code },
    envelope,
  };
}

/** Notes by which ids the sender will recognise the answers, and sends the first ones off: 01, or 02 with the reason. */
async function oweAnswers(ctx: CommandContext, parts: { inbound: InboundRow; content: EnvelopeContent; resolved: readonly Resolved[]; arrived: readonly Arrived[] }): Promise<void> {
  const { inbound, content, resolved, arrived } = parts;
  const owed: AnswerKey[] = [];
  for (const [index, each] of resolved.entries()) {
    const result = arrived[index];
    if (result?.kind !== 'kept') continue;
    const code = each.recipient.code ?? each.addressed.code;
    const { rowCount } = await ctx.query(
      `insert into exchange.message_origin (agency_id, message_id, position, partner_id, inbound_id, addressed_ref, addressed_code, sender_ref, sender_code, addressed_agency_id)
       select $1, $2, coalesce((select max(position) + 1 from exchange.message_origin where agency_id = $1 and message_id = $2), 0), $3, $4, $5, $6, $7, $8, $9
        where not exists (select from exchange.message_origin where agency_id = $1 and message_id = $2 and addressed_ref is not distinct from $5 and addressed_code is not distinct from $6)`,
      [each.to.id, result.messageId, inbound.partnerId, inbound.id, each.recipient.ref, code, content.sender.ref, content.sender.code, each.addressed.id],
    );
    if (rowCount !== 1) continue;
    // A successor that has it already may have answered it: all its answers are owed to this address too.
    for (let ordinal = 1; ordinal <= result.answers; ordinal += 1) owed.push({ agencyId: each.to.id, messageId: result.messageId, ordinal });
  }
  await sendAnswersOut(ctx, owed);
}
