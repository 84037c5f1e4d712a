import type { PersonActor } from '#kernel/actor.ts';
import { decodeCursor } from '#kernel/cursor.ts';
import type { Queryable } from '#kernel/database.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { toTsquery } from '#kernel/search-text.ts';
import { isoInVietnam, vietnamDay, type CalendarDay } from '#kernel/time.ts';
import { openTasksOf } from '#engines/cases/index.ts';
import { agenciesOn, postsOfPerson, type PersonId } from '#engines/identity/index.ts';
import type { z } from 'zod';
import { getCertificate, type StoredCertificate } from '../certificate-store.ts';
import { PAGE_SIZE, reviewKinds, type CertificateDetail, type CertificateRow, type CertificateState, type certificateQuery } from '../contract.ts';
import { abilitiesOnCertificate, mayKeep, maySayRenewal, reviewable, seesAgency, seesProvince, taskKind } from '../policy.ts';

const DAY_MS = 86_400_000;
const SOON_DAYS = 60;

/** What the dates and the status together say. */
function stateOf(certificate: Pick<StoredCertificate, 'status' | 'valid_from' | 'valid_to'>, now: Date): CertificateState {
  if (certificate.status !== 'active') return certificate.status;
  if (certificate.valid_to <= now) return 'expired';
  if (certificate.valid_from > now) return 'notYetValid';
  return certificate.valid_to.getTime() - now.getTime() < SOON_DAYS * DAY_MS ? 'endsSoon' : 'active';
}

const stateConditions: Record<CertificateState, string> = {
  active: `status = 'active' and valid_from <= $NOW and valid_to >= $NOW::timestamptz + interval '${String(SOON_DAYS)} days'`,
  endsSoon: `status = 'active' and valid_from <= $NOW and valid_to > $NOW and valid_to < $NOW::timestamptz + interval '${String(SOON_DAYS)} days'`,
  expired: `status = 'active' and valid_to <= $NOW`,
  notYetValid: `status = 'active' and valid_from > $NOW`,
  suspended: `status = 'suspended'`,
  revoked: `status = 'revoked'`,
};

/**
 * One page of the certificates that the caller may see, those that end first before the others. Reads along (agency_id, valid_to, id), or along
 * (valid_to, id) for the whole province. A page has 50 unless `limit` says otherwise.
 */
export async function listCertificates(kernel: Kernel, actor: PersonActor, query: z.output<typeof certificateQuery> & { limit?: number }): Promise<{ rows: CertificateRow[]; next: string | null }> {
  const values: unknown[] = [];
  const place = (value: unknown): string => `$${String(values.push(value))}`;
  const where: string[] = [];
  const limit = query.limit ?? PAGE_SIZE;
  const agencyId = query.agency ?? (seesProvince(actor) ? undefined : actor.agencyId);
  if (agencyId !== undefined) where.push(`agency_id = ${place(agencyId)}`);
  if (agencyId === undefined ? !seesProvince(actor) : !seesAgency(actor, agencyId)) where.push(`agency_id = ${place(actor.agencyId)} and person_id = ${place(actor.personId)}`);
  const now = kernel.clock.now();
  if (query.state !== undefined) {
    const condition = stateConditions[query.state];
    where.push(condition.includes('$NOW') ? condition.replaceAll('$NOW', place(now)) : condition);
  }
  if (query.holder !== undefined) where.push(`holder_kind = ${place(query.holder)}`);
  const words = query.text === undefined ? undefined : toTsquery(query.text);
  if (words !== undefined) where.push(`search @@ ${place(words)}::tsquery`);
  const cursor = decodeCursor(query.after);
  if (cursor !== undefined) where.push(`(valid_to, id) > (${place(cursor.at)}::timestamptz, ${place(cursor.id)}::uuid)`);
  const { rows } = await kernel.database.pool.query(
    `select agency_id, id, holder_kind, holder_name, person_id, issuer_name, serial, token_serial, is_built_in, valid_from, valid_to, status,
            asked_at, answered_at, unanswered_since
       from certificates.certificate ${where.length > 0 ? `where ${where.join(' and ')}` : ''} order by valid_to, id limit ${String(limit)}`,
    values,
  );
  // safe because the statement selects exactly these columns
  const found = rows as unknown as ListedCertificate[];
  const last = found.length === limit ? found.at(-1) : undefined;
  return { rows: await describe(kernel.database.pool, found, now), next: last === undefined ? null : `${last.valid_to.toISOString()}_${last.id}` };
}

