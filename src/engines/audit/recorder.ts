import type { Recorder } from '#kernel/module.ts';
import { canonicalJson } from './domain/canonical-json.ts';
import { writeEntry } from './domain/entry.ts';
import { packEntries } from './domain/pending-entries.ts';
import { leafHashOf } from './domain/tree.ts';

/**
 * Writes what a command recorded: its entries however many they are, and one row for the sealer. The
 * JSON that is stored is the JSON that was hashed.
 */
export const recorder: Recorder = (ctx, events) => {
  const [first] = events;
  if (first === undefined) return;
  // A command has one instant, one actor and one request.
  const at = first.at.toISOString();
  const actor = canonicalJson(first.actor);
  const { requestId } = first;
  const written = events.map((event) => {
    const { id, agencyId, type, subject } = event;
    const data = canonicalJson(event.data);
    return { agencyId, entryId: id, type, subject, data, leafHash: leafHashOf(writeEntry({ id, agencyId, at, type, actor, subject, data, requestId })) };
  });
  ctx.write(
    `insert into audit.entry (agency_id, id, type, subject_type, subject_id, data, leaf_hash, at, actor, request_id)
     select a, i, t, st, si, d, substr($7::bytea, (n::int - 1) * 32 + 1, 32), $8::timestamptz, $9::jsonb, $10
       from rows from (unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[]), jsonb_array_elements($6::jsonb))
            with ordinality as e (a, i, t, st, si, d, n)`,
    [
      written.map((entry) => entry.agencyId),
      written.map((entry) => entry.entryId),
      written.map((entry) => entry.type),
      written.map((entry) => entry.subject.type),
      written.map((entry) => entry.subject.id),
      // One JSON text and one run of bytes, since each element of an array would be escaped, sent and read a second time.
      `[${written.map((entry) => entry.data).join(',')}]`,
      Buffer.concat(written.map((entry) => entry.leafHash)),
      at,
      actor,
      requestId,
    ],
  );
  ctx.write('insert into audit.pending (agency_id, id, entries) values ($1, $2, $3)', [first.agencyId, first.id, packEntries(written)]);
};
