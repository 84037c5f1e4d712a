import type { PersonActor } from '#kernel/actor.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { vietnamDay } from '#kernel/time.ts';
import { trialAgencies } from '#engines/exchange/index.ts';
import { figureNames, flowGroups, type FigureName, type Figures, type StatisticsQuery, type StatisticsReply } from '../contract.ts';
import { columnOf } from '../figures.ts';
import { figuresCompleteAt } from '../keep-figures.ts';
import { overseesExchange } from '../policy.ts';
import { namedAgencies } from './groups.ts';
import { unsentOf } from './unsent.ts';

type Row = { agencyId: string; month: string } & Figures;

/** An open notice is overdue once its day is over (30/2020/NĐ-CP Art. 21.2.c). */
const SUMS = [...Object.entries(columnOf).map(([name, column]) => `sum(${column})::int as "${name}"`), `coalesce(sum(notice_open) filter (where day < $4), 0)::int as "noticeOverdue"`].join(', ');

/** The figures by agency, level and month (28/2018/QĐ-TTg Art. 11): of all agencies for those who oversee the province, else of one's own. */
export async function exchangeStatistics(kernel: Kernel, actor: PersonActor, query: StatisticsQuery): Promise<StatisticsReply> {
  const { from, to, level } = query;
  const now = kernel.clock.now();
  // Before the figures are read: they may only be newer than it says.
  const completeAt = await figuresCompleteAt(kernel.database.pool);
  const { rows } = await kernel.database.pool.query<Row>(
    `select agency_id as "agencyId", to_char(day, 'YYYY-MM') as month, ${SUMS} from exchange_desk.day_statistic
      where day >= ($1 || '-01')::date and day < (($2 || '-01')::date + interval '1 month') and ($3::uuid is null or agency_id = $3) group by 1, 2 order by 2`,
    [from, to, overseesExchange(actor) ? null : actor.agencyId, vietnamDay(now)],
  );
  const named = await namedAgencies(kernel.database.pool, rows.map((row) => row.agencyId), now);
  const groupOf = (row: Row) => named.get(row.agencyId)?.group ?? 'other';
  const trial = await trialAgencies(kernel.database.pool);
  const shown = rows.filter((row) => !trial.has(row.agencyId) && (level === undefined || groupOf(row) === level));
  const agencies = [...Map.groupBy(shown, (row) => row.agencyId)].map(([agencyId, own]) => ({
    agencyId,
    name: named.get(agencyId)?.name ?? '',
    group: named.get(agencyId)?.group ?? ('other' as const),
    figures: sumOf(own),
  }));
  return {
    from,
    to,
    countedAt: shown.length === 0 ? null : (completeAt?.toISOString() ?? null),
    agencies: agencies.sort((a, b) => flowGroups.indexOf(a.group) - flowGroups.indexOf(b.group) || a.name.localeCompare(b.name, 'vi')),
    levels: flowGroups.flatMap((group) => {
      const own = agencies.filter((agency) => agency.group === group);
      return own.length === 0 ? [] : [{ group, agencies: own.length, figures: sumOf(own.map((agency) => agency.figures)) }];
    }),
    months: [...Map.groupBy(shown, (row) => row.month)].map(([month, own]) => ({ month, figures: sumOf(own) })),
    total: sumOf(shown),
    unsent: await unsentOf(kernel, actor, query),
  };
}

function sumOf(rows: readonly Figures[]): Figures {
  const sum = (name: FigureName): number => rows.reduce((total, row) => total + row[name], 0);
  // safe because every name of the record is given
  return Object.fromEntries(figureNames.map((name) => [name, sum(name)])) as Figures;
}
