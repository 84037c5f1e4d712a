import type { z } from 'zod';
import type { inboundView, partnerView, systemView, transferView } from '#engines/exchange/contract.ts';
import type { Translate } from '#ui/i18n.ts';
import { messages, type MessageKey } from './messages.ts';
import { packetMessages, type PacketKey } from './packet-messages.ts';

export type Partner = z.infer<typeof partnerView>;
export type System = z.infer<typeof systemView>;
export type Arrival = z.infer<typeof inboundView>;
export type Transfer = z.infer<typeof transferView>;

export const PARTNERS = '/api/v1/exchange/partners';
export const SYSTEMS = '/api/v1/exchange/systems';
export const ARRIVALS = '/api/v1/exchange/arrivals';
/** So many arrivals are one page of the server's. */
export const ARRIVALS_PAGE = 100;
export const LOOK_AGAIN_MS = 30_000;

const isKeyOf = <Key extends string>(dictionary: { vi: Readonly<Record<Key, string>> }, key: string): key is Key => Object.hasOwn(dictionary.vi, key);

/** The reason of an arrival in quarantine, in words; codes that no sentence was written for are named. */
export function reasonOf(t: Translate<PacketKey>, code: string | null): string {
  const key = `code.${code ?? ''}`;
  return isKeyOf(packetMessages, key) ? t(key) : t('code.other', { code: code ?? '' });
}

/** The name of a step of the checklist. */
export function stepOf(t: Translate<MessageKey>, step: string): string {
  const key = `step.${step}`;
  return isKeyOf(messages, key) ? t(key) : step;
}

/** What of a system a person has to look at, each kind with its number. */
export function troublesOf(t: Translate<MessageKey>, { failed, quarantined, withheld }: Partner['line']): string[] {
  return [...(failed > 0 ? [t('failedCount', { count: failed })] : []), ...(quarantined > 0 ? [t('quarantinedCount', { count: quarantined })] : []), ...(withheld > 0 ? [t('withheldCount', { count: withheld })] : [])];
}
