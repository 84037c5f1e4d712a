import type { Kernel } from '#kernel/kernel.ts';
import type { LiveHint, LiveHub } from '#kernel/live.ts';
import { forgetAgencies } from './known-agencies.ts';
import { sessionCache } from './session-cache.ts';
import { forgetLimits } from './settings.ts';

/** Lets changes made by other processes take effect here at once. Returns the function that ends it. */
export function watchIdentity(kernel: Kernel, hub: Pick<LiveHub, 'subscribe'>): () => void {
  return hub.subscribe((hint: LiveHint) => {
    if (hint.topic !== 'identity' && hint.topic !== '*') return;
    sessionCache(kernel).forgetAgencies(hint.agencyIds);
    forgetAgencies(kernel);
    forgetLimits(kernel);
  });
}
