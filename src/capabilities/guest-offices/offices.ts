import type { CommandContext } from '#kernel/command.ts';
import type { Queryable } from '#kernel/database.ts';
import type { Id } from '#kernel/ids.ts';
import { errors } from './errors.ts';

export type Office = { agencyId: Id<'agency'>; state: 'active' | 'suspended'; dailyLimit: number; suspensionReason: string | null; suspendedPeople: Id<'person'>[] };

const OFFICE = `select agency_id as "agencyId", state, daily_limit as "dailyLimit", suspension_reason as "suspensionReason", suspended_people as "suspendedPeople"
  from guest_offices.office where agency_id = $1`;

/** @throws guest-offices.notFound */
export async function getOffice(q: Queryable, agencyId: string): Promise<Office> {
  const { rows } = await q.query(OFFICE, [agencyId]);
  // safe because these are the columns selected above
  const office = rows[0] as Office | undefined;
  if (office === undefined) throw errors.notFound();
  return office;
}

/** Locks an office, so that its sending, suspending and lifting follow one another. @throws guest-offices.notFound */
export async function lockOffice(ctx: CommandContext, agencyId: string): Promise<Office> {
  const { rows } = await ctx.query(`${OFFICE} for update`, [agencyId]);
  // safe because these are the columns selected above
  const office = rows[0] as Office | undefined;
  if (office === undefined) throw errors.notFound();
  return office;
}

/** @throws guest-offices.officeSuspended with the reason */
export function assertActive(office: Office): void {
  if (office.state === 'suspended') throw errors.officeSuspended({ values: { reason: office.suspensionReason ?? '' } });
}
