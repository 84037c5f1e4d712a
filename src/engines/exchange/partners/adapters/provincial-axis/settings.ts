import { z } from 'zod';
import type { PartnerLine } from '../../adapter.ts';
import type { EdxmlProfile } from '../../../edxml/index.ts';
import { signatureForm } from '../../contract.ts';
import { builtIn, heldUpSigning, MOST_PACKET_MB, packetKey, profileCode, signatureOf, type HeldUp } from '../edxml-packets/packet-settings.ts';

export const quotas = z.object({
  messagesPerDay: z.number().int().min(1).max(1_000_000).default(5000),
  megabytesPerDay: z.number().int().min(1).max(1_000_000).default(10_240),
  requestsPerMinute: z.number().int().min(1).max(10_000).default(120),
});

export const config = z.object({
  /** By this name the system calls (header X-SystemId). */
  systemId: z.string().regex(/^[a-z0-9][a-z0-9.-]{2,59}$/),
  /** Exchanges with the two agencies for trying only, never with real ones. */
  isSandbox: z.boolean().default(false),
  quotas: quotas.default({ messagesPerDay: 5000, megabytesPerDay: 10_240, requestsPerMinute: 120 }),
  /** Every how many minutes the system asks what waits for it, as its makers say; otherwise it is what was seen. */
  fetchesEveryMinutes: z.number().int().min(1).max(1440).optional(),
  packetLimitMb: z.number().int().min(1).max(MOST_PACKET_MB).default(MOST_PACKET_MB),
  profile: profileCode.default('national-axis'),
  signature: signatureForm.default('none'),
});
export type Config = z.output<typeof config>;

/** Vendors call us with keys of which only the hash is kept: of theirs there is no secret to keep. */
export const secrets = z.object({ packetKey: packetKey.optional() });
export type Secrets = z.output<typeof secrets>;
export type AxisLine = PartnerLine<Config, Secrets>;

/** The form in which the system is written to; unsigned when there is no key to sign with. */
export function profileOf({ config: settings, secrets: own }: Pick<AxisLine, 'config' | 'secrets'>): EdxmlProfile {
  return { ...builtIn(settings.profile), signature: signatureOf(own.packetKey === undefined ? 'none' : settings.signature) };
}

/** Why packets for the system wait, if they do: they are signed at the moment at which it fetches them. */
export function heldUp(line: Pick<AxisLine, 'kernel' | 'config' | 'secrets'>): HeldUp | undefined {
  return heldUpSigning({ signature: profileOf(line).signature, packetKey: line.secrets.packetKey, now: line.kernel.clock.now() });
}
