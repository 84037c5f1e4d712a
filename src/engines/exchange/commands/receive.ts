import type { CommandContext } from '#kernel/command.ts';
import { newId, type Id } from '#kernel/ids.ts';
import { isoInVietnam } from '#kernel/time.ts';
import { keepFiles } from '#engines/files/index.ts';
import type { Envelope, MessageArrived, MessageFile, Verdict } from '../contract.ts';
import { decideArrival, type ArrivalDecision } from '../domain/arrival-steps.ts';
import { signReceipts, type Receipt } from '../domain/receipt.ts';
import { envelopeHash, readEnvelope } from '../envelope.ts';
import { fileFacts, verdictOf, type FileInspection } from '../inspection.ts';
import { receiptKey } from '../receipt-key.ts';

type AgencyId = Id<'agency'>;

/** An envelope as it came in, by whatever way, with what was found out about its files outside the transaction. */
export type IncomingEnvelope = { envelopeId: string; senderAgencyId: AgencyId; original: string; contentHash: string; inspection: readonly FileInspection[] };

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
  | { kind: 'kept'; messageId: Id<'message'>; status: '01' | '02'; reason: string | null; receipt: string; isNew: boolean; /** How many answers the message has. */ answers: number }
  | { kind: 'contradiction'; reason: string };

type Known = { messageId: Id<'message'>; contentHash: string; answers: number };
type Prepared = { envelope: IncomingEnvelope; parsed: Envelope | undefined; problem: string | undefined; computedHash: string; verdict: Verdict };
type Verified = { arrival: Arrival; prepared: Prepared; decision: ArrivalDecision; known: Known | undefined; messageId: Id<'message'> };

/** By whom an automatic answer is given. */
export const AUTOMATIC = { name: 'Hệ thống Liên Thông', title: null };

/**
 * Takes arrivals, a whole batch with a handful of statements: keeps the untouched original, drops what came twice,
 * verifies step by step, accepts or refuses, and signs a receipt for each. The same envelope again has no second effect;
 * with another content it is refused and kept apart.
 * @returns one result an arrival, in their order.
 */
export async function receive(ctx: CommandContext, arrivals: readonly Arrival[]): Promise<Arrived[]> {
  if (arrivals.length === 0) return [];
  const key = await receiptKey(ctx.kernel);
  const known = await knownMessages(ctx, arrivals);
  const prepared = new Map([...new Set(arrivals.map((arrival) => arrival.envelope))].map((envelope) => [envelope, prepare(envelope)]));
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
  for (const each of fresh) recordArrival(ctx, each, files.get(each.messageId) ?? []);
  return results;
}

