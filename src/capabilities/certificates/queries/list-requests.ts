import type { PersonActor } from '#kernel/actor.ts';
import { decodeCursor } from '#kernel/cursor.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { toTsquery } from '#kernel/search-text.ts';
import { isoInVietnam, vietnamDay } from '#kernel/time.ts';
import { openTasksOf } from '#engines/cases/index.ts';
import { agenciesOn, type AgencyId } from '#engines/identity/index.ts';
import type { z } from 'zod';
import { PAGE_SIZE, requestDetails, type requestQuery, type RequestRow, type RequestState } from '../contract.ts';
import { errors } from '../errors.ts';
import { abilitiesOnRequest, isAsker, seesAgency, seesProvince, seesRequest } from '../policy.ts';
import { requestTaskKinds } from '../request-tasks.ts';

type Stored = Omit<RequestRow, 'agencyId' | 'agencyName' | 'details' | 'abilities' | 'askedAt' | 'decidedAt' | 'completedAt'> & {
  agency_id: AgencyId;
  asked_by_person: string;
  details: unknown;
  state: RequestState;
  asked_at: Date;
  decided_at: Date | null;
  completed_at: Date | null;
};

const SELECT = `select r.agency_id, r.id, r.kind, r.holder_kind as "holderKind", r.holder_name as "holderName", r.certificate_id as "certificateId", r.state, r.form_name as "formName",
    r.legal_basis as "legalBasis", r.details, r.reason, r.asked_by as "askedBy", r.asked_by_person, r.asked_at, r.decided_by as "decidedBy", r.decided_at, r.decision, r.completed_at,
    (select c.serial from certificates.certificate c where c.agency_id = r.agency_id and c.id = r.certificate_id) as serial,
    json_build_object('code', f.code, 'kind', f.kind, 'holderKind', f.holder_kind, 'number', f.number, 'subject', f.subject, 'addressee', f.addressee, 'contact', f.contact,
      'fields', f.fields, 'required', f.required) as form
  from certificates.request r join certificates.form f on f.code = r.form_code and f.kind = r.kind and f.holder_kind = r.holder_kind and f.valid_from = r.form_from`;

/** One request as the caller may see it. @throws certificates.requestNotFound */
export async function getRequest(kernel: Kernel, actor: PersonActor, key: { agencyId: string; id: string }): Promise<RequestRow> {
  const { rows } = await kernel.database.pool.query(`${SELECT} where r.agency_id = $1 and r.id = $2`, [key.agencyId, key.id]);
  // safe because the statement selects exactly these columns
  const stored = rows[0] as unknown as Stored | undefined;
  if (stored === undefined || !seesRequest(actor, stored)) throw errors.requestNotFound();
  const agencies = await agenciesOn(kernel.database.pool, [stored.agency_id], vietnamDay(kernel.clock.now()));
  const shown = describe(stored, { actor, agencyName: agencies.get(stored.agency_id)?.name ?? '' });
  if (stored.state !== 'refused' || !isAsker(actor, stored)) return shown;
  const open = await openTasksOf(kernel.database.pool, { agencyId: stored.agency_id, subject: { type: 'certificate-request', id: shown.id } });
  return open.some((task) => task.kind === requestTaskKinds.readRefusal) ? { ...shown, abilities: [...shown.abilities, 'read-refusal'] } : shown;
}

/** One page of requests, newest first: of the province for its administrator, of the agency, else one's own. */
export async function listRequests(kernel: Kernel, actor: PersonActor, query: z.output<typeof requestQuery>): Promise<{ rows: RequestRow[]; next: string | null }> {
  const values: unknown[] = [];
  const place = (value: unknown): string => `$${String(values.push(value))}`;
  const where: string[] = [];
  if (!seesProvince(actor)) {
    where.push(`r.agency_id = ${place(actor.agencyId)}`);
    if (!seesAgency(actor, actor.agencyId)) where.push(`r.asked_by_person = ${place(actor.personId)}`);
  }
  if (query.state !== undefined) where.push(`r.state = ${place(query.state)}`);
  if (query.kind !== undefined) where.push(`r.kind = ${place(query.kind)}`);
  const words = query.text === undefined ? undefined : toTsquery(query.text);
  if (words !== undefined) where.push(`r.search @@ ${place(words)}::tsquery`);
  const cursor = decodeCursor(query.after);
  if (cursor !== undefined) where.push(`(r.asked_at, r.id) < (${place(cursor.at)}::timestamptz, ${place(cursor.id)}::uuid)`);
  const { rows } = await kernel.database.pool.query(
    `${SELECT} ${where.length > 0 ? `where ${where.join(' and ')}` : ''} order by r.asked_at desc, r.id desc limit ${String(PAGE_SIZE)}`,
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
