import type { CommandContext } from '#kernel/command.ts';
import { vietnamDay } from '#kernel/time.ts';
import { agencyGroups, createAgency, findAgencyByCode, getAgencyOn, postsByRole, type AgencyId } from '#engines/identity/index.ts';
import { accountsErrors } from '../errors.ts';
import { registerPerson } from './register-person.ts';

export type FirstAdministrator = {
  login: string;
  fullName: string;
  title: string;
  passwordHash: string;
  /** The code of the agency in which the post stands; the only provincial agency unless given. */
  agencyCode?: string | undefined;
  /** The agency that an empty directory begins with. */
  firstAgency?: { name: string; abbreviation: string; code?: string | undefined } | undefined;
  /** Whether one more is made although the province has an administrator. */
  force: boolean;
};

/**
 * The administrator with whom an empty installation begins: the province's agency where there is none, the person, a post
 * with the role `province_admin` from today on and an account with a temporary password.
 * @throws accounts.administratorExists, accounts.agencyNeeded, accounts.agencyUnclear, accounts.agencyCodeUnknown, identity.loginTaken, identity.codeMalformed
 */
export async function establishAdministrator(ctx: CommandContext, input: FirstAdministrator): Promise<{ agencyName: string }> {
  // Two runs at once make one administrator: the second waits and finds the first one's.
  await ctx.query('select pg_advisory_xact_lock($1)', [ESTABLISHING]);
  const today = vietnamDay(ctx.now);
  const groups = await agencyGroups(ctx, today);
  const agencyIds = groups.flatMap((group) => group.agencyIds);
  if (!input.force) await assertNoAdministrator(ctx, agencyIds);
  const agencyId = await agencyFor(ctx, input, { all: agencyIds, provincial: groups.find(({ key }) => key === 'province')?.agencyIds ?? [] });
  const { login, fullName, passwordHash, title } = input;
  const post = { unitId: null, title, roles: ['province_admin' as const], signingPowers: [], startsOn: today };
  await registerPerson(ctx, { agencyId, fullName, login, passwordHash, post });
  return { agencyName: (await getAgencyOn(ctx, agencyId, today)).name };
}

const ESTABLISHING = 7_249_011;

async function assertNoAdministrator(ctx: CommandContext, agencyIds: readonly AgencyId[]): Promise<void> {
  for (const id of agencyIds) {
    const holders = await postsByRole(ctx, id, ['province_admin'], vietnamDay(ctx.now));
    if (holders.length > 0) throw accountsErrors.administratorExists({ values: { names: holders.map(({ name }) => name).join(', ') } });
  }
}

async function agencyFor(ctx: CommandContext, input: FirstAdministrator, agencyIds: { all: AgencyId[]; provincial: AgencyId[] }): Promise<AgencyId> {
  const { agencyCode, firstAgency } = input;
  if (agencyCode !== undefined) {
    const named = await findAgencyByCode(ctx, agencyCode);
    if (named === undefined || !agencyIds.all.includes(named)) throw accountsErrors.agencyCodeUnknown({ values: { code: agencyCode } });
    return named;
  }
  if (agencyIds.all.length === 0) {
    if (firstAgency === undefined) throw accountsErrors.agencyNeeded();
    const { name, abbreviation, code } = firstAgency;
    return createAgency(ctx, {
      kind: 'province',
      level: 'province',
      parentId: null,
      hosting: 'local',
      establishedOn: vietnamDay(ctx.now),
      name,
      abbreviation,
      codes: code === undefined ? [] : [{ scheme: 'qd20', code }],
    });
  }
  const [only, ...others] = agencyIds.provincial;
  if (only === undefined || others.length > 0) throw accountsErrors.agencyUnclear();
  return only;
}
