import { actorRecord } from '#kernel/actor.ts';
import type { CommandContext } from '#kernel/command.ts';
import { newId, type Id } from '#kernel/ids.ts';
import { formatDay, isoInVietnam, vietnamDay } from '#kernel/time.ts';
import { zodProblems } from '#kernel/zod-problems.ts';
import { agenciesOn, type AgencyOnDay } from '#engines/identity/index.ts';
import type { z } from 'zod';
import { envelope, type EnvelopeDocument, type envelopeFile } from '../contract.ts';
import { NOT_CONNECTED } from '../domain/route.ts';
import { envelopeHash, writeEnvelope } from '../envelope.ts';
import { exchangeErrors } from '../errors.ts';

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
};

/**
 * Sends a document: one envelope, one delivery a recipient, in the caller's transaction. The files are looked at and the
 * deliveries made after the commit. A recipient without a system waits in sight (`no_route`).
 * @throws `exchange.recipientClosed` with `data {agencyId, successors, closed}` when a recipient was closed before today;
 *   `exchange.stateSecret` (QĐ 28/2018 Art. 1.2); `exchange.envelopeIncomplete` field by field; and the other refusals.
 */
export async function sendEnvelope(ctx: CommandContext, input: SendEnvelope): Promise<Id<'envelope'>> {
  const agencies = await agenciesOn(ctx, [input.agencyId, ...new Set(input.recipients)], vietnamDay(ctx.now));
  const recipients = activeRecipients(input, agencies);
  const envelopeId = newId<'envelope'>();
  const original = writeOriginal(ctx, { input, envelopeId, sender: agencies.get(input.agencyId) });
  const contentHash = envelopeHash(original);
  await ctx.query(
    `insert into exchange.envelope (agency_id, id, subject_type, subject_id, original, content_hash, urgency, recipient_count, sent_at, sent_by)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
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
    ],
  );
  await insertDeliveries(ctx, { agencyId: input.agencyId, envelopeId, recipients });
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

function activeRecipients(input: SendEnvelope, found: ReadonlyMap<AgencyId, AgencyOnDay>): AgencyOnDay[] {
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

function writeOriginal(ctx: CommandContext, content: { input: SendEnvelope; envelopeId: string; sender: AgencyOnDay | undefined }): string {
  const { input, envelopeId, sender } = content;
  if ((input.document.secrecy ?? 'none') !== 'none') throw exchangeErrors.stateSecret();
  if (input.files.filter((file) => file.role === 'main').length !== 1) throw exchangeErrors.mainFileMissing();
  const parsed = envelope.safeParse({
    version: 1,
    envelopeId,
    sentAt: isoInVietnam(ctx.now),
    sender: { agencyId: input.agencyId, name: sender?.name ?? '', code: sender?.code ?? '' },
    document: input.document,
    files: input.files,
  });
  if (!parsed.success) throw exchangeErrors.envelopeIncomplete({ fields: zodProblems(parsed.error) });
  return writeEnvelope(parsed.data);
}

async function insertDeliveries(ctx: CommandContext, sent: { agencyId: AgencyId; envelopeId: string; recipients: readonly AgencyOnDay[] }): Promise<void> {
  await ctx.query(
    `insert into exchange.delivery (agency_id, envelope_id, recipient_agency_id, position, recipient_name, recipient_code, state, problem, answer_ordinal, created_at, changed_at)
     select $1, $2, r.id, r.position, r.name, r.code, case when r.local then 'waiting' else 'no_route' end, case when r.local then null else $7 end, 0, $8, $8
       from unnest($3::uuid[], $4::text[], $5::text[], $6::boolean[]) with ordinality as r (id, name, code, local, position)`,
    [
      sent.agencyId,
      sent.envelopeId,
      sent.recipients.map((agency) => agency.id),
      sent.recipients.map((agency) => agency.name),
      sent.recipients.map((agency) => agency.code),
      sent.recipients.map((agency) => agency.hosting === 'local'),
      NOT_CONNECTED,
      ctx.now,
    ],
  );
}
