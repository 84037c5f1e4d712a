import { systemActor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import type { Kernel } from '#kernel/kernel.ts';
import type { PartnerId } from '../../adapter.ts';
import { keepFeatures, tellsOther } from '../../features.ts';

/**
 * What this installation understands beyond the first version of the protocol. It is told when two installations connect, in each good day,
 * and in what one that cannot be called asks; whoever does not tell it is sent nothing that it could not read.
 */
export const OWN_FEATURES: readonly string[] = ['resume', 'fetch', 'directory', 'rotate', 'relay', 'openings', 'reminders'];

/** The same in the query of a request. */
export const toldFeatures = `features=${OWN_FEATURES.join(',')}`;

/** Reads it from there; nothing from an older one. */
export const featuresOf = (told: string | undefined): string[] => (told === undefined || told === '' ? [] : told.split(','));

/** Keeps what a partner has just told. */
export async function learnFeatures(kernel: Kernel, of: { partner: { id: PartnerId; name: string }; features: readonly string[] }): Promise<void> {
  if (await tellsOther(kernel.database.pool, { partnerId: of.partner.id, features: of.features })) await run(kernel, keepFeatures, of, { actor: systemActor('exchange.peer') });
}
