import type { CommandContext } from '#kernel/command.ts';
import type { Queryable } from '#kernel/database.ts';
import { newId, type Id } from '#kernel/ids.ts';
import { auditErrors } from './errors.ts';

export type HoldScope = {
  agencyId?: Id<'agency'> | undefined;
  subject?: { type: string; id: string } | undefined;
  personId?: string | undefined;
  from?: Date | undefined;
  to?: Date | undefined;
};

export type LegalHold = {
  id: string;
  agencyId: string | null;
  subject: { type: string; id: string } | null;
  personId: string | null;
  from: string | null;
  to: string | null;
  reason: string;
  placedAt: string;
  placedBy: string;
  liftedAt: string | null;
  liftedBy: string | null;
  liftReason: string | null;
};

/** Keeps part of the record whatever the rules of retention say, until it is lifted. @throws `audit.holdUnbounded` when nothing bounds it */
export async function placeHold(ctx: CommandContext, { scope, reason, by }: { scope: HoldScope; reason: string; by: string }): Promise<string> {
  if (scope.agencyId === undefined && scope.subject === undefined && scope.personId === undefined && scope.from === undefined) throw auditErrors.holdUnbounded();
  const id = newId();
  await ctx.query(
    `insert into audit.legal_hold (id, agency_id, subject_type, subject_id, person_id, from_at, to_at, reason, placed_at, placed_by)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [id, scope.agencyId ?? null, scope.subject?.type ?? null, scope.subject?.id ?? null, scope.personId ?? null, scope.from ?? null, scope.to ?? null, reason, ctx.now, by],
  );
  return id;
}

/** @throws `audit.holdNotFound` when there is none in force */
export async function liftHold(ctx: CommandContext, { id, reason, by }: { id: string; reason: string; by: string }): Promise<void> {
  const { rows } = await ctx.query('update audit.legal_hold set lifted_at = $2, lifted_by = $3, lift_reason = $4 where id = $1 and lifted_at is null returning id', [id, ctx.now, by, reason]);
  if (rows.length === 0) throw auditErrors.holdNotFound();
}

/** Holds in force first, newest first, at most 500. */
export async function listHolds(q: Queryable): Promise<LegalHold[]> {
  const { rows } = await q.query(
    `select json_build_object('id', id, 'agencyId', agency_id, 'subject', case when subject_id is not null then json_build_object('type', subject_type, 'id', subject_id) end,
        'personId', person_id, 'from', from_at, 'to', to_at, 'reason', reason, 'placedAt', placed_at, 'placedBy', placed_by, 'liftedAt', lifted_at, 'liftedBy', lifted_by, 'liftReason', lift_reason) as hold
       from audit.legal_hold order by lifted_at is not null, placed_at desc limit 500`,
  );
  // safe because the statement builds exactly this object
  return rows.map((row) => row['hold'] as LegalHold);
}

export type RetentionRule = { typePrefix: string; keepYears: number; validFrom: string; validTo: string | null; legalBasis: string };

export async function listRetentionRules(q: Queryable): Promise<RetentionRule[]> {
  const { rows } = await q.query(
    `select type_prefix as "typePrefix", keep_years as "keepYears", valid_from::text as "validFrom", valid_to::text as "validTo", legal_basis as "legalBasis"
       from audit.retention_rule order by type_prefix, valid_from desc limit 500`,
  );
  // safe because the statement selects exactly these columns
  return rows as RetentionRule[];
}

/** From the day on, the content of entries whose type begins so is kept for so many years; a rule that was in force until then ends the day before. */
export async function setRetentionRule(ctx: CommandContext, rule: Omit<RetentionRule, 'validTo'>): Promise<void> {
  await ctx.query('update audit.retention_rule set valid_to = $2::date - 1 where type_prefix = $1 and valid_to is null and valid_from < $2::date', [rule.typePrefix, rule.validFrom]);
  await ctx.query(
    `insert into audit.retention_rule (type_prefix, valid_from, keep_years, legal_basis) values ($1, $2, $3, $4)
     on conflict (type_prefix, valid_from) do update set keep_years = excluded.keep_years, legal_basis = excluded.legal_basis`,
    [rule.typePrefix, rule.validFrom, rule.keepYears, rule.legalBasis],
  );
}

/** The longest rule in force for a type wins; the years count from the entry's own time. */
const DUE = `
  select e.agency_id, e.id, e.leaf_hash, e.type, e.at, rule.legal_basis
    from audit.entry e
    join lateral (select r.legal_basis, r.keep_years from audit.retention_rule r
                   where starts_with(e.type, r.type_prefix) and r.valid_from <= $1::date and (r.valid_to is null or r.valid_to >= $1::date)
                   order by length(r.type_prefix) desc, r.keep_years desc limit 1) as rule on e.at < $1::timestamptz - make_interval(years => rule.keep_years)
    join audit.sealed s on s.agency_id = e.agency_id and s.entry_id = e.id
   where not exists (select from audit.legal_hold h where h.lifted_at is null
            and (h.agency_id is null or h.agency_id = e.agency_id)
            and (h.subject_id is null or (h.subject_type = e.subject_type and h.subject_id = e.subject_id))
            and (h.person_id is null or h.person_id::text in (e.actor ->> 'personId', e.actor -> 'onBehalfOf' ->> 'personId'))
            and (h.from_at is null or e.at >= h.from_at) and (h.to_at is null or e.at < h.to_at))
   order by e.agency_id, e.id limit $2`;

/** How many entries' content would leave the record now. */
export async function countDue(q: Queryable, now: Date): Promise<number> {
  const { rows } = await q.query(`select count(*) as count from (${DUE}) as due`, [now, 10_000_000]);
  return Number(rows[0]?.['count'] ?? 0);
}

const BATCH = 5000;

/**
 * Takes the content of entries out of the record whose time is over and that no hold keeps; their leaves stay in the tree. The application may
 * not do this: `owner` is a connection of the owner of the tables, in a hand of an administrator at the command line.
 * @returns how many entries
 */
export async function expireEntries(owner: Queryable, now: Date): Promise<number> {
  let expired = 0;
  for (;;) {
    const { rowCount } = await owner.query(
      `with due as (${DUE}), kept as (
         insert into audit.expired_entry (agency_id, entry_id, leaf_hash, type, at, expired_at, legal_basis)
         select agency_id, id, leaf_hash, type, at, $1::timestamptz, legal_basis from due on conflict do nothing)
       delete from audit.entry e using due where e.agency_id = due.agency_id and e.id = due.id`,
      [now, BATCH],
    );
    expired += rowCount ?? 0;
    if ((rowCount ?? 0) < BATCH) return expired;
  }
}
