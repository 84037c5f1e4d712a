import type { CommandContext } from '#kernel/command.ts';
import { newId, type Id } from '#kernel/ids.ts';
import { isoInVietnam } from '#kernel/time.ts';
import { isNotice, type Envelope, type MessageArrived, type MessageFile, type Verdict } from '../contract.ts';
import { decideArrival, type ArrivalDecision } from '../domain/arrival-steps.ts';
import { noticeWords } from '../domain/notice.ts';
import { signReceipts, type Receipt } from '../domain/receipt.ts';
import { envelopeHash, readEnvelope } from '../envelope.ts';
import { fileFacts, verdictOf, type FileInspection } from '../inspection.ts';
import { receiptKey } from '../receipt-key.ts';
import { AUTOMATIC } from './automatic.ts';
import { insertFiles, insertFirstAnswers, keepContradictions } from './keep-arrivals.ts';
import { describeNotice, noticesAhead, type KeptNotice } from './kept-notices.ts';
import { inOrderOfDocuments } from './order-of-documents.ts';
import { settleNotices, type NoticeEffect } from './settle-notices.ts';

type AgencyId = Id<'agency'>;

/** An envelope as it came in, by whatever way, with what was found out about its files outside the transaction. */
export type IncomingEnvelope = {
  envelopeId: string;
  senderAgencyId: AgencyId;
  /** The id by which another installation's text names the sender, where it is another one than ours. */
  statedSenderId?: string;
  original: string;
  contentHash: string;
  inspection: readonly FileInspection[];
};

/** One receiver of it. Name and code are those of today. */
export type Arrival = {
  agencyId: AgencyId;
  name: string;
  code: string | null;
  isActive: boolean;
  /** The agency that the sender wrote on it; the same one unless this agency succeeds it. */
  addressed: { agencyId: AgencyId; name: string; code: string | null };
  envelope: IncomingEnvelope;
};

/** What became of an arrival. The receipt says it to the sender; of a contradiction there is none, since the first content stands. */
export type Arrived =
  | { kind: 'kept'; messageId: Id<'message'>; status: '01' | '02'; reason: string | null; receipt: string; isNew: boolean; /** How many answers the message has. */ answers: number; /** What a notice or a replacement that came first made of it at once. */ standing?: 'recalled' | 'replaced' }
  | { kind: 'contradiction'; reason: string };

/** What was kept just now, with its receipt. */
export type Fresh = Verified & { result: { status: '01' | '02'; reason: string | null; receipt: string } };

type Known = { messageId: Id<'message'>; contentHash: string; answers: number };
type Prepared = { envelope: IncomingEnvelope; parsed: Envelope | undefined; problem: string | undefined; computedHash: string; verdict: Verdict };
export type Verified = { arrival: Arrival; prepared: Prepared; decision: ArrivalDecision; known: Known | undefined; messageId: Id<'message'> };

/**
 * Takes arrivals, a whole batch with a handful of statements: keeps the untouched original, drops what came twice,
 * verifies step by step, accepts or refuses, and signs a receipt for each. The same envelope again has no second effect;
 * with another content it is refused and kept apart. Notices about earlier documents take effect
 * here, in the order in which their sender made them.
 * @returns one result an arrival, in their order.
 */
export async function receive(ctx: CommandContext, arrivals: readonly Arrival[]): Promise<Arrived[]> {
  if (arrivals.length === 0) return [];
  const key = await receiptKey(ctx.kernel);
  const prepared = new Map([...new Set(arrivals.map((arrival) => arrival.envelope))].map((envelope) => [envelope, prepare(envelope)]));
  await inOrderOfDocuments(ctx, [...prepared.values()]);
  const known = await knownMessages(ctx, arrivals);
  const atFirst = arrivals.map((arrival): Verified => verify(arrival, prepared.get(arrival.envelope) ?? prepare(arrival.envelope), known.get(keyOf(arrival))));
  const inserted = await insertMessages(ctx, atFirst.filter((each) => each.known === undefined));
  const verified = await withOvertaken(ctx, atFirst, inserted);
  await keepContradictions(ctx, verified.filter(isContradiction));
  const receipts = signReceipts(verified.map((each) => receiptOf(ctx, each)), key);
  const results = verified.map((each, index) => resultOf(each, { receipt: receipts[index] ?? '', isNew: inserted.has(each.messageId) }));
  const fresh = verified.flatMap((each, index) => {
    const result = results[index];
    return result?.kind === 'kept' && result.isNew ? [{ ...each, result }] : [];
  });
  const files = await insertFiles(ctx, fresh);
  await insertFirstAnswers(ctx, fresh);
  for (const each of fresh) recordNotice(ctx, each);
  const effects = await settleNotices(ctx, await noticesOf(ctx, fresh, inserted), new Set(fresh.map((each) => each.messageId)));
  for (const each of fresh) if (!isNotice(each.prepared.parsed?.business)) recordArrival(ctx, each, { files: files.get(each.messageId) ?? [], effect: effects.get(each.messageId) });
  return results.map((result) => (result.kind === 'kept' ? withStanding(result, effects.get(result.messageId)) : result));
}

