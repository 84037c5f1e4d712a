import type { CommandContext } from '#kernel/command.ts';
import { service, type Kernel } from '#kernel/kernel.ts';
import type { CalendarDay } from '#kernel/time.ts';
import { agenciesOn, type AgencyId, type AgencyOnDay } from './queries/agencies.ts';
import { BELIEF_MS } from './session-cache.ts';

const MOST_ENTRIES = 5000;

type KnownAgencies = { entries: Map<string, { agency: AgencyOnDay; readAt: number }>; /** Counts what made the entries void. */ changes: number; changedAt: number };

const known = service<KnownAgencies>(Symbol('identity agencies'), () => ({ entries: new Map(), changes: 0, changedAt: Number.NEGATIVE_INFINITY }));

/**
 * `agenciesOn` for commands that are given all day long for the same few agencies. A name or code is believed for some seconds; what this process
 * changes itself is seen at once, by whoever changes it too, and what another one changes as soon as its hint is heard.
 */
export async function knownAgenciesOn(ctx: CommandContext, ids: readonly AgencyId[], day: CalendarDay): Promise<ReadonlyMap<AgencyId, AgencyOnDay>> {
  const cache = known(ctx.kernel);
  const now = ctx.now.getTime();
  if (now - cache.changedAt <= BELIEF_MS) return agenciesOn(ctx, ids, day);
  const found = new Map<AgencyId, AgencyOnDay>();
  const missing: AgencyId[] = [];
  for (const id of ids) {
    const entry = cache.entries.get(`${day} ${id}`);
    if (entry === undefined || now - entry.readAt > BELIEF_MS) missing.push(id);
    else found.set(id, entry.agency);
  }
  if (missing.length === 0) return found;
  const { changes } = cache;
  for (const [id, agency] of await agenciesOn(ctx, missing, day)) {
    found.set(id, agency);
    if (cache.changes !== changes) continue;
    if (cache.entries.size >= MOST_ENTRIES) cache.entries.clear();
    cache.entries.set(`${day} ${id}`, { agency, readAt: now });
  }
  return found;
}

/** Nothing is believed until a change of this process has surely been committed. */
export function agenciesChange(kernel: Kernel): void {
  known(kernel).changedAt = kernel.clock.now().getTime();
  forgetAgencies(kernel);
}

/** What another process changed is read anew. */
export function forgetAgencies(kernel: Kernel): void {
  const cache = known(kernel);
  cache.entries.clear();
  cache.changes += 1;
}
