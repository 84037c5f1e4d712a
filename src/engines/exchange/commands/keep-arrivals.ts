import type { CommandContext } from '#kernel/command.ts';
import { keepFiles } from '#engines/files/index.ts';
import type { MessageFile } from '../contract.ts';
import { AUTOMATIC } from './automatic.ts';
import type { Fresh, Verified } from './receive.ts';

/** Envelopes that came a second time with another content, kept apart; each is told once. */
export async function keepContradictions(ctx: CommandContext, contradictions: readonly Verified[]): Promise<void> {
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

/** The receiver's own rows on the shared bytes. What was refused keeps its envelope, but takes no files. */
export async function insertFiles(ctx: CommandContext, fresh: readonly Fresh[]): Promise<Map<string, MessageFile[]>> {
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

/** The automatic answers 01 and 02. */
export async function insertFirstAnswers(ctx: CommandContext, fresh: readonly Fresh[]): Promise<void> {
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