function withStanding(kept: Extract<Arrived, { kind: 'kept' }>, effect: NoticeEffect | undefined): Arrived {
  return effect?.state === 'recalled' || effect?.state === 'replaced' ? { ...kept, standing: effect.state } : kept;
}

/** What has to take effect now: the notices among the arrivals, and those that came before a document that arrives. */
async function noticesOf(ctx: CommandContext, fresh: readonly Fresh[], inserted: Inserted): Promise<KeptNotice[]> {
  const accepted = fresh.filter((each) => each.decision.accepted);
  const documents = accepted.filter((each) => inserted.get(each.messageId)?.hasNotices === true);
  const ahead = await noticesAhead(ctx, documents.map(({ arrival }) => ({ agencyId: arrival.agencyId, senderAgencyId: arrival.envelope.senderAgencyId, envelopeId: arrival.envelope.envelopeId })));
  const now = accepted.flatMap(({ arrival, prepared, messageId }): KeptNotice[] => {
    const { parsed, envelope, computedHash } = prepared;
    if (parsed?.business === undefined) return [];
    const { agencyId, addressed } = arrival;
    const { senderAgencyId, envelopeId } = envelope;
    return [{ agencyId, noticeId: messageId, addressedAgencyId: addressed.agencyId, senderAgencyId, envelopeId, contentHash: computedHash, answers: 1, ...describeNotice(parsed), business: parsed.business }];
  });
  const known = new Set(now.map(({ noticeId }) => noticeId));
  return [...now, ...ahead.filter(({ noticeId }) => !known.has(noticeId))];
}

/** Whoever lost the race for a message is judged again by what the winner wrote. */
async function withOvertaken(ctx: CommandContext, verified: readonly Verified[], inserted: Inserted): Promise<Verified[]> {
  const overtaken = verified.filter((each) => each.known === undefined && !inserted.has(each.messageId));
  if (overtaken.length === 0) return [...verified];
  const known = await knownMessages(ctx, overtaken.map((each) => each.arrival));
  return verified.map((each) => (overtaken.includes(each) ? verify(each.arrival, each.prepared, known.get(keyOf(each.arrival))) : each));
}

function keyOf(arrival: Arrival): string {
  return `${arrival.agencyId} ${arrival.envelope.senderAgencyId} ${arrival.envelope.envelopeId}`;
}

/** What is the same for all receivers of an envelope is worked out once. */
function prepare(envelope: IncomingEnvelope): Prepared {
  const read = readEnvelope(envelope.original);
  const parsed = read.ok ? read.envelope : undefined;
  const belongs = parsed === undefined || (parsed.envelopeId === envelope.envelopeId && parsed.sender.agencyId === (envelope.statedSenderId ?? envelope.senderAgencyId));
  return {
    envelope,
    parsed: belongs ? parsed : undefined,
    problem: read.ok ? (belongs ? undefined : 'envelopeId, sender') : read.problem,
    computedHash: envelopeHash(envelope.original),
    verdict: verdictOf(parsed, envelope.inspection),
  };
}

function verify(arrival: Arrival, prepared: Prepared, known: Known | undefined): Verified {
  const { parsed, problem, computedHash, envelope } = prepared;
  const decision = decideArrival({
    statedHash: envelope.contentHash,
    computedHash,
    known: known === undefined ? 'new' : known.contentHash === computedHash ? 'same' : 'different',
    wellFormed: problem === undefined ? { ok: true } : { ok: false, problem },
    files: parsed === undefined ? [] : fileFacts(parsed, envelope.inspection),
    needsFiles: !isNotice(parsed?.business),
    secrecy: parsed?.document.secrecy ?? 'none',
    recipientActive: arrival.isActive,
  });
  return { arrival, prepared, decision, known, messageId: newId<'message'>() };
}