type ListedCertificate = Pick<
  StoredCertificate,
  | 'asked_at' | 'answered_at' | 'unanswered_since' | 'agency_id' | 'id' | 'holder_kind' | 'holder_name' | 'person_id' | 'issuer_name' | 'serial' | 'token_serial' | 'is_built_in' | 'valid_from' | 'valid_to' | 'status'
>;

async function describe(q: Queryable, rows: readonly ListedCertificate[], now: Date): Promise<CertificateRow[]> {
  const agencies = await agenciesOn(q, [...new Set(rows.map((row) => row.agency_id))], vietnamDay(now));
  const posts = await postTitles(q, rows, vietnamDay(now));
  return rows.map((row) => ({
    id: row.id,
    agencyId: row.agency_id,
    // what belongs to no agency is the installation's own
    agencyName: agencies.get(row.agency_id)?.name ?? 'Hệ thống',
    holderKind: row.holder_kind,
    holderName: row.holder_name,
    holderPost: posts.get(`${row.agency_id} ${row.person_id ?? ''}`) ?? null,
    issuerName: row.issuer_name,
    serial: row.serial,
    tokenSerial: row.token_serial,
    isBuiltIn: row.is_built_in,
    validFrom: isoInVietnam(row.valid_from),
    validTo: isoInVietnam(row.valid_to),
    state: stateOf(row, now),
    daysLeft: Math.floor((row.valid_to.getTime() - now.getTime()) / DAY_MS),
    isAsking: row.asked_at !== null && (row.answered_at === null || row.answered_at < row.asked_at),
    unansweredSince: row.unanswered_since === null ? null : isoInVietnam(row.unanswered_since),
  }));
}

async function postTitles(q: Queryable, rows: readonly ListedCertificate[], day: CalendarDay): Promise<Map<string, string>> {
  const people = [...new Set(rows.flatMap((row) => row.person_id ?? []))];
  // safe because the column holds ids of people only
  const held = await Promise.all(people.map((id) => postsOfPerson(q, id as PersonId, day)));
  return new Map(held.flat().reverse().map((post) => [`${post.agencyId} ${post.personId}`, post.title]));
}

/** One certificate with all that the inventory knows, and what the caller may do with it. @throws certificates.notFound */
export async function describeCertificate(kernel: Kernel, actor: PersonActor, key: { agencyId: string; id: string }): Promise<CertificateDetail> {
  const q = kernel.database.pool;
  const stored = await getCertificate(q, actor, key);
  const now = kernel.clock.now();
  const [row] = await describe(q, [stored], now);
  if (row === undefined) throw new Error('a certificate that was found has a row');
  const open = await openTasksOf(q, { agencyId: stored.agency_id, subject: { type: 'certificate', id: stored.id } });
  const waiting = reviewable(actor, stored, open);
  const instant = (at: Date | null): string | null => (at === null ? null : isoInVietnam(at));
  return {
    ...row,
    issuer: stored.issuer,
    subject: stored.subject,
    fingerprint: stored.fingerprint,
    note: stored.note,
    personId: stored.person_id,
    statusSource: stored.status_source,
    statusCheckedAt: instant(stored.status_checked_at),
    statusAsOf: instant(stored.status_as_of),
    statusAnswer: stored.status_answer,
    askedAt: instant(stored.asked_at),
    askProblem: stored.ask_problem,
    revokedAt: instant(stored.revoked_at),
    revokedReason: stored.revoked_reason,
    addedAt: isoInVietnam(stored.added_at),
    addedBy: stored.added_by,
    credentialId: stored.credential_id,
    renewalDeclined: declinedOf(stored),
    abilities: [...abilitiesOnCertificate(actor, stored), ...(mayKeep(actor, stored.agency_id) ? maySayRenewal(stored, open, now) : [])],
    toReview: reviewKinds.filter((kind) => waiting.some((task) => task.kind === taskKind(kind))),
  };
}

function declinedOf({ renewal_declined_at: at, renewal_declined_by: by, renewal_declined_reason: reason, renewal_declined_note: note }: StoredCertificate): CertificateDetail['renewalDeclined'] {
  // the table has all three or none
  return at === null || by === null || reason === null ? null : { at: isoInVietnam(at), by, reason, note };
}
