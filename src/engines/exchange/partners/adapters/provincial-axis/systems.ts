import type { CommandContext } from '#kernel/command.ts';
import type { Queryable } from '#kernel/database.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { vietnamDay } from '#kernel/time.ts';
import { agenciesOn, createAgency, isWellFormedCode, type CodeScheme } from '#engines/identity/index.ts';
import type { z } from 'zod';
import { assertKeepsPartners } from '../../../policy.ts';
import type { PartnerId } from '../../adapter.ts';
import { insertPartner } from '../../commands/add-partner.ts';
import { writeLink } from '../../commands/link-agency.ts';
import { partnerErrors } from '../../errors.ts';
import { findPartner, lockPartner, type PartnerRow } from '../../partner-rows.ts';
import { recordPartnerEvent } from '../../record.ts';
import { OBSERVED_SECONDS } from '../../queries/unfetched.ts';
import { signingOf } from '../edxml-packets/packet-signing.ts';
import { localAgency } from '../edxml-packets/read-packet.ts';
import type { newSystem, systemAgency, systemQuotas, systemView } from './contract.ts';
import { axisErrors } from './errors.ts';
import { ensureSandbox, SANDBOX_PREFIX } from './sandbox-agencies.ts';
import { config as configSchema, type Config } from './settings.ts';
import { stepsOf } from './steps.ts';

type NewSystem = z.output<typeof newSystem>;

/**
 * Adds the system of another vendor with its agencies; it is active at once, and nobody gets in before a key is issued.
 * @throws exchange.axisSystemTaken, exchange.partnerNameTaken, exchange.axisAgencyTaken, exchange.axisSandboxCode, identity.codeMalformed
 */
export async function createSystem(ctx: CommandContext, input: NewSystem): Promise<PartnerId> {
  assertKeepsPartners(ctx.actor);
  const twin = await ctx.query(`select 1 from exchange.partner where protocol = 'provincial_axis' and config ->> 'systemId' = $1`, [input.systemId]);
  if (twin.rowCount !== 0) throw axisErrors.axisSystemTaken({ values: { systemId: input.systemId } });
  const { name, systemId, isSandbox, quotas } = input;
  const config = { systemId, isSandbox, ...(quotas === undefined ? {} : { quotas }) };
  const id = await insertPartner(ctx, { protocol: 'provincial_axis', name, address: null, config, secrets: {}, state: 'active', pinned: {} });
  for (const agency of input.agencies) await takeAgency(ctx, { id, name }, agency);
  if (isSandbox) await ensureSandbox(ctx, { id, name });
  return id;
}

/** Gives an agency to a system: one that nobody here knows is added to the directory, one that is outside is reached by it from today. */
export async function addSystemAgency(ctx: CommandContext, input: { partnerId: string; agency: z.output<typeof systemAgency> }): Promise<void> {
  const partner = await lockSystem(ctx, input.partnerId);
  await takeAgency(ctx, partner, input.agency);
}

async function takeAgency(ctx: CommandContext, partner: Pick<PartnerRow, 'id' | 'name'>, { code: given, name }: z.output<typeof systemAgency>): Promise<void> {
  const code = given.toUpperCase();
  if (code.startsWith(SANDBOX_PREFIX)) throw axisErrors.axisSandboxCode();
  const today = vietnamDay(ctx.now);
  const known = await localAgency(ctx, code);
  const agency = known === undefined ? undefined : (await agenciesOn(ctx, [known], today)).get(known);
  if (agency !== undefined && (agency.hosting === 'local' || (await isElsewhere(ctx, agency.id, partner.id)))) throw axisErrors.axisAgencyTaken({ values: { code, name: agency.name } });
  const scheme: CodeScheme = isWellFormedCode('qcvn102', code) ? 'qcvn102' : 'qd20';
  const agencyId =
    agency?.id ??
    (await createAgency(ctx, {
      kind: 'other',
      level: 'none',
      parentId: null,
      hosting: 'external',
      establishedOn: today,
      name,
      abbreviation: abbreviate(name),
      note: `Dùng hệ thống ${partner.name}`,
      codes: [{ scheme, code }],
    }));
  await writeLink(ctx, { partnerId: partner.id, agencyId, remoteId: code, code, name: agency?.name ?? name });
  recordPartnerEvent(ctx, 'partner-agency-linked', { partner, data: { agencyId, agencyName: agency?.name ?? name } });
}

/** The first letters of the words, as notations have them. */
function abbreviate(name: string): string {
  const letters = name.split(/\s+/).flatMap((word) => /^\p{L}/u.exec(word)?.[0]?.toUpperCase() ?? []);
  return letters.join('').slice(0, 20) || 'CQ';
}

async function isElsewhere(q: Queryable, agencyId: string, partnerId: string): Promise<boolean> {
  const { rowCount } = await q.query('select 1 from exchange.partner_agency where agency_id = $1 and partner_id <> $2 and valid_to is null', [agencyId, partnerId]);
  return rowCount !== 0;
}

async function lockSystem(ctx: CommandContext, partnerId: string): Promise<PartnerRow & { settings: Config }> {
  const partner = await lockPartner(ctx, partnerId);
  assertKeepsPartners(ctx.actor);
  if (partner.protocol !== 'provincial_axis') throw axisErrors.axisSystemOnly();
  return { ...partner, settings: configSchema.parse(partner.config) };
}

