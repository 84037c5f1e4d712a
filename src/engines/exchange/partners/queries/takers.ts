import type { Kernel } from '#kernel/kernel.ts';
import { vietnamDay } from '#kernel/time.ts';
import { agenciesWithRole, searchAgencies } from '#engines/identity/index.ts';
import type { TakerList } from '../contract.ts';

const MOST = 50;
/** The national list holds many agencies of one name, of which few are here. */
const LOOKED_THROUGH = 1000;

/** The agencies of this installation that an arrival may be handed to, by what is typed, each with whether somebody there would see it. */
export async function listTakers(kernel: Kernel, { text }: { text: string }): Promise<TakerList> {
  const day = vietnamDay(kernel.clock.now());
  const found = (await searchAgencies(kernel, { text, day, limit: LOOKED_THROUGH, includeClosed: false })).filter(({ hosting, state }) => hosting === 'local' && state === 'active').slice(0, MOST);
  const withClerk = await agenciesWithRole(kernel.database.pool, { agencyIds: found.map(({ id }) => id), role: 'clerk', day });
  return { agencies: found.map(({ id, name, code }) => ({ id, name, code, hasClerk: withClerk.has(id) })) };
}
