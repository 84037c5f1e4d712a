import type { PersonActor } from '#kernel/actor.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { vietnamDay } from '#kernel/time.ts';
import { overdueUnsent, type UnsentDocument } from '#engines/exchange/index.ts';
import type { StatisticsQuery, StatisticsReply, UnsentReply } from '../contract.ts';
import { overseesExchange, readsContent } from '../policy.ts';
import { namedAgencies } from './groups.ts';

const MOST_SHOWN = 500;

/** What is signed and past its deadline of sending, the longest overdue first: of all agencies for those who oversee the province. No content of another agency's. */
export async function unsentFor(kernel: Kernel, actor: PersonActor): Promise<UnsentReply> {
  const found = await overdueOf(kernel, actor);
  const named = await namedAgencies(kernel.database.pool, found.map(({ agencyId }) => agencyId), kernel.clock.now());
  return {
    count: found.length,
    rows: found.slice(0, MOST_SHOWN).map(({ agencyId, subject, number, summary, signerName, signedAt, dueAt, waitsFor }) => {
      const isOwn = readsContent(actor, agencyId);
      return {
        agencyId,
        agencyName: named.get(agencyId)?.name ?? '',
        subject,
        isOwn,
        number,
        summary: isOwn ? summary : null,
        signerName: isOwn ? signerName : null,
        signedAt: signedAt.toISOString(),
        dueAt: dueAt.toISOString(),
        waitsFor,
      };
    }),
  };
}

/** How many documents of each agency were due in these months and are not sent today. They stand in no figure of what was sent. */
export async function unsentOf(kernel: Kernel, actor: PersonActor, query: StatisticsQuery): Promise<StatisticsReply['unsent']> {
  const found = (await overdueOf(kernel, actor)).filter(({ dueAt }) => isWithin(vietnamDay(dueAt).slice(0, 7), query));
  const named = await namedAgencies(kernel.database.pool, found.map(({ agencyId }) => agencyId), kernel.clock.now());
  const agencies = [...Map.groupBy(found, ({ agencyId }) => agencyId)]
    .filter(([agencyId]) => query.level === undefined || named.get(agencyId)?.group === query.level)
    .map(([agencyId, own]) => ({ agencyId, name: named.get(agencyId)?.name ?? '', count: own.length }))
    .sort((a, b) => b.count - a.count || a.name.localeCompare(b.name, 'vi'));
  return { total: agencies.reduce((sum, { count }) => sum + count, 0), agencies };
}

function overdueOf(kernel: Kernel, actor: PersonActor): Promise<UnsentDocument[]> {
  return overdueUnsent(kernel, { agencyId: overseesExchange(actor) ? null : actor.agencyId });
}

const isWithin = (month: string, { from, to }: StatisticsQuery): boolean => from <= month && month <= to;
