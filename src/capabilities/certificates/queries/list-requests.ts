import type { PersonActor } from '#kernel/actor.ts';
import { decodeCursor } from '#kernel/cursor.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { toTsquery } from '#kernel/search-text.ts';
import { isoInVietnam, vietnamDay } from '#kernel/time.ts';
import { agenciesOn, type AgencyId } from '#engines/identity/index.ts';
import type { z } from 'zod';
import { PAGE_SIZE, requestDetails, type requestQuery, type RequestRow, type RequestState } from '../contract.ts';
import { errors } from '../errors.ts';
import { abilitiesOnRequest, seesAgency, seesProvince, seesRequest } from '../policy.ts';

type Stored = Omit<RequestRow, 'agencyId' | 'agencyName' | 'details' | 'abilities' | 'askedAt' | 'decidedAt' | 'completedAt'> & {
  agency_id: AgencyId;
  asked_by_person: string;
  details: unknown;
  state: RequestState;
  asked_at: Date;
  decided_at: Date | null;
  completed_at: Date | null;
};

const SELECT = `select agency_id, id, kind, holder_kind as "holderKind", holder_name as "holderName", certificate_id as "certificateId", state, form_name as "formName",
    legal_basis as "legalBasis", details, reason, asked_by as "askedBy", asked_by_person, asked_at, decided_by as "decidedBy", decided_at, decision, completed_at
  from certificates.request`;

/** One request as the caller may see it. @throws certificates.requestNotFound */
export async function getRequest(kernel: Kernel, actor: PersonActor, key: { agencyId: string; id: string }): Promise<RequestRow> {
  const { rows } = await kernel.database.pool.query(`${SELECT} where agency_id = $1 and id = $2`, [key.agencyId, key.id]);
  // safe because the statement selects exactly these columns
  const stored = rows[0] as unknown as Stored | undefined;
  if (stored === undefined || !seesRequest(actor, stored)) throw errors.requestNotFound();
  const agencies = await agenciesOn(kernel.database.pool, [stored.agency_id], vietnamDay(kernel.clock.now()));
  return describe(stored, { actor, agencyName: agencies.get(stored.agency_id)?.name ?? '' });
}

/** One page of requests, newest first: of the province for its administrator, of the agency, else one's own. */
export async function listRequests(kernel: Kernel, actor: PersonActor, query: z.output<typeof requestQuery>): Promise<{ rows: RequestRow[]; next: string | null }> {
  const values: unknown[] = [];
  const place = (value: unknown): string => `$${String(values.push(value))}`;
  const where: string[] = [];
  if (!seesProvince(actor)) {
    where.push(`agency_id = ${place(actor.agencyId)}`);
    if (!seesAgency(actor, actor.agencyId)) where.push(`asked_by_person = ${place(actor.personId)}`);
  }
  if (query.state !== undefined) where.push(`state = ${place(query.state)}`);
  if (query.kind !== undefined) where.push(`kind = ${place(query.kind)}`);
  const words = query.text === undefined ? undefined : toTsquery(query.text);
  if (words !== undefined) where.push(`search @@ ${place(words)}::tsquery`);
  const cursor = decodeCursor(query.after);
  if (cursor !== undefined) where.push(`(asked_at, id) < (${place(cursor.at)}::timestamptz, ${place(cursor.id)}::uuid)`);
  const { rows } = await kernel.database.pool.query(
    `${SELECT} ${where.length > 0 ? `where ${where.join(' and ')}` : ''} order by asked_at desc, id desc limit ${String(PAGE_SIZE)}`,
    values,
  );
  // safe because the statement selects exactly these columns
  const found = rows as unknown as Stored[];
  const agencies = await agenciesOn(kernel.database.pool, [...new Set(found.map((row) => row.agency_id))], vietnamDay(kernel.clock.now()));
  const last = found.length === PAGE_SIZE ? found.at(-1) : undefined;
  return {
    rows: found.map((row) => describe(row, { actor, agencyName: agencies.get(row.agency_id)?.name ?? '' })),
    next: last === undefined ? null : `${last.asked_at.toISOString()}_${last.id}`,
  };
}

function describe(stored: Stored, { actor, agencyName }: { actor: PersonActor; agencyName: string }): RequestRow {
  const { agency_id, asked_by_person, asked_at, decided_at, completed_at, details, ...plain } = stored;
  const instant = (at: Date | null): string | null => (at === null ? null : isoInVietnam(at));
  return {
    ...plain,
    agencyId: agency_id,
    agencyName,
    details: requestDetails.parse(details),
    askedAt: isoInVietnam(asked_at),
    decidedAt: instant(decided_at),
    completedAt: instant(completed_at),
    abilities: abilitiesOnRequest(actor, { agency_id, asked_by_person, state: stored.state }),
  };
}
