import type { Queryable } from '#kernel/database.ts';

/** Whether an agency exists for trying only. */
export async function isSandboxAgency(q: Queryable, agencyId: string): Promise<boolean> {
  const { rowCount } = await q.query('select 1 from exchange.axis_sandbox where agency_id::text = $1', [agencyId]);
  return rowCount !== 0;
}

/** The two agencies that answer by themselves, once there is a sandbox; A before B. */
export async function counterpartIds(q: Queryable): Promise<Set<string>> {
  const { rows } = await q.query('select agency_id as id from exchange.axis_sandbox where partner_id is null order by agency_id');
  return new Set(rows.map((row) => String(row['id'])));
}

/** Whether a system may write to an agency: in sandbox mode to the two that answer by themselves, otherwise to none that exists for trying only. */
export async function mayReceive(q: Queryable, of: { agencyId: string; isSandbox: boolean }): Promise<boolean> {
  return of.isSandbox ? (await counterpartIds(q)).has(of.agencyId) : !(await isSandboxAgency(q, of.agencyId));
}

/** All agencies that exist for trying only: they stand in no figure and no list of the province. */
export async function trialAgencies(q: Queryable): Promise<Set<string>> {
  const { rows } = await q.query('select agency_id as id from exchange.axis_sandbox');
  return new Set(rows.map((row) => String(row['id'])));
}
