import { service, type Kernel } from '#kernel/kernel.ts';
import { startGathering, type Gathering } from './gathering.ts';
import { builtInHosts, findHost, readHosts, type AllowedHost } from './hosts.ts';
import { chainCaches, createMemoryCache, createTableCache } from './lookup-cache.ts';
import { createRevocationNetwork, type RevocationNetwork } from './network.ts';

export type { Gathered } from './gathering.ts';
export { keepMaterial, keepMaterials, type Material } from './lookup-cache.ts';

const network = service<RevocationNetwork>(Symbol('revocation network'), (kernel) =>
  createRevocationNetwork({
    hosts: configuredHosts(kernel.config.revocationHosts),
    cache: chainCaches(createMemoryCache(), createTableCache(kernel.database.pool)),
    now: () => kernel.clock.now(),
  }),
);

/** The built-in list and REVOCATION_HOSTS; `none` empties both. */
function configuredHosts(text: string | undefined): readonly AllowedHost[] {
  if (text?.trim() === 'none') return [];
  return [...builtInHosts, ...readHosts(text ?? '')];
}

/** Whether this address may be asked at all: it is on the closed list. */
export function mayBeAsked(kernel: Kernel, address: string): boolean {
  return URL.canParse(address) && findHost(new URL(address), configuredHosts(kernel.config.revocationHosts)) !== undefined;
}

/**
 * One validation's look-ups. What stays without answer is noted in the log and nothing more: the report says what is not known. `isFresh`
 * leaves the cache out.
 */
export function gatherRevocations(kernel: Kernel, { isFresh = false }: { isFresh?: boolean } = {}): Gathering {
  return startGathering({
    network: network(kernel),
    isFresh,
    onSilence: (step, cause) => {
      kernel.log.info({ err: cause, kind: step.kind, url: step.url }, 'an authority could not be asked about a certificate');
    },
  });
}
