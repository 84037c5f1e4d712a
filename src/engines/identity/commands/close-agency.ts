import type { CommandContext } from '#kernel/command.ts';
import { addDays, formatDay, vietnamDay, type CalendarDay } from '#kernel/time.ts';
import type { SuccessionKind } from '../contract.ts';
import { identityErrors } from '../errors.ts';
import { agenciesChange } from '../known-agencies.ts';
import { assertKeepsDirectory } from '../policy.ts';
import type { AgencyId } from '../queries/agencies.ts';
import { sessionCache } from '../session-cache.ts';
import type { Tables } from '../tables.ts';
import { assertOpenOn, dayFromRow, lockAgency } from './load.ts';

type Closing = {
  agencyId: AgencyId;
  lastDay: CalendarDay;
  legalBasis: string;
  /** Another directory told it, perhaps late: here the agency ends no earlier than it is known by its name, and what its successors were on that day is not judged. */
  isTold?: boolean;
};

/**
 * Ends an agency with a last day. It stays in the directory with its names, codes and successors; its posts end with it.
 * @throws identity.agencyNotFound, identity.agencyClosed, identity.validityOrder, identity.successorItself
 */
export async function closeAgency(ctx: CommandContext, input: Closing & { successorIds?: AgencyId[] }): Promise<void> {
  assertKeepsDirectory(ctx.actor);
  const successorIds = input.successorIds ?? [];
  assertTakenOverByOthers([input.agencyId], successorIds);
  for (const id of successorIds) {
    const successor = await lockAgency(ctx, id);
    if (input.isTold !== true) assertOpenOn(successor, input.lastDay);
  }
  await endAgency(ctx, input, { kind: 'dissolved', successorIds });
}

/**
 * Some agencies end and others take over: a merger, a split, a dissolution. The predecessors' last day is the day before.
 * @throws identity.agencyNotFound, identity.agencyClosed, identity.validityOrder, identity.successorItself
 */
export async function mergeAgencies(
  ctx: CommandContext,
  input: { predecessorIds: AgencyId[]; successorIds: AgencyId[]; kind: SuccessionKind; lastDay: CalendarDay; legalBasis: string },
): Promise<void> {
  assertKeepsDirectory(ctx.actor);
  assertTakenOverByOthers(input.predecessorIds, input.successorIds);
  for (const id of [...input.successorIds].sort()) assertOpenOn(await lockAgency(ctx, id), input.lastDay);
  for (const agencyId of [...input.predecessorIds].sort()) {
    await endAgency(ctx, { agencyId, lastDay: input.lastDay, legalBasis: input.legalBasis }, { kind: input.kind, successorIds: input.successorIds });
  }
}

function assertTakenOverByOthers(predecessorIds: readonly AgencyId[], successorIds: readonly AgencyId[]): void {
  if (successorIds.some((id) => predecessorIds.includes(id))) throw identityErrors.successorItself();
}

async function endAgency(ctx: CommandContext, closing: Closing, succession: { kind: SuccessionKind; successorIds: AgencyId[] }): Promise<void> {
  const agency = await lockAgency(ctx, closing.agencyId);
  const { agencyId } = closing;
  const lastDay = closing.isTold === true && agency.nameFrom > closing.lastDay ? agency.nameFrom : closing.lastDay;
  if (agency.closed_on !== null) {
    throw identityErrors.agencyClosed({ values: { name: agency.name, day: formatDay(dayFromRow(agency.closed_on)) } });
  }
  if (agency.nameFrom > lastDay) throw identityErrors.validityOrder({ values: { day: formatDay(agency.nameFrom) } });
  agenciesChange(ctx.kernel);
  const db = ctx.tables<Tables>();
  await db.updateTable('identity.agency').set({ closed_on: lastDay, closing_basis: closing.legalBasis }).where('id', '=', agencyId).execute();
  await db.updateTable('identity.agency_name').set({ valid_to: lastDay }).where('agency_id', '=', agencyId).where('valid_to', 'is', null).execute();
  // A code given for a later day than the last one was never in force.
  await db.deleteFrom('identity.agency_code').where('agency_id', '=', agencyId).where('valid_from', '>', lastDay).execute();
  await db.updateTable('identity.agency_code').set({ valid_to: lastDay }).where('agency_id', '=', agencyId).where('valid_to', 'is', null).execute();
  if (succession.successorIds.length > 0) {
    await db
      .insertInto('identity.agency_successor')
      .values(
        succession.successorIds.map((id) => ({ predecessor_id: agencyId, successor_id: id, kind: succession.kind, effective_on: addDays(lastDay, 1), legal_basis: closing.legalBasis })),
      )
      .execute();
  }
  await endPostsOf(ctx, { ...closing, lastDay });
  const data = { agencyId, name: agency.name, lastDay, kind: succession.kind, successorIds: succession.successorIds };
  ctx.record({ type: 'identity.agency-closed', agencyId, subject: { type: 'agency', id: agencyId }, data });
  for (const id of succession.successorIds) ctx.record({ type: 'identity.agency-succeeded', agencyId: id, subject: { type: 'agency', id }, data });
}

async function endPostsOf(ctx: CommandContext, { agencyId, lastDay }: Closing): Promise<void> {
  const { rows } = await ctx.query(
    `update identity.post set ends_on = greatest($2::date, starts_on), end_reason = 'agency closed'
      where agency_id = $1 and (ends_on is null or ends_on > $2::date) returning id, person_id`,
    [agencyId, lastDay],
  );
  if (lastDay >= vietnamDay(ctx.now)) return;
  await ctx.query(`update identity.session set ended_at = $2, end_reason = 'post ended' where post_id = any($1::uuid[]) and ended_at is null`, [
    rows.map((row) => row['id']),
    ctx.now,
  ]);
  sessionCache(ctx.kernel).forgetPeople(rows.map((row) => String(row['person_id'])));
}
