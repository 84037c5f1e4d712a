import { z } from 'zod';
import { vietnamDay, type CalendarDay } from '#kernel/time.ts';
import { builtInProfiles, profileOn, type EdxmlProfile } from '../../../edxml/index.ts';
import type { PartnerLine } from '../../adapter.ts';
import { anchorSettings, tlsPair } from '../../tls-anchors.ts';
import { signatureForm } from '../../contract.ts';
import { heldUpSigning, MOST_PACKET_MB, packetKey, profileCode, signatureOf, type HeldUp } from '../edxml-packets/packet-settings.ts';
import { retryClass } from './error-codes.ts';

export const config = z.object({
  /** By this name the axis knows this connecting system (header `systemid`). */
  systemId: z.string().trim().min(2).max(100),
  /** An axis that gives no sign of life for so long is given up for this time. */
  answerWithinSeconds: z.number().int().min(1).max(120).default(30),
  /** The largest packet that is sent or fetched. */
  packetLimitMb: z.number().int().min(1).max(MOST_PACKET_MB).default(100),
  /** How often the list of agencies is read. */
  directoryEveryHours: z.number().int().min(1).max(24 * 30).default(24),
  /** In which form of edXML packets are written. */
  profile: profileCode.default('national-axis'),
  /** Of packets, as an administrator chose it; that of the profile unless told. */
  signature: signatureForm.optional(),
  /** What codes of the axis mean here, before the built-in table: an axis that changes a meaning is a setting, not a release. */
  errorCodes: z.array(z.object({ code: z.string().min(1).max(20), retry: retryClass, source: z.string().min(1).max(300) })).max(200).default([]),
  ...anchorSettings,
});
export type Config = z.output<typeof config>;

export const secrets = z.object({
  /** The shared secret of the HMAC. */
  secret: z.string().min(1).max(500),
  packetKey: packetKey.optional(),
  /** With which we show ourselves to a gateway that asks for a certificate. PEM. */
  tls: tlsPair.optional(),
});
export type Secrets = z.output<typeof secrets>;
export type AxisLine = PartnerLine<Config, Secrets>;

/** The form of the packets on a day; unsigned when there is no key to sign with. */
export function profileFor({ config: settings, secrets: own }: Pick<AxisLine, 'config' | 'secrets'>, day: CalendarDay): EdxmlProfile {
  const found = profileOn(builtInProfiles, settings.profile, day);
  if (found === undefined) throw new Error(`there is no edXML profile ${settings.profile} on ${day}`);
  if (own.packetKey === undefined) return { ...found, signature: { form: 'none' } };
  return settings.signature === undefined ? found : { ...found, signature: signatureOf(settings.signature) };
}

/** Why new packets wait, if they do. */
export function heldUp(line: Pick<AxisLine, 'kernel' | 'config' | 'secrets'>): HeldUp | undefined {
  const now = line.kernel.clock.now();
  return heldUpSigning({ signature: profileFor(line, vietnamDay(now)).signature, packetKey: line.secrets.packetKey, now });
}