/** Whoever lost the race for a message is judged again by what the winner wrote. */
async function withOvertaken(ctx: CommandContext, verified: readonly Verified[], inserted: ReadonlySet<string>): Promise<Verified[]> {
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
  const belongs = parsed === undefined || (parsed.envelopeId === envelope.envelopeId && parsed.sender.agencyId === envelope.senderAgencyId);
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

/** The text of an envelope goes to the server once, however many receive it. Returns the ids that are really new. */
async function insertMessages(ctx: CommandContext, fresh: readonly Verified[]): Promise<Set<string>> {
  if (fresh.length === 0) return new Set();
  const envelopes = [...new Set(fresh.map((each) => each.prepared))];
  const place = new Map(envelopes.map((prepared, index) => [prepared, index + 1]));
  const steps = fresh.map((each) => JSON.stringify(each.decision.steps));
  const differentSteps = [...new Set(steps)];
  const { rows } = await ctx.query(
    `insert into exchange.message (agency_id, id, sender_agency_id, envelope_id, addressed_agency_id, content_hash, original, verdict, steps, state, answer_ordinal, arrived_at, changed_at)
     select m.agency_id, m.id, e.sender_agency_id, e.envelope_id, m.addressed, e.content_hash, e.original, e.verdict, s.steps, m.state, 1, $6, $6
       from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::int[], $5::text[], $12::int[]) as m (agency_id, id, addressed, place, state, steps_place)
       join unnest($13::jsonb[]) with ordinality as s (steps, place) on s.place = m.steps_place
       join unnest($7::uuid[], $8::uuid[], $9::bytea[], $10::text[], $11::jsonb[]) with ordinality
            as e (sender_agency_id, envelope_id, content_hash, original, verdict, place) on e.place = m.place
     on conflict (agency_id, sender_agency_id, envelope_id) do nothing
     returning id`,
    [
      fresh.map((each) => each.arrival.agencyId),
      fresh.map((each) => each.messageId),
      fresh.map((each) => each.arrival.addressed.agencyId),
      fresh.map((each) => place.get(each.prepared) ?? 0),
      fresh.map((each) => (each.decision.accepted ? 'arrived' : 'refused')),
      ctx.now,
      envelopes.map((prepared) => prepared.envelope.senderAgencyId),
      envelopes.map((prepared) => prepared.envelope.envelopeId),
      envelopes.map((prepared) => Buffer.from(prepared.computedHash, 'hex')),
      envelopes.map((prepared) => prepared.envelope.original),
      envelopes.map((prepared) => JSON.stringify(prepared.verdict)),
      steps.map((text) => differentSteps.indexOf(text) + 1),
      differentSteps,
    ],
  );
  return new Set(rows.map((row) => String(row['id'])));
}

async function keepContradictions(ctx: CommandContext, contradictions: readonly Verified[]): Promise<void> {
  if (contradictions.length === 0) return;
  const kept = await ctx.query(
    `insert into exchange.contradiction (agency_id, sender_agency_id, envelope_id, content_hash, original, arrived_at)
     select c.*, $6::timestamptz from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bytea[], $5::text[]) as c
     on conflict do nothing returning agency_id, envelope_id`,
    [
      contradictions.map((each) => each.arrival.agencyId),
      contradictions.map((each) => each.prepared.envelope.senderAgencyId),
      contradictions.map((each) => each.prepared.envelope.envelopeId),
      contradictions.map((each) => Buffer.from(each.prepared.computedHash, 'hex')),
      contradictions.map((each) => each.prepared.envelope.original),
      ctx.now,
    ],
  );
  const isNew = new Set(kept.rows.map((row) => `${String(row['agency_id'])} ${String(row['envelope_id'])}`));
  for (const each of contradictions) {
    const { arrival, prepared, known } = each;
    if (known === undefined || !isNew.has(`${arrival.agencyId} ${prepared.envelope.envelopeId}`)) continue;
    ctx.record({
      type: 'exchange.contradiction-kept',
      agencyId: arrival.agencyId,
      subject: { type: 'message', id: known.messageId },
      data: {
        envelopeId: prepared.envelope.envelopeId,
        senderAgencyId: prepared.envelope.senderAgencyId,
        senderName: prepared.parsed?.sender.name ?? '',
        contentHash: prepared.computedHash,
        knownHash: known.contentHash,
      },
    });
  }
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

type Fresh = Verified & { result: { status: '01' | '02'; reason: string | null; receipt: string } };

/** The receiver's own rows on the shared bytes. What was refused keeps its envelope, but takes no files. */
async function insertFiles(ctx: CommandContext, fresh: readonly Fresh[]): Promise<Map<string, MessageFile[]>> {
  const wanted = fresh.flatMap((each) =>
    each.decision.accepted ? (each.prepared.parsed?.files ?? []).map((file, position) => ({ agencyId: each.arrival.agencyId, messageId: each.messageId, position, file })) : [],
  );
  if (wanted.length === 0) return new Map();
  const fileIds = await keepFiles(
    ctx,
    wanted.map(({ agencyId, file }) => ({ agencyId, sha256: file.sha256, sizeBytes: file.sizeBytes, name: file.name, mediaType: file.mediaType, flags: file.flags })),
  );
  const kept = wanted.map((each, index) => ({ ...each, fileId: fileIds[index] }));
  await ctx.query(
    `insert into exchange.message_file (agency_id, message_id, position, file_id, role)
     select * from unnest($1::uuid[], $2::uuid[], $3::smallint[], $4::uuid[], $5::text[])`,
    [kept.map((each) => each.agencyId), kept.map((each) => each.messageId), kept.map((each) => each.position), kept.map((each) => each.fileId), kept.map((each) => each.file.role)],
  );
  const byMessage = new Map<string, MessageFile[]>();
  for (const { messageId, file, fileId } of kept) {
    if (fileId === undefined) throw new Error('the file store gave fewer ids than files');
    const list = byMessage.get(messageId) ?? [];
    list.push({ ...file, fileId });
    byMessage.set(messageId, list);
  }
  return byMessage;
}

async function insertFirstAnswers(ctx: CommandContext, fresh: readonly Fresh[]): Promise<void> {
  if (fresh.length === 0) return;
  await ctx.query(
    `insert into exchange.message_answer (agency_id, message_id, ordinal, status, at, by_name, reason, receipt)
     select a.agency_id, a.message_id, 1, a.status, $6, $7, a.reason, a.receipt
       from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[]) as a (agency_id, message_id, status, reason, receipt)`,
    [
      fresh.map((each) => each.arrival.agencyId),
      fresh.map((each) => each.messageId),
      fresh.map((each) => each.result.status),
      fresh.map((each) => each.result.reason),
      fresh.map((each) => each.result.receipt),
      ctx.now,
      AUTOMATIC.name,
    ],
  );
}

function recordArrival(ctx: CommandContext, each: Fresh, files: MessageFile[]): void {
  const { arrival, prepared, decision, messageId } = each;
  const subject = { type: 'message', id: messageId };
  const sender = { senderAgencyId: prepared.envelope.senderAgencyId, senderName: prepared.parsed?.sender.name ?? '' };
  const { envelopeId } = prepared.envelope;
  if (!decision.accepted || prepared.parsed === undefined) {
    const data = { messageId, envelopeId, ...sender, step: decision.refusedAt ?? '', reason: decision.reason ?? '' };
    ctx.record({ type: 'exchange.message-refused', agencyId: arrival.agencyId, subject, data });
    return;
  }
  const data: MessageArrived = {
    messageId,
    envelopeId,
    contentHash: prepared.computedHash,
    ...sender,
    addressedAgencyId: arrival.addressed.agencyId === arrival.agencyId ? null : arrival.addressed.agencyId,
    document: prepared.parsed.document,
    files,
    verdict: prepared.verdict,
  };
  ctx.record({ type: 'exchange.message-arrived', agencyId: arrival.agencyId, subject, data });
}
