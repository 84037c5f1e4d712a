import { actorRecord } from '#kernel/actor.ts';
import type { CommandContext } from '#kernel/command.ts';
import { newId, type Id } from '#kernel/ids.ts';
import { isoInVietnam, vietnamDay } from '#kernel/time.ts';
import { agenciesOn, type AgencyOnDay } from '#engines/identity/index.ts';
import { envelope, type Business, type ChangedFacts, type NoticeKind } from '../contract.ts';
import { noticeWords } from '../domain/notice.ts';
import { envelopeHash, writeEnvelope } from '../envelope.ts';
import { exchangeErrors } from '../errors.ts';
import { insertDeliveries } from '../insert-deliveries.ts';
import { deliverJobFor } from './release-envelope.ts';
import { runAtFor } from './send-envelope.ts';
import { callOff, envelopeIdOf, lockSent, nextSequence, type SentDelivery, type SentEnvelope, type SentSubject } from './sent-documents.ts';

type AgencyId = Id<'agency'>;

export type SendNotice = SentSubject & {
  reason: string;
  /** To whom; all recipients unless told. */
  recipients?: readonly AgencyId[];
  /** Nobody to tell is no error. */
  ifAny?: boolean;
} & ({ kind: 'recall' | 'take_back' } | { kind: 'update'; changed: ChangedFacts } | { kind: 'update'; removes: true });

export type NoticeSent = { /** Recipients that were told. */ told: AgencyId[]; /** Recipients that the document never reached and will not reach. */ calledOff: AgencyId[] };

/** Recipients who have the document. */
const HOLDING = new Set(['arrived', 'registered', 'assigned', 'in_process', 'completed', 'replaced']);

/**
 * Tells the recipients of what was sent before: that it is recalled, taken back, changed, or no longer theirs. Who has not
 * got it yet never gets it; everybody else gets a notice that overtakes what waits, takes effect on arrival, and is
 * answered with 15 or 16.
 * @throws `exchange.nothingSent`; `exchange.nobodyToTell` when no chosen recipient has it; `exchange.tooLateToTakeBack`
 *   when one of them has opened or registered it; `exchange.noticeOpen` when all still owe an answer to an earlier notice.
 */
export async function sendNotice(ctx: CommandContext, input: SendNotice): Promise<NoticeSent> {
  const sent = await lockSent(ctx, input);
  if (sent.envelopes.length === 0) throw exchangeErrors.nothingSent();
  const chosen = sent.deliveries.filter(({ recipientAgencyId }) => input.recipients?.includes(recipientAgencyId) ?? true);
  const cancels = cancelsOf(input);
  // What is changed is told also to whom the document is only on its way: it waits there for its document.
  const holding = chosen.filter(({ state, isHandedOver }) => HOLDING.has(state) || (state === 'waiting' && isHandedOver) || (!cancels && (state === 'waiting' || state === 'no_route')));
  if (input.kind === 'take_back') assertUntouched(holding);
  const told = holding.filter((each) => !cancels || !each.isAsked);
  const calledOff = cancels ? await callOff(ctx, input, { deliveries: chosen, reason: input.reason }) : [];
  if (told.length === 0 && calledOff.length === 0 && input.ifAny !== true) throw holding.length > 0 ? exchangeErrors.noticeOpen() : exchangeErrors.nobodyToTell();
  const agencies = await agenciesOn(ctx, [input.agencyId, ...told.map((each) => each.recipientAgencyId)], vietnamDay(ctx.now));
  for (const each of sent.envelopes) await sendOne(ctx, { input, about: each, agencies, deliveries: told.filter(({ envelopeId }) => envelopeId === each.envelopeId) });
  return { told: told.map((each) => each.recipientAgencyId), calledOff: calledOff.map((each) => each.recipientAgencyId) };
}

function cancelsOf(input: SendNotice): boolean {
  return input.kind !== 'update' || 'removes' in input;
}

