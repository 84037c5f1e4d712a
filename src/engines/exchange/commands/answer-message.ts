import type { CommandContext } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import { isoInVietnam, vietnamDay } from '#kernel/time.ts';
import { knownAgenciesOn, type AgencyOnDay } from '#engines/identity/index.ts';
import type { AnswerStatus } from '../contract.ts';
import { signReceipts, type Receipt } from '../domain/receipt.ts';
import { stateAfter, stateLabels, statusRules, type MessageState } from '../domain/status.ts';
import { readEnvelope } from '../envelope.ts';
import { exchangeErrors } from '../errors.ts';
import { receiptKey } from '../receipt-key.ts';
import { AUTOMATIC } from './automatic.ts';

export type AnswerMessage = { agencyId: Id<'agency'>; messageId: Id<'message'>; status: AnswerStatus; reason?: string };

type MessageRow = {
  sender_agency_id: string;
  envelope_id: string;
  addressed_agency_id: Id<'agency'>;
  original: string;
  hash: string;
  state: MessageState;
  answer_ordinal: number;
};

/**
 * Answers a message with what really happened to it: refused, registered, assigned, in process, completed; with person,
 * time and reason. The signed receipt travels to the sender by a job of its own.
 * Whether the person may do so is for the caller to decide.
 * @throws `exchange.messageNotFound`; `exchange.answerNotNow` when the state does not allow it; `exchange.reasonMissing`
 *   for a refusal without a reason (QĐ 28/2018 Art. 5.4).
 */
export async function answerMessage(ctx: CommandContext, input: AnswerMessage): Promise<void> {
  const reason = input.reason?.trim() === '' ? undefined : input.reason?.trim();
  const [message, receiver] = await Promise.all([lockMessage(ctx, input), knownAgenciesOn(ctx, [input.agencyId], vietnamDay(ctx.now))]);
  const rule = statusRules[input.status];
  const state = stateAfter(message.state, input.status);
  if (state === undefined) {
    const present = stateLabels[message.state];
    throw exchangeErrors.answerNotNow({ values: { stateVi: present.vi, stateEn: present.en, statusVi: rule.vi, statusEn: rule.en } });
  }
  if (input.status === '02' && reason === undefined) throw exchangeErrors.reasonMissing({ fields: [{ path: 'reason', vi: 'Chưa nêu lý do.', en: 'The reason is missing.' }] });
  const ordinal = message.answer_ordinal + 1;
  const [receipt] = signReceipts([await receiptOf(ctx, { input, message, reason, receiver })], await receiptKey(ctx.kernel));
  const by = answeredBy(ctx);
  ctx.write('update exchange.message set state = $3, answer_ordinal = $4, changed_at = $5 where agency_id = $1 and id = $2', [input.agencyId, input.messageId, state, ordinal, ctx.now]);
  ctx.write(
    `insert into exchange.message_answer (agency_id, message_id, ordinal, status, at, by_name, by_title, reason, receipt)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [input.agencyId, input.messageId, ordinal, input.status, ctx.now, by.name, by.title, reason ?? null, receipt],
  );
  ctx.record({
    type: 'exchange.message-answered',
    agencyId: input.agencyId,
    subject: { type: 'message', id: input.messageId },
    data: { messageId: input.messageId, status: input.status, statusVi: rule.vi, statusEn: rule.en, reason: reason ?? null },
  });
  ctx.enqueue(returnAnswerJobFor(input.agencyId, input.messageId, ordinal));
}

/** The job that carries one answer back: it stands in the queue once. */
export function returnAnswerJobFor(agencyId: Id<'agency'>, messageId: string, ordinal: number) {
  return { kind: 'exchange.return-answer', agencyId, payload: { messageId, ordinal }, dedupeKey: `${messageId}:${String(ordinal)}` };
}

async function lockMessage(ctx: CommandContext, input: AnswerMessage): Promise<MessageRow> {
  // A person answers for the own agency only; another one's message does not exist for them.
  if (ctx.actor.kind === 'person' && ctx.actor.agencyId !== input.agencyId) throw exchangeErrors.messageNotFound();
  const { rows } = await ctx.query(
    `select sender_agency_id, envelope_id, addressed_agency_id, original, encode(content_hash, 'hex') as hash, state, answer_ordinal
       from exchange.message where agency_id = $1 and id = $2 for update`,
    [input.agencyId, input.messageId],
  );
  // safe because the statement selects exactly these columns
  const row = rows[0] as MessageRow | undefined;
  if (row === undefined) throw exchangeErrors.messageNotFound();
  return row;
}

/** The person as the sender sees them; someone who acts for another is named as such. */
export function answeredBy(ctx: CommandContext): { name: string; title: string | null } {
  if (ctx.actor.kind !== 'person') return AUTOMATIC;
  const { name, postTitle, onBehalfOf } = ctx.actor;
  return { name, title: onBehalfOf === undefined ? postTitle : `${postTitle}, thay mặt ${onBehalfOf.name} (${onBehalfOf.postTitle})` };
}

type Answer = { input: AnswerMessage; message: MessageRow; reason: string | undefined; /** As the agency is today. */ receiver: ReadonlyMap<Id<'agency'>, AgencyOnDay> };

async function receiptOf(ctx: CommandContext, { input, message, reason, receiver }: Answer): Promise<Receipt> {
  // A message that was addressed to another agency came to its successor.
  const addressed = message.addressed_agency_id === input.agencyId ? [] : await knownAgenciesOn(ctx, [message.addressed_agency_id], vietnamDay(ctx.now));
  const agencies = new Map([...receiver, ...addressed]);
  const describe = (id: Id<'agency'>) => ({ agencyId: id, code: agencies.get(id)?.code ?? null, name: agencies.get(id)?.name ?? '' });
  const read = readEnvelope(message.original);
  const sender = read.ok ? read.envelope.sender : { code: '', name: '' };
  return {
    version: 1,
    envelopeId: message.envelope_id,
    contentHash: message.hash,
    documentCode: read.ok ? read.envelope.document.code : '',
    sender: { agencyId: message.sender_agency_id, code: sender.code, name: sender.name },
    recipient: describe(input.agencyId),
    ...(message.addressed_agency_id === input.agencyId ? {} : { addressed: describe(message.addressed_agency_id) }),
    status: input.status,
    at: isoInVietnam(ctx.now),
    by: answeredBy(ctx),
    ...(reason === undefined ? {} : { reason }),
  };
}
