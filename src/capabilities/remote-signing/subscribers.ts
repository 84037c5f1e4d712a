import { z } from 'zod';
import { subscribe } from '#kernel/events.ts';
import { endWaiting } from './commands/expire-authorizations.ts';

/** Nothing can come of what waits for a certificate that was revoked or suspended: its owner is asked no longer, its application hears it. */
export const onCredentialRevoked = subscribe({
  event: 'signatures.credential-revoked',
  name: 'end-waiting',
  data: z.object({}),
  handle: async (ctx, events) => {
    for (const { agencyId, subject } of events) await endWaiting(ctx, { agencyId, credentialId: subject.id, until: null });
  },
});
