import type { Queryable } from '#kernel/database.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { vietnamDay, type CalendarDay } from '#kernel/time.ts';
import { agenciesOn, postsByRole, searchAgencies, type AgencyId, type AgencyOnDay } from '#engines/identity/index.ts';
import { errors } from './errors.ts';

const MOST_LOOKED_AT = 40;
const MOST_OFFERED = 20;

type Found = Pick<AgencyOnDay, 'id' | 'name' | 'code'>;

/** The agencies to which a guest may write: those of this installation that have a clerk. No people are named. */
export async function searchRecipients(kernel: Kernel, text: string): Promise<Found[]> {
  const day = vietnamDay(kernel.clock.now());
  const found = await searchAgencies(kernel, { text, day, limit: MOST_LOOKED_AT, includeClosed: false });
  const offered: Found[] = [];
  for (const agency of found) {
    if (offered.length >= MOST_OFFERED) break;
    if (await takesLetters(kernel.database.pool, agency, day)) offered.push({ id: agency.id, name: agency.name, code: agency.code });
  }
  return offered;
}

/** Guest offices have no clerk, so that they do not write to each other here. */
async function takesLetters(q: Queryable, agency: AgencyOnDay, day: CalendarDay): Promise<boolean> {
  return agency.hosting === 'local' && agency.state === 'active' && (await postsByRole(q, agency.id, ['clerk'], day)).length > 0;
}

/** @throws guest-offices.recipientClosed unless it has a clerk, or wrote the letter that is answered */
export async function getRecipient(q: Queryable, asked: { agencyId: AgencyId; day: CalendarDay; repliesTo: AgencyId | undefined }): Promise<AgencyOnDay> {
  const agency = (await agenciesOn(q, [asked.agencyId], asked.day)).get(asked.agencyId);
  if (agency === undefined || agency.state !== 'active') throw refused();
  if (agency.id !== asked.repliesTo && !(await takesLetters(q, agency, asked.day))) throw refused();
  return agency;
}

const refused = (): Error => errors.recipientClosed({ fields: [{ path: 'recipientAgencyId', vi: 'Nơi nhận này không nhận văn bản qua hệ thống.', en: 'This recipient takes no letters through the system.' }] });
