import { z } from 'zod';
import { subscribe } from '#kernel/events.ts';
import { endWaiting } from './commands/expire-authorizations.ts';
import { forgetPins } from './commands/remember-pin.ts';

/** Nothing can come of what waits for a certificate that was revoked or suspended: its owner is asked no longer, its application hears it, no device remembers its PIN. */
export const onCredentialRevoked = subscribe({
  event: 'signatures.credential-revoked',
  name: 'end-waiting',
  data: z.object({}),
  handle: async (ctx, events) => {
    for (const { agencyId, subject } of events) {
      await endWaiting(ctx, { agencyId, credentialId: subject.id, until: null });
      await forgetPins(ctx, { agencyId, credentialId: subject.id });
    }
  },
});

/** A PIN that was changed here makes what devices remember wrong: they forget it before it costs a try. */
export const onPinChanged = subscribe({
  event: 'signatures.pin-changed',
  name: 'forget-pins',
  data: z.object({}),
  handle: async (ctx, events) => {
    for (const { agencyId, subject, at } of events) await forgetPins(ctx, { agencyId, credentialId: subject.id, until: new Date(at) });
  },
});
