import type { PersonActor } from '#kernel/actor.ts';
import type { Kernel } from '#kernel/kernel.ts';
import type { Queryable } from '#kernel/database.ts';
import { startOfVietnamDay, vietnamDay } from '#kernel/time.ts';
import { agenciesOn, peopleOfAgency, type AgencyId } from '#engines/identity/index.ts';
import type { ApplicationView, OfficeView, Overview, OwnOffice } from '../contract.ts';
import { canMailLinks } from '../adapters/mail.ts';
import { errors } from '../errors.ts';
import { invitationsOf } from '../invitations.ts';
import { getOffice } from '../offices.ts';
import { mayDecide } from '../policy.ts';
import { hashOf, LINK_TOKEN } from '../tokens.ts';

const MOST_SHOWN = 500;

/** What the staff's page shows: the offices, the own agency's invitations and, for the province, the applications. */
export async function overviewFor(kernel: Kernel, actor: PersonActor): Promise<Overview> {
  const q = kernel.database.pool;
  const now = kernel.clock.now();
  const [offices, invitations, applications] = await Promise.all([
    listOffices(q, now),
    invitationsOf(q, { agencyId: actor.agencyId, now }),
    mayDecide(actor) ? listApplications(q) : Promise.resolve([]),
  ]);
  return { offices, invitations, applications, abilities: ['invite', ...(mayDecide(actor) ? (['decide'] as const) : []), ...(canMailLinks(kernel.config) ? (['mail'] as const) : [])] };
}

type OfficeRow = Omit<OfficeView, 'agencyId' | 'name' | 'kind' | 'approvedAt' | 'suspendedAt'> & { agencyId: AgencyId; approvedAt: Date; suspendedAt: Date | null };

async function listOffices(q: Queryable, now: Date): Promise<OfficeView[]> {
  const { rows } = await q.query(
    `select agency_id as "agencyId", state, approved_at as "approvedAt", suspended_at as "suspendedAt", suspended_by as "suspendedBy", suspension_reason as "suspensionReason"
       from guest_offices.office order by approved_at desc, agency_id limit ${String(MOST_SHOWN)}`,
  );
  // safe because these are the columns selected above
  const offices = rows as OfficeRow[];
  const agencies = await agenciesOn(q, offices.map(({ agencyId }) => agencyId), vietnamDay(now));
  return offices.map((office) => ({
    ...office,
    name: agencies.get(office.agencyId)?.name ?? '',
    kind: agencies.get(office.agencyId)?.kind ?? 'other',
    approvedAt: office.approvedAt.toISOString(),
    suspendedAt: office.suspendedAt?.toISOString() ?? null,
  }));
}

type ApplicationRow = Omit<ApplicationView, 'appliedAt' | 'decidedAt'> & { appliedAt: Date; decidedAt: Date | null };

const APPLICATION = `select a.id, a.state, a.name, a.abbreviation, a.kind, a.licence_number as "licenceNumber", a.address, a.contact_name as "contactName", a.contact_title as "contactTitle",
  a.email, a.phone, a.login, i.invited_by as "invitedBy", a.applied_at as "appliedAt", a.decided_at as "decidedAt", a.decided_by as "decidedBy", a.refusal_reason as "refusalReason",
  coalesce((select json_agg(json_build_object('position', p.position, 'name', p.name, 'mediaType', p.media_type) order by p.position)
              from guest_offices.application_paper p where p.application_id = a.id), '[]'::json) as papers
  from guest_offices.application a left join guest_offices.invitation i on i.id = a.invitation_id`;

/** What waits stands first, the oldest on top; then what was decided last. */
async function listApplications(q: Queryable): Promise<ApplicationView[]> {
  const { rows } = await q.query(`${APPLICATION} order by (a.state = 'waiting') desc, case when a.state = 'waiting' then a.applied_at end, a.decided_at desc, a.id limit ${String(MOST_SHOWN)}`);
  // safe because these are the columns selected above
  return (rows as ApplicationRow[]).map(applicationOf);
}

const applicationOf = (row: ApplicationRow): ApplicationView => ({ ...row, appliedAt: row.appliedAt.toISOString(), decidedAt: row.decidedAt?.toISOString() ?? null });

/** The application whose page somebody holds the link of. @throws guest-offices.notFound */
export async function applicationByToken(q: Queryable, token: string): Promise<ApplicationView> {
  if (!LINK_TOKEN.test(token)) throw errors.notFound();
  const { rows } = await q.query(`${APPLICATION} where a.token_hash = $1`, [hashOf(token)]);
  // safe because these are the columns selected above
  const row = rows[0] as ApplicationRow | undefined;
  if (row === undefined) throw errors.notFound();
  return applicationOf(row);
}

export async function countWaiting(q: Queryable): Promise<number> {
  const { rows } = await q.query(`select count(*)::int as n from guest_offices.application where state = 'waiting'`);
  return Number(rows[0]?.['n']);
}

/** @throws guest-offices.notFound */
export async function getPaper(q: Queryable, of: { id: string; position: number }): Promise<{ name: string; mediaType: string; bytes: Buffer }> {
  const { rows } = await q.query(`select name, media_type as "mediaType", bytes from guest_offices.application_paper where application_id = $1 and position = $2`, [of.id, of.position]);
  // safe because these are the columns selected above
  const paper = rows[0] as { name: string; mediaType: string; bytes: Buffer } | undefined;
  if (paper === undefined) throw errors.notFound();
  return paper;
}

/** A guest's own office: who works there, whom it invited, and how much it may send today. */
export async function ownOfficeOf(kernel: Kernel, actor: PersonActor): Promise<OwnOffice> {
  const q = kernel.database.pool;
  const now = kernel.clock.now();
  const today = vietnamDay(now);
  const [office, people, invitations, sent] = await Promise.all([
    getOffice(q, actor.agencyId),
    peopleOfAgency(q, actor.agencyId, today),
    invitationsOf(q, { agencyId: actor.agencyId, now }),
    q.query<{ n: number }>('select count(*)::int as n from guest_offices.letter where agency_id = $1 and sent_at >= $2', [actor.agencyId, startOfVietnamDay(today)]),
  ]);
  return { colleagues: people.map(({ name, title }) => ({ name, title })), invitations, dailyLimit: office.dailyLimit, abilities: canMailLinks(kernel.config) ? ['mail'] : [], sentToday: sent.rows[0]?.n ?? 0 };
}
