import type { CommandContext } from '#kernel/command.ts';
import { kernelErrors } from '#kernel/errors.ts';
import type { Id } from '#kernel/ids.ts';
import { vietnamDay } from '#kernel/time.ts';
import { appointPost, createAgency, createPerson, isWellFormedCode, openAccount } from '#engines/identity/index.ts';
import type { OfficeKind } from '../contract.ts';
import { errors } from '../errors.ts';
import { mayDecide } from '../policy.ts';
import { NO_AGENCY } from './apply.ts';

/** Letters a day until the province changes it. */
const DAILY_LIMIT = 20;

type Waiting = {
  id: string;
  state: string;
  name: string;
  abbreviation: string;
  kind: OfficeKind;
  licence_number: string;
  contact_name: string;
  contact_title: string;
  login: string;
  password_hash: string;
  password_is_long: boolean;
};

/**
 * Approves an application: the organisation becomes an agency of the directory, its contact gets a post and an account with
 * the password that was chosen.
 * @throws guest-offices.notFound · alreadyDecided · kernel.forbidden · identity.codeTaken when the licence number is in the directory
 */
export async function approveApplication(ctx: CommandContext, input: { id: string }): Promise<{ agencyId: Id<'agency'> }> {
  const application = await lockWaiting(ctx, input.id);
  const day = vietnamDay(ctx.now);
  const agencyId = await createAgency(ctx, {
    kind: application.kind,
    level: 'none',
    parentId: null,
    hosting: 'local',
    establishedOn: day,
    name: application.name,
    abbreviation: application.abbreviation,
    codes: isWellFormedCode('enterprise', application.licence_number) ? [{ scheme: 'enterprise', code: application.licence_number }] : [],
  });
  await ctx.query(`insert into guest_offices.office (agency_id, application_id, state, daily_limit, approved_at, suspended_people) values ($1, $2, 'active', $3, $4, '{}')`, [
    agencyId,
    application.id,
    DAILY_LIMIT,
    ctx.now,
  ]);
  const personId = await createPerson(ctx, { agencyId, fullName: application.contact_name });
  await appointPost(ctx, { agencyId, personId, unitId: null, title: application.contact_title, roles: ['guest'], signingPowers: [], startsOn: day });
  const { login, password_hash: passwordHash, password_is_long: passwordIsLong } = application;
  await openAccount(ctx, { agencyId, personId, login, passwordHash, passwordIsLong, isChosen: true });
  await ctx.query(`update guest_offices.application set state = 'approved', decided_at = $2, decided_by = $3, agency_id = $4, password_hash = null where id = $1`, [
    application.id,
    ctx.now,
    decider(ctx),
    agencyId,
  ]);
  ctx.record({ type: 'guest-offices.application-approved', agencyId, subject: { type: 'guest-application', id: application.id }, data: { name: application.name, agencyId } });
  return { agencyId };
}

/** Refuses an application with a reason, which its page shows. @throws guest-offices.notFound · alreadyDecided · kernel.forbidden */
export async function refuseApplication(ctx: CommandContext, input: { id: string; reason: string }): Promise<void> {
  const application = await lockWaiting(ctx, input.id);
  await ctx.query(`update guest_offices.application set state = 'refused', decided_at = $2, decided_by = $3, refusal_reason = $4, password_hash = null where id = $1`, [
    application.id,
    ctx.now,
    decider(ctx),
    input.reason,
  ]);
  const agencyId = ctx.actor.kind === 'person' ? ctx.actor.agencyId : NO_AGENCY;
  ctx.record({ type: 'guest-offices.application-refused', agencyId, subject: { type: 'guest-application', id: application.id }, data: { name: application.name, reason: input.reason } });
}

/** Two who decide at once wait here for each other; the second finds it decided. */
async function lockWaiting(ctx: CommandContext, id: string): Promise<Waiting> {
  if (!mayDecide(ctx.actor)) throw kernelErrors.forbidden();
  const { rows } = await ctx.query('select * from guest_offices.application where id = $1 for update', [id]);
  // safe because the columns of the table are these; the hash is there as long as it waits
  const application = rows[0] as Waiting | undefined;
  if (application === undefined) throw errors.notFound();
  if (application.state !== 'waiting') throw errors.alreadyDecided();
  return application;
}

function decider(ctx: CommandContext): string {
  return ctx.actor.kind === 'person' ? ctx.actor.name : '';
}
