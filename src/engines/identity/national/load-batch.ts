import type { CommandContext } from '#kernel/command.ts';
import { vietnamDay } from '#kernel/time.ts';
import { codesOf, type KnownAgency, type NationalEntry } from '../domain/national-entry.ts';
import type { AgencyId } from '../queries/agencies.ts';

type Stored = { agencyId: AgencyId | null; takenName: string | null; takenCode: string | null };

/** What some entries of the list are compared with. */
export type Batch = {
  /** By the entry's ref. */
  stored: Map<string, Stored>;
  agencies: Map<AgencyId, KnownAgency<AgencyId>>;
  /** Who has a code today, and who had it last. */
  holders: Map<string, AgencyId>;
  formers: Map<string, AgencyId>;
  /** Which entry of the list an agency is. */
  entryOf: Map<AgencyId, string>;
};

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Reads what the entries are compared with: a few statements, however many entries. */
export async function loadBatch(ctx: CommandContext, entries: readonly NationalEntry[]): Promise<Batch> {
  const stored = await storedEntries(ctx, entries);
  const codes = [...new Set(entries.flatMap((entry) => (codesOf(entry) ?? []).map(({ code }) => code)))];
  const { holders, formers } = await holdersOf(ctx, codes);
  const told = entries.flatMap(({ ref }) => (UUID.test(ref) ? [ref as AgencyId] : [])); // safe because ids that nobody has find nothing
  const ids = [...new Set([...told, ...[...stored.values()].flatMap(({ agencyId }) => (agencyId === null ? [] : [agencyId])), ...holders.values(), ...formers.values()])];
  const { rows } = await ctx.query('select agency_id as id, ref from identity.national_agency where agency_id = any($1::uuid[])', [ids]);
  // safe because the statement selects exactly these columns
  const entryOf = new Map((rows as { id: AgencyId; ref: string }[]).map(({ id, ref }) => [id, ref]));
  return { stored, agencies: await agenciesOf(ctx, ids), holders, formers, entryOf };
}

export function agencyIn(batch: Batch, id: AgencyId | null | undefined): KnownAgency<AgencyId> | undefined {
  return id === null || id === undefined ? undefined : batch.agencies.get(id);
}

/** The agency of ours that an entry means by its own id: we told it, in the form of the list. */
export function ownTold(batch: Batch, entry: NationalEntry): KnownAgency<AgencyId> | undefined {
  const agency = batch.agencies.get(entry.ref as AgencyId); // safe because ids that nobody has find nothing
  return agency?.hosting === 'local' ? agency : undefined;
}

/** An agency that is added with this batch counts as known for the entries behind it. */
export function noteAdded(batch: Batch, added: { id: AgencyId; name: string; codes: readonly string[] }): void {
  batch.agencies.set(added.id, { ...added, source: 'national', hosting: 'external', isClosed: false });
  for (const code of added.codes) batch.holders.set(code, added.id);
}

async function storedEntries(ctx: CommandContext, entries: readonly NationalEntry[]): Promise<Map<string, Stored>> {
  const { rows } = await ctx.query('select ref, agency_id as "agencyId", taken_name as "takenName", taken_code as "takenCode" from identity.national_agency where ref = any($1::text[])', [entries.map(({ ref }) => ref)]);
  // safe because the statement selects exactly these columns
  return new Map((rows as (Stored & { ref: string })[]).map((row) => [row.ref, row]));
}

async function holdersOf(ctx: CommandContext, codes: readonly string[]): Promise<Pick<Batch, 'holders' | 'formers'>> {
  const holders: Batch['holders'] = new Map();
  const formers: Batch['formers'] = new Map();
  const { rows } = await ctx.query('select agency_id as id, code, valid_to is null as "isPresent" from identity.agency_code where code = any($1::text[]) order by valid_from', [codes]);
  // safe because the statement selects exactly these columns
  for (const { id, code, isPresent } of rows as { id: AgencyId; code: string; isPresent: boolean }[]) (isPresent ? holders : formers).set(code, id);
  return { holders, formers };
}

async function agenciesOf(ctx: CommandContext, ids: readonly AgencyId[]): Promise<Batch['agencies']> {
  const { rows } = await ctx.query(
    `select a.id, a.source, a.hosting, coalesce(a.closed_on < $2::date, false) as "isClosed",
            (select n.name from identity.agency_name n where n.agency_id = a.id order by n.valid_from desc limit 1) as name,
            array(select c.code from identity.agency_code c where c.agency_id = a.id and c.valid_to is not distinct from case when a.closed_on is null then null else a.closed_on end) as codes
       from identity.agency a where a.id = any($1::uuid[])`,
    [ids, vietnamDay(ctx.now)],
  );
  // safe because the statement selects exactly these columns and the checks of the table bound their values
  return new Map((rows as KnownAgency<AgencyId>[]).map((agency) => [agency.id, agency]));
}
