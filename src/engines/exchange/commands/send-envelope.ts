import { actorRecord } from '#kernel/actor.ts';
import type { CommandContext } from '#kernel/command.ts';
import { newId, type Id } from '#kernel/ids.ts';
import { formatDay, isoInVietnam, vietnamDay } from '#kernel/time.ts';
import { zodProblems } from '#kernel/zod-problems.ts';
import { knownAgenciesOn, type AgencyOnDay } from '#engines/identity/index.ts';
import type { z } from 'zod';
import { envelope, type Business, type EnvelopeDocument, type envelopeFile } from '../contract.ts';
import { envelopeHash, writeEnvelope } from '../envelope.ts';
import { exchangeErrors } from '../errors.ts';
import { insertDeliveries } from '../insert-deliveries.ts';
import { lockSent, nextSequence } from './sent-documents.ts';

type AgencyId = Id<'agency'>;

export type SendEnvelope = {
  /** The sender. */
  agencyId: AgencyId;
  /** What is sent, as the sender's own module knows it. */
  subject: { type: string; id: string };
  recipients: readonly AgencyId[];
  document: EnvelopeDocument;
  /** Exactly one main file; the bytes are in the store already. */
  files: readonly z.input<typeof envelopeFile>[];
  /** The law’s measure of sending: when it was signed, and by when it has to be sent (`sendDueAt` of `domain/deadlines.ts`). */
  timing?: { signedAt: Date; sendDueAt: Date };
  /** It replaces what was sent for another subject of the same agency: the recipients’ old document points to the new one. */
  replaces?: { subject: { type: string; id: string }; reason: string };
};

/**
 * Sends a document: one envelope, one delivery a recipient, in the caller's transaction. The files are looked at and the
 * deliveries made after the commit. A recipient without a system waits in sight (`no_route`).
 * @throws `exchange.recipientClosed` with `data {agencyId, successors, closed}` when a recipient was closed before today;
 *   `exchange.stateSecret` (QĐ 28/2018 Art. 1.2); `exchange.envelopeIncomplete` field by field; and the other refusals.
 */
export async function sendEnvelope(ctx: CommandContext, input: SendEnvelope): Promise<Id<'envelope'>> {
  const agencies = await knownAgenciesOn(ctx, [input.agencyId, ...new Set(input.recipients)], vietnamDay(ctx.now));
  const recipients = activeRecipients(input, agencies);
  const envelopeId = newId<'envelope'>();
  const business = input.replaces === undefined ? undefined : await businessOfReplacement(ctx, input.agencyId, input.replaces);
  const original = writeOriginal(ctx, { input, envelopeId, sender: agencies.get(input.agencyId), business });
  const contentHash = envelopeHash(original);
  ctx.write(
    `insert into exchange.envelope (agency_id, id, subject_type, subject_id, original, content_hash, urgency, recipient_count, sent_at, sent_by, kind, of_envelope_id, sequence, reason, signed_at, send_due_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`,
    [
      input.agencyId,
      envelopeId,
      input.subject.type,
      input.subject.id,
      original,
      Buffer.from(contentHash, 'hex'),
      input.document.urgency,
      recipients.length,
      ctx.now,
      JSON.stringify(actorRecord(ctx.actor)),
      business?.kind ?? 'new',
      business?.of.envelopeId ?? null,
      business?.sequence ?? 0,
      business?.reason ?? null,
      input.timing?.signedAt ?? null,
      input.timing?.sendDueAt ?? null,
    ],
  );
  insertDeliveries(ctx, { agencyId: input.agencyId, envelopeId, recipients });
  ctx.record({
    type: 'exchange.envelope-sent',
    agencyId: input.agencyId,
    subject: input.subject,
    data: { envelopeId, recipientCount: recipients.length, contentHash },
  });
  ctx.enqueue({ kind: 'exchange.inspect', agencyId: input.agencyId, payload: { envelopeId }, dedupeKey: envelopeId, runAt: runAtFor(ctx.now, input.document.urgency) });
  return envelopeId;
}

/** Minutes by which an urgent document overtakes what waits already: QĐ 28/2018 Art. 6.2, "ưu tiên". */
const OVERTAKES_MINUTES = { normal: 0, urgent: 60, very_urgent: 120, flash: 180 };

/** When the work for a document stands in the queue: urgent ones before what came earlier. */
export function runAtFor(now: Date, urgency: EnvelopeDocument['urgency']): Date {
  return new Date(now.getTime() - OVERTAKES_MINUTES[urgency] * 60_000);
}

/** What a replacing envelope says of the replaced one. @throws `exchange.nothingSent` */
async function businessOfReplacement(ctx: CommandContext, agencyId: AgencyId, replaces: { subject: { type: string; id: string }; reason: string }): Promise<Business> {
  const [first, ...others] = (await lockSent(ctx, { agencyId, subject: replaces.subject })).envelopes;
  if (first === undefined) throw exchangeErrors.nothingSent();
  const named = ({ envelopeId, documentCode, contentHash }: typeof first) => ({ envelopeId, documentCode, contentHash });
  return { kind: 'replace', of: named(first), ...(others.length === 0 ? {} : { others: others.map(named) }), sequence: await nextSequence(ctx, agencyId, first.envelopeId), reason: replaces.reason };
}

/** The recipients as they are today. @throws the refusals of `sendEnvelope` */
export function activeRecipients(input: Pick<SendEnvelope, 'agencyId' | 'recipients'>, found: ReadonlyMap<AgencyId, AgencyOnDay>): AgencyOnDay[] {
  const wanted = [...new Set(input.recipients)];
  if (wanted.length === 0) throw exchangeErrors.recipientMissing();
  if (wanted.includes(input.agencyId)) throw exchangeErrors.recipientIsSender();
  const recipients = wanted.flatMap((id) => found.get(id) ?? []);
  if (recipients.length < wanted.length) throw exchangeErrors.recipientUnknown({ data: { unknown: wanted.filter((id) => !found.has(id)) } });
  const closed = recipients.filter((agency) => agency.state === 'closed');
  const [first] = closed;
  if (first === undefined) return recipients;
  throw exchangeErrors.recipientClosed({
    values: {
      name: first.name,
      closedOn: first.closedOn === null ? '' : formatDay(first.closedOn),
      successors: first.successors.map((successor) => successor.name).join(', ') || '—',
    },
    data: {
      agencyId: first.id,
      successors: first.successors,
      closed: closed.map((agency) => ({ agencyId: agency.id, name: agency.name, closedOn: agency.closedOn, successors: agency.successors })),
    },
  });
}

function writeOriginal(ctx: CommandContext, content: { input: SendEnvelope; envelopeId: string; sender: AgencyOnDay | undefined; business: Business | undefined }): string {
  const { input, envelopeId, sender, business } = content;
  if ((input.document.secrecy ?? 'none') !== 'none') throw exchangeErrors.stateSecret();
  if (input.files.filter((file) => file.role === 'main').length !== 1) throw exchangeErrors.mainFileMissing();
  const parsed = envelope.safeParse({
    version: 1,
    envelopeId,
    sentAt: isoInVietnam(ctx.now),
    sender: { agencyId: input.agencyId, name: sender?.name ?? '', code: sender?.code ?? '' },
    document: input.document,
    files: input.files,
    ...(business === undefined ? {} : { business }),
  });
  if (!parsed.success) throw exchangeErrors.envelopeIncomplete({ fields: zodProblems(parsed.error) });
  return writeEnvelope(parsed.data);
}