function resultOf(each: Verified, kept: { receipt: string; isNew: boolean }): Arrived {
  const reason = each.decision.reason ?? null;
  if (isContradiction(each)) return { kind: 'contradiction', reason: reason ?? '' };
  const status = statusOf(each);
  return { kind: 'kept', messageId: each.known?.messageId ?? each.messageId, status, reason, ...kept, answers: each.known?.answers ?? 1 };
}

function statusOf(each: Verified): '01' | '02' {
  return each.decision.accepted ? '01' : '02';
}

function isContradiction(each: Verified): boolean {
  return each.known !== undefined && each.known.contentHash !== each.prepared.computedHash;
}

async function knownMessages(ctx: CommandContext, arrivals: readonly Arrival[]): Promise<Map<string, Known>> {
  const { rows } = await ctx.query(
    `select m.agency_id, m.sender_agency_id, m.envelope_id, m.id, encode(m.content_hash, 'hex') as hash, m.answer_ordinal
       from exchange.message m
       join unnest($1::uuid[], $2::uuid[], $3::uuid[]) as a (agency_id, sender_agency_id, envelope_id)
         on m.agency_id = a.agency_id and m.sender_agency_id = a.sender_agency_id and m.envelope_id = a.envelope_id`,
    [arrivals.map((arrival) => arrival.agencyId), arrivals.map((arrival) => arrival.envelope.senderAgencyId), arrivals.map((arrival) => arrival.envelope.envelopeId)],
  );
  return new Map(
    rows.map((row) => [
      `${String(row['agency_id'])} ${String(row['sender_agency_id'])} ${String(row['envelope_id'])}`,
      // safe because the column holds message ids
      { messageId: row['id'] as Id<'message'>, contentHash: String(row['hash']), answers: Number(row['answer_ordinal']) },
    ]),
  );
}

type Inserted = ReadonlyMap<string, { /** Whether notices about it came first. */ hasNotices: boolean }>;

/** The text of an envelope goes to the server once, however many receive it. Returns the ids that are really new. */
async function insertMessages(ctx: CommandContext, fresh: readonly Verified[]): Promise<Inserted> {
  if (fresh.length === 0) return new Map();
  const envelopes = [...new Set(fresh.map((each) => each.prepared))];
  const place = new Map(envelopes.map((prepared, index) => [prepared, index + 1]));
  const steps = fresh.map((each) => JSON.stringify(each.decision.steps));
  const differentSteps = [...new Set(steps)];
  const { rows } = await ctx.query(
    `insert into exchange.message as kept
       (agency_id, id, sender_agency_id, envelope_id, addressed_agency_id, content_hash, original, verdict, steps, state, answer_ordinal, arrived_at, changed_at, kind, of_envelope_id, sequence)
     select m.agency_id, m.id, e.sender_agency_id, e.envelope_id, m.addressed, e.content_hash, e.original, e.verdict, s.steps, m.state, 1, $6, $6, e.kind, e.of_envelope_id, e.sequence
       from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::int[], $5::text[], $12::int[]) as m (agency_id, id, addressed, place, state, steps_place)
       join unnest($13::jsonb[]) with ordinality as s (steps, place) on s.place = m.steps_place
       join unnest($7::uuid[], $8::uuid[], $9::bytea[], $10::text[], $11::jsonb[], $14::text[], $15::uuid[], $16::int[]) with ordinality
            as e (sender_agency_id, envelope_id, content_hash, original, verdict, kind, of_envelope_id, sequence, place) on e.place = m.place
     on conflict (agency_id, sender_agency_id, envelope_id) do nothing
     returning id, exists (select 1 from exchange.message n
                            where n.agency_id = kept.agency_id and n.sender_agency_id = kept.sender_agency_id and n.of_envelope_id = kept.envelope_id) as "hasNotices"`,
    [
      fresh.map((each) => each.arrival.agencyId),
      fresh.map((each) => each.messageId),
      fresh.map((each) => each.arrival.addressed.agencyId),
      fresh.map((each) => place.get(each.prepared) ?? 0),
      fresh.map((each) => (!each.decision.accepted ? 'refused' : isNotice(each.prepared.parsed?.business) ? 'asked' : 'arrived')),
      ctx.now,
      envelopes.map((prepared) => prepared.envelope.senderAgencyId),
      envelopes.map((prepared) => prepared.envelope.envelopeId),
      envelopes.map((prepared) => Buffer.from(prepared.computedHash, 'hex')),
      envelopes.map((prepared) => prepared.envelope.original),
      envelopes.map((prepared) => JSON.stringify(prepared.verdict)),
      steps.map((text) => differentSteps.indexOf(text) + 1),
      differentSteps,
      envelopes.map((prepared) => prepared.parsed?.business?.kind ?? 'new'),
      envelopes.map((prepared) => prepared.parsed?.business?.of.envelopeId ?? null),
      // of a document it is that of the newest update, and there is none yet
      envelopes.map((prepared) => (isNotice(prepared.parsed?.business) ? prepared.parsed.business.sequence : 0)),
    ],
  );
  return new Map(rows.map((row) => [String(row['id']), { hasNotices: row['hasNotices'] === true }]));
}

