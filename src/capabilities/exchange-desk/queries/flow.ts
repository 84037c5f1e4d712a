import type { PersonActor } from '#kernel/actor.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { addDays, startOfVietnamDay, vietnamDay } from '#kernel/time.ts';
import { trialAgencies } from '#engines/exchange/index.ts';
import type { FlowEdge, FlowNode, FlowReply, Span } from '../contract.ts';
import { figuresCompleteAt } from '../keep-figures.ts';
import { overseesExchange } from '../policy.ts';
import { namedAgencies, type NamedAgency } from './groups.ts';

/** A map with more lines than these cannot be read; the pairs that exchange least are left out, and said to be. */
const MOST_EDGES = 300;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

const grains = { hour: 'minute', day: 'hour', month: 'day' } as const;

/** What went between whom in the last hour, day or month: of all agencies for those who oversee the province, else of one's own. */
export async function flowMap(kernel: Kernel, actor: PersonActor, span: Span): Promise<FlowReply> {
  const now = kernel.clock.now();
  const slots = slotsOf(span, now);
  const asked: Asked = { grain: grains[span], from: slots[0] ?? now, agencyId: overseesExchange(actor) ? null : actor.agencyId };
  // Before the rows are read: they may only be newer than it says.
  const completeAt = await figuresCompleteAt(kernel.database.pool);
  const trial = await trialAgencies(kernel.database.pool);
  const edges = (await edgesOf(kernel, asked)).filter(({ from, to }) => !trial.has(from) && !trial.has(to));
  const named = await namedAgencies(kernel.database.pool, edges.flatMap((edge) => [edge.from, edge.to]), now);
  const sum = (pick: (edge: FlowEdge) => number): number => edges.reduce((total, edge) => total + pick(edge), 0);
  return {
    span,
    from: asked.from.toISOString(),
    until: completeAt?.toISOString() ?? null,
    nodes: nodesOf(edges, named),
    edges: edges.slice(0, MOST_EDGES),
    pairs: edges.length,
    throughput: await throughputOf(kernel, asked, { slots, without: [...trial] }),
    sent: sum((edge) => edge.sent),
    arrived: sum((edge) => edge.arrived),
    troubled: sum((edge) => edge.troubled),
  };
}

type Asked = { grain: string; from: Date; agencyId: string | null };

/** The beginnings of the minutes, hours or days that a span shows, the oldest first. */
function slotsOf(span: Span, now: Date): Date[] {
  if (span === 'month') return Array.from({ length: 30 }, (_, index) => startOfVietnamDay(addDays(vietnamDay(now), index - 29)));
  const [stepMs, count] = span === 'hour' ? [MINUTE_MS, 60] : [HOUR_MS, 24];
  const last = Math.floor(now.getTime() / stepMs) * stepMs;
  return Array.from({ length: count }, (_, index) => new Date(last - (count - 1 - index) * stepMs));
}

/** What was sent stands with the sender; what came from outside only with its receiver. */
async function edgesOf(kernel: Kernel, { grain, from, agencyId }: Asked): Promise<FlowEdge[]> {
  const { rows } = await kernel.database.pool.query<FlowEdge>(
    `select f.from_id as "from", f.to_id as "to", sum(sent)::int as sent, sum(arrived)::int as arrived, sum(troubled)::int as troubled
       from (select agency_id as from_id, other_agency_id as to_id, sent, arrived, returned as troubled from exchange_desk.flow
              where grain = $1 and starts_at >= $2 and sent > 0 and ($3::uuid is null or agency_id = $3)
             union all
             select other_agency_id, agency_id, t.came, t.came, 0 from exchange_desk.flow, lateral (select case when $3::uuid is null then received_outside else received end as came) t
              where grain = $1 and starts_at >= $2 and t.came > 0 and ($3::uuid is null or agency_id = $3)) f
      group by 1, 2 order by 3 desc, 1, 2`,
    [grain, from, agencyId],
  );
  return rows;
}

function nodesOf(edges: readonly FlowEdge[], named: ReadonlyMap<string, NamedAgency>): FlowNode[] {
  const nodes = new Map<string, FlowNode>();
  const add = (id: string, sent: number, received: number): void => {
    const agency = named.get(id) ?? { name: '', abbreviation: '', group: 'other' as const };
    const node = nodes.get(id) ?? { id, ...agency, sent: 0, received: 0 };
    nodes.set(id, { ...node, sent: node.sent + sent, received: node.received + received });
  };
  for (const edge of edges) {
    add(edge.from, edge.sent, 0);
    add(edge.to, 0, edge.arrived);
  }
  return [...nodes.values()].sort((a, b) => b.sent + b.received - (a.sent + a.received) || a.name.localeCompare(b.name, 'vi'));
}

async function throughputOf(kernel: Kernel, { grain, from, agencyId }: Asked, { slots, without }: { slots: readonly Date[]; without: readonly string[] }): Promise<FlowReply['throughput']> {
  const { rows } = await kernel.database.pool.query<{ at: Date; sent: number; arrived: number }>(
    `select starts_at as at, sum(sent)::int as sent, sum(received)::int as arrived from exchange_desk.flow
      where grain = $1 and starts_at >= $2 and ($3::uuid is null or agency_id = $3) and agency_id <> all($4::uuid[]) group by 1`,
    [grain, from, agencyId, without],
  );
  const counted = new Map(rows.map((row) => [row.at.getTime(), row]));
  return slots.map((at) => ({ at: at.toISOString(), sent: counted.get(at.getTime())?.sent ?? 0, arrived: counted.get(at.getTime())?.arrived ?? 0 }));
}
