import type { CommandContext } from '#kernel/command.ts';
import type { FlowMinute, Period } from '#engines/exchange/index.ts';

type AgencyId = Period['agencyId'];
type Slot = Period & { grain: 'minute' | 'hour' | 'day' };

/** Keeps the minutes and the hours of periods of an hour. @returns the agencies whose flow became different. */
export async function keepHourFlow(ctx: CommandContext, counted: { periods: readonly Period[]; minutes: readonly FlowMinute[]; minutesFrom: Date }): Promise<AgencyId[]> {
  const { periods, minutes, minutesFrom } = counted;
  const slots = periods.flatMap((period): Slot[] => [...(period.from >= minutesFrom ? [{ ...period, grain: 'minute' as const }] : []), { ...period, grain: 'hour' }]);
  return agenciesIn((await ctx.query(KEEP_HOURS, [...slotColumns(slots), ...minuteColumns(minutes), minutesFrom])).rows);
}

/** Keeps days as the sums of their hours. @returns the agencies whose flow became different. */
export async function keepDayFlow(ctx: CommandContext, periods: readonly Period[]): Promise<AgencyId[]> {
  return agenciesIn((await ctx.query(KEEP_DAYS, slotColumns(periods.map((period) => ({ ...period, grain: 'day' }))))).rows);
}

/** Keeps days whose hours are kept no more. @returns the agencies whose flow became different. */
export async function keepOldDayFlow(ctx: CommandContext, { periods, minutes }: { periods: readonly Period[]; minutes: readonly FlowMinute[] }): Promise<AgencyId[]> {
  return agenciesIn((await ctx.query(KEEP_OLD_DAYS, [...slotColumns(periods.map((period) => ({ ...period, grain: 'day' }))), ...minuteColumns(minutes)])).rows);
}

/** The agencies that a statement returns as `agencyId`. */
export function agenciesIn(rows: readonly Record<string, unknown>[]): AgencyId[] {
  // safe because the statements of this module return the agency under this name
  return (rows as { agencyId: AgencyId }[]).map((row) => row.agencyId);
}

function slotColumns(slots: readonly Slot[]): unknown[] {
  return [slots.map((each) => each.agencyId), slots.map((each) => each.grain), slots.map((each) => each.from), slots.map((each) => each.to)];
}

function minuteColumns(minutes: readonly FlowMinute[]): unknown[] {
  return [
    minutes.map((each) => each.agencyId),
    minutes.map((each) => each.minute),
    minutes.map((each) => each.otherAgencyId),
    minutes.map((each) => each.sent),
    minutes.map((each) => each.arrived),
    minutes.map((each) => each.returned),
    minutes.map((each) => each.received),
    minutes.map((each) => each.receivedOutside),
  ];
}

const KEY = 'agency_id, grain, starts_at, other_agency_id';
const COUNTS = 'sent, arrived, returned, received, received_outside';
const SUMS = 'sum(sent)::int, sum(arrived)::int, sum(returned)::int, sum(received)::int, sum(received_outside)::int';
const COUNTED = `counted as (select * from unnest($5::uuid[], $6::timestamptz[], $7::uuid[], $8::int[], $9::int[], $10::int[], $11::int[], $12::int[]) as c (agency_id, minute, other_agency_id, ${COUNTS}))`;

/**
 * Makes the rows of the slots those of `fresh`: writes what became different and takes away what is no more. Sets are compared as wholes, so
 * that it costs the same for each row however many there are, and a row that stays as it is is not even locked.
 */
const keep = (fresh: string): string => `
with slot as (select * from unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::timestamptz[]) as s (agency_id, grain, starts, ends)),
     ${fresh},
     old as materialized (
       select f.agency_id, f.grain, f.starts_at, f.other_agency_id, f.sent, f.arrived, f.returned, f.received, f.received_outside
         from slot s join exchange_desk.flow f on f.agency_id = s.agency_id and f.grain = s.grain and f.starts_at >= s.starts and f.starts_at < s.ends),
     gone as (
       delete from exchange_desk.flow f using (select ${KEY} from old except select ${KEY} from fresh) g
        where f.agency_id = g.agency_id and f.grain = g.grain and f.starts_at = g.starts_at and f.other_agency_id = g.other_agency_id returning f.agency_id),
     written as (
       insert into exchange_desk.flow (${KEY}, ${COUNTS}) select * from (select * from fresh except select * from old) different
       on conflict (${KEY}) do update set sent = excluded.sent, arrived = excluded.arrived, returned = excluded.returned, received = excluded.received, received_outside = excluded.received_outside
       returning agency_id)
select agency_id as "agencyId" from gone union select agency_id from written`;

const KEEP_HOURS = keep(`${COUNTED},
     fresh (${KEY}, ${COUNTS}) as materialized (
       select agency_id, 'minute', minute, other_agency_id, ${COUNTS} from counted where minute >= $13
       union all select agency_id, 'hour', date_trunc('hour', minute), other_agency_id, ${SUMS} from counted group by 1, 3, 4)`);

const KEEP_DAYS = keep(`fresh (${KEY}, ${COUNTS}) as materialized (
       select s.agency_id, 'day', s.starts, h.other_agency_id, ${SUMS}
         from slot s join exchange_desk.flow h on h.agency_id = s.agency_id and h.grain = 'hour' and h.starts_at >= s.starts and h.starts_at < s.ends group by 1, 3, 4)`);

const KEEP_OLD_DAYS = keep(`${COUNTED},
     fresh (${KEY}, ${COUNTS}) as materialized (
       select s.agency_id, 'day', s.starts, c.other_agency_id, ${SUMS}
         from slot s join counted c on c.agency_id = s.agency_id and c.minute >= s.starts and c.minute < s.ends group by 1, 3, 4)`);
