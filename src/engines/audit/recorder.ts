import type { Recorder } from '#kernel/module.ts';
import { canonicalJson } from './domain/canonical-json.ts';
import { writeEntry } from './domain/entry.ts';
import { leafHashOf } from './domain/tree.ts';

/**
 * Writes what a command recorded: its entries as one statement however many they are, and one row for the sealer. The
 * JSON that is stored is the JSON that was hashed.
 */
export const recorder: Recorder = async (ctx, events) => {
  const [first] = events;
  if (first === undefined) return;
  // A command has one instant, one actor and one request.
  const at = first.at.toISOString();
  const actor = canonicalJson(first.actor);
  const { requestId } = first;
  const data = events.map((event) => canonicalJson(event.data));
  const leaves = events.map(({ id, agencyId, type, subject }, index) =>
    leafHashOf(writeEntry({ id, agencyId, at, type, actor, subject, data: data[index] ?? '', requestId })),
  );
  const agencyIds = events.map((event) => event.agencyId);
  const ids = events.map((event) => event.id);
  await ctx.query(
    `insert into audit.entry (agency_id, id, type, subject_type, subject_id, data, leaf_hash, at, actor, request_id)
     select t.*, $8::timestamptz, $9::jsonb, $10
       from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::jsonb[], $7::bytea[]) as t`,
    [
      agencyIds,
      ids,
      events.map((event) => event.type),
      events.map((event) => event.subject.type),
      events.map((event) => event.subject.id),
      data,
      leaves,
      at,
      actor,
      requestId,
    ],
  );
  await ctx.query('insert into audit.pending (agency_id, id, agency_ids, entry_ids, leaf_hashes) values ($1, $2, $3, $4, $5)', [
    first.agencyId,
    first.id,
    agencyIds,
    ids,
    leaves,
  ]);
};
