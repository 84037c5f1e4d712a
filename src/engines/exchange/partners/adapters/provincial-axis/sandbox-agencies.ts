import type { CommandContext } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import { vietnamDay } from '#kernel/time.ts';
import { createAgency, findAgencyByCode } from '#engines/identity/index.ts';
import { writeLink } from '../../commands/link-agency.ts';
import type { PartnerId } from '../../adapter.ts';

type AgencyId = Id<'agency'>;

/** Codes that no real agency has: level 1 ends at H63 and K63 (QĐ 20/2020, lists in use). */
export const SANDBOX_PREFIX = 'Z99';
const counterparts = [
  { code: `${SANDBOX_PREFIX}.A`, name: 'Cơ quan thử nghiệm A', abbreviation: 'TNA' },
  { code: `${SANDBOX_PREFIX}.B`, name: 'Cơ quan thử nghiệm B', abbreviation: 'TNB' },
] as const;

export const counterpartCodes: readonly string[] = counterparts.map((each) => each.code);

/** What a system exchanges with in the sandbox: its own agency for trying, and the two that answer. Made at the first need. */
export async function ensureSandbox(ctx: CommandContext, partner: { id: PartnerId; name: string }): Promise<void> {
  // Two administrators at the same moment make one pair of agencies.
  await ctx.query(`select pg_advisory_xact_lock(hashtextextended('exchange sandbox', 0))`);
  for (const counterpart of counterparts) {
    if ((await findAgencyByCode(ctx, counterpart.code)) !== undefined) continue;
    const agencyId = await newAgency(ctx, { ...counterpart, hosting: 'local' });
    await ctx.query('insert into exchange.axis_sandbox (agency_id, partner_id) values ($1, null)', [agencyId]);
  }
  const own = await ctx.query('select 1 from exchange.axis_sandbox where partner_id = $1', [partner.id]);
  if (own.rowCount !== 0) return;
  const { rows } = await ctx.query('select count(*) as n from exchange.axis_sandbox');
  const code = `${SANDBOX_PREFIX}.${String(Number(rows[0]?.['n']) - counterparts.length + 1)}`;
  const name = `${partner.name} (thử nghiệm)`;
  const agencyId = await newAgency(ctx, { code, name, abbreviation: `TN${code.slice(SANDBOX_PREFIX.length + 1)}`, hosting: 'external' });
  await ctx.query('insert into exchange.axis_sandbox (agency_id, partner_id) values ($1, $2)', [agencyId, partner.id]);
  await writeLink(ctx, { partnerId: partner.id, agencyId, remoteId: code, code, name });
}

function newAgency(ctx: CommandContext, agency: { code: string; name: string; abbreviation: string; hosting: 'local' | 'external' }): Promise<AgencyId> {
  const { code, name, abbreviation, hosting } = agency;
  return createAgency(ctx, {
    kind: 'other',
    level: 'none',
    parentId: null,
    hosting,
    source: 'trial',
    establishedOn: vietnamDay(ctx.now),
    name,
    abbreviation,
    note: 'Chỉ dùng để thử kết nối; không gửi văn bản thật.',
    codes: [{ scheme: 'qd20', code }],
  });
}