function receiptOf(ctx: CommandContext, each: Verified): Receipt {
  const { arrival, prepared, decision } = each;
  const { addressed } = arrival;
  return {
    version: 1,
    envelopeId: prepared.envelope.envelopeId,
    contentHash: prepared.computedHash,
    documentCode: prepared.parsed?.document.code ?? '',
    sender: { agencyId: prepared.envelope.senderAgencyId, code: prepared.parsed?.sender.code ?? '', name: prepared.parsed?.sender.name ?? '' },
    recipient: { agencyId: arrival.agencyId, code: arrival.code, name: arrival.name },
    ...(addressed.agencyId === arrival.agencyId ? {} : { addressed }),
    status: statusOf(each),
    at: isoInVietnam(ctx.now),
    by: AUTOMATIC,
    ...(decision.reason === undefined ? {} : { reason: decision.reason }),
  };
}

/** That a notice came, before what it does to its document: each arrival is a line of the receiver's own record. */
function recordNotice(ctx: CommandContext, each: Fresh): void {
  const { business } = each.prepared.parsed ?? {};
  if (!isNotice(business)) return;
  if (!each.decision.accepted) {
    recordRefusal(ctx, each);
    return;
  }
  const { kind, reason } = business;
  const data = { ...factsOf(each), contentHash: each.prepared.computedHash, kind, kindVi: noticeWords[kind].vi, kindEn: noticeWords[kind].en, reason };
  ctx.record({ type: 'exchange.notice-received', agencyId: each.arrival.agencyId, subject: { type: 'message', id: each.messageId }, data });
}

function recordRefusal(ctx: CommandContext, each: Fresh): void {
  const { arrival, decision, messageId } = each;
  const data = { ...factsOf(each), step: decision.refusedAt ?? '', reason: decision.reason ?? '' };
  ctx.record({ type: 'exchange.message-refused', agencyId: arrival.agencyId, subject: { type: 'message', id: messageId }, data });
}

function factsOf({ prepared, messageId }: Fresh) {
  const { envelopeId, senderAgencyId } = prepared.envelope;
  return { messageId, envelopeId, senderAgencyId, senderName: prepared.parsed?.sender.name ?? '' };
}

function recordArrival(ctx: CommandContext, each: Fresh, { files, effect }: { files: MessageFile[]; effect: NoticeEffect | undefined }): void {
  const { arrival, prepared, decision, messageId } = each;
  if (!decision.accepted || prepared.parsed === undefined) {
    recordRefusal(ctx, each);
    return;
  }
  const { business } = prepared.parsed;
  const data: MessageArrived = {
    ...factsOf(each),
    contentHash: prepared.computedHash,
    addressedAgencyId: arrival.addressed.agencyId === arrival.agencyId ? null : arrival.addressed.agencyId,
    document: { ...prepared.parsed.document, ...effect?.changed },
    files,
    verdict: prepared.verdict,
    ...(effect?.state === 'recalled' || effect?.state === 'replaced'
      ? { standing: { state: effect.state, kind: effect.notice.business.kind, reason: effect.notice.business.reason, byMessageId: effect.notice.noticeId, byNumber: effect.notice.numberAndNotation } }
      : {}),
    ...(business?.kind === 'replace' ? { replaces: { documentCode: business.of.documentCode, reason: business.reason } } : {}),
  };
  ctx.record({ type: 'exchange.message-arrived', agencyId: arrival.agencyId, subject: { type: 'message', id: messageId }, data });
}