/** From now on the system exchanges with the agencies for trying only, or with real ones. What waits for the other kind stays. */
export async function setSandbox(ctx: CommandContext, input: { partnerId: string; isSandbox: boolean }): Promise<void> {
  const partner = await lockSystem(ctx, input.partnerId);
  if (partner.settings.isSandbox === input.isSandbox) return;
  await writeSettings(ctx, partner, { isSandbox: input.isSandbox });
  if (input.isSandbox) await ensureSandbox(ctx, partner);
  recordPartnerEvent(ctx, input.isSandbox ? 'axis-sandbox-entered' : 'axis-sandbox-left', { partner });
}

/** What the system may use in a day and a minute, from its next request. */
export async function setQuotas(ctx: CommandContext, input: { partnerId: string; quotas: z.output<typeof systemQuotas> }): Promise<void> {
  const partner = await lockSystem(ctx, input.partnerId);
  await writeSettings(ctx, partner, { quotas: input.quotas });
  recordPartnerEvent(ctx, 'axis-quotas-set', { partner, data: { ...input.quotas } });
}

/** Every how many minutes the system is expected to ask what waits for it; null: as it was seen. */
export async function setFetching(ctx: CommandContext, input: { partnerId: string; everyMinutes: number | null }): Promise<void> {
  const partner = await lockSystem(ctx, input.partnerId);
  await writeSettings(ctx, partner, { fetchesEveryMinutes: input.everyMinutes ?? undefined });
  recordPartnerEvent(ctx, 'axis-fetching-set', { partner, data: { minutes: input.everyMinutes } });
}

async function writeSettings(ctx: CommandContext, partner: PartnerRow & { settings: Config }, change: { [Name in keyof Config]?: Config[Name] | undefined }): Promise<void> {
  await ctx.query('update exchange.partner set config = $2, changed_at = $3 where id = $1', [partner.id, JSON.stringify({ ...partner.settings, ...change }), ctx.now]);
  if (change.isSandbox !== false) return;
  // What was held back because of the sandbox goes now.
  await ctx.query(`update exchange.transfer set next_try_at = $2 where partner_id = $1 and state = 'waiting' and next_try_at > $2`, [partner.id, ctx.now]);
}

/** A system with its keys, use and checklist. @throws exchange.partnerNotFound */
export async function getSystem(kernel: Kernel, of: { partnerId: string }): Promise<z.input<typeof systemView>> {
  const q: Queryable = kernel.database.pool;
  const now = kernel.clock.now();
  const partner = await findPartner(q, of.partnerId);
  if (partner?.protocol !== 'provincial_axis') throw partnerErrors.partnerNotFound();
  const { systemId, isSandbox, quotas, fetchesEveryMinutes } = configSchema.parse(partner.config);
  const seen = await q.query(`select ceil(${OBSERVED_SECONDS} / 60.0)::int as minutes from exchange.partner_line l where l.partner_id = $1`, [partner.id]);
  const meter = await q.query(`select case when day = $2 then messages else 0 end as messages, case when day = $2 then bytes else 0 end as bytes, seen_at from exchange.axis_meter where partner_id = $1`, [partner.id, vietnamDay(now)]);
  const keys = await q.query(
    `select json_build_object('id', id, 'hint', hint, 'note', note, 'createdAt', created_at, 'createdBy', coalesce(created_by ->> 'name', ''), 'expiresAt', expires_at, 'revokedAt', revoked_at, 'lastUsedAt', last_used_at,
              'isGood', revoked_at is null and expires_at > $2,
              'isInUse', revoked_at is null and expires_at > $2 and last_used_at is not null and last_used_at = max(last_used_at) over ()) as key from exchange.axis_key where partner_id = $1 order by created_at desc, id desc limit 50`,
    [partner.id, now],
  );
  const code = await q.query(`select a.code from exchange.axis_sandbox s join exchange.partner_agency a on a.agency_id = s.agency_id and a.partner_id = s.partner_id where s.partner_id = $1 order by a.valid_from desc limit 1`, [partner.id]);
  const used = meter.rows[0];
  const isoOrNull = (at: Date | null): string | null => at?.toISOString() ?? null;
  return {
    systemId,
    isSandbox,
    signing: signingOf(kernel, partner),
    quotas,
    usedToday: { messages: Number(used?.['messages'] ?? 0), bytes: Number(used?.['bytes'] ?? 0) },
    // safe because the column is a point in time
    lastSeenAt: isoOrNull((used?.['seen_at'] as Date | undefined) ?? null),
    // safe because the statement selects a number or null
    fetching: { setMinutes: fetchesEveryMinutes ?? null, observedMinutes: (seen.rows[0]?.['minutes'] as number | null | undefined) ?? null },
    sandboxCode: code.rows[0] === undefined ? null : String(code.rows[0]['code']),
    // safe because the statement builds exactly the keys of the contract
    keys: keys.rows.map((row) => row['key'] as z.input<typeof systemView>['keys'][number]),
    steps: (await stepsOf(q, partner.id)).map((each) => ({ ...each, doneAt: isoOrNull(each.doneAt), problemAt: isoOrNull(each.problemAt) })),
  };
}