function assertUntouched(holding: readonly SentDelivery[]): void {
  // What a partner was given and has not answered may still arrive unopened: it is asked there.
  const touched = holding.filter((each) => (each.state !== 'arrived' && each.state !== 'waiting') || each.isOpened);
  if (touched.length > 0) throw exchangeErrors.tooLateToTakeBack({ values: { names: touched.map((each) => each.recipientName).join(', ') } });
}

type One = { input: SendNotice; about: SentEnvelope; agencies: ReadonlyMap<AgencyId, AgencyOnDay>; deliveries: readonly SentDelivery[] };

async function sendOne(ctx: CommandContext, one: One): Promise<void> {
  const { input, about, agencies, deliveries } = one;
  if (deliveries.length === 0) return;
  const envelopeId = newId<'envelope'>();
  const business = await businessOf(ctx, one);
  const original = writeNotice(ctx, { one, envelopeId, business });
  const contentHash = envelopeHash(original);
  await ctx.query(
    `insert into exchange.envelope (agency_id, id, subject_type, subject_id, original, content_hash, urgency, recipient_count, sent_at, sent_by, inspection, inspected_at,
       kind, of_envelope_id, cancels, sequence, reason)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, '[]', $9, $11, $12, $13, $14, $15)`,
    [
      input.agencyId,
      envelopeId,
      input.subject.type,
      input.subject.id,
      original,
      Buffer.from(contentHash, 'hex'),
      about.document.urgency,
      deliveries.length,
      ctx.now,
      JSON.stringify(actorRecord(ctx.actor)),
      business.kind,
      about.envelopeId,
      cancelsOf(input),
      business.sequence,
      business.reason,
    ],
  );
  // An agency that was closed since is told too: its successor answers, or the notice comes back in sight.
  const recipients = deliveries.map((each) => ({ id: each.recipientAgencyId, name: each.recipientName, code: each.recipientCode, hosting: agencies.get(each.recipientAgencyId)?.hosting ?? 'local' }));
  insertDeliveries(ctx, { agencyId: input.agencyId, envelopeId, recipients });
  const words = noticeWords[input.kind];
  const data = { envelopeId, contentHash, kind: input.kind, kindVi: words.vi, kindEn: words.en, reason: input.reason, recipientCount: deliveries.length };
  ctx.record({ type: 'exchange.notice-sent', agencyId: input.agencyId, subject: input.subject, data });
  // A notice has no files to look at, and overtakes whatever waits.
  for (const { id } of recipients) ctx.enqueue(deliverJobFor({ agencyId: input.agencyId, envelopeId: envelopeIdOf(envelopeId) }, id, runAtFor(ctx.now, 'flash')));
}

async function businessOf(ctx: CommandContext, { input, about, deliveries }: One): Promise<Business & { kind: NoticeKind }> {
  const { envelopeId, documentCode, contentHash } = about;
  return {
    kind: input.kind,
    of: { envelopeId, documentCode, contentHash },
    sequence: await nextSequence(ctx, input.agencyId, envelopeId),
    reason: input.reason,
    ...('changed' in input ? { changed: input.changed } : {}),
    ...('removes' in input ? { removedRecipients: deliveries.map((each) => ({ agencyId: each.recipientAgencyId, name: each.recipientName, code: each.recipientCode })) } : {}),
  };
}

function writeNotice(ctx: CommandContext, { one, envelopeId, business }: { one: One; envelopeId: string; business: Business }): string {
  const { input, about, agencies } = one;
  const sender = agencies.get(input.agencyId);
  return writeEnvelope(
    envelope.parse({
      version: 1,
      envelopeId,
      sentAt: isoInVietnam(ctx.now),
      sender: { agencyId: input.agencyId, name: sender?.name ?? about.document.senderName, code: sender?.code ?? '' },
      document: { ...about.document, ...business.changed },
      files: [],
      business,
    }),
  );
}
