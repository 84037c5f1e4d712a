/** Anchors with the time for which they are trusted: a root may be withdrawn, and what it vouched for before stays good if it can be proven. */
import type { Certificate } from '../pki/certificate.ts';

/** JSON-safe apart from its instants. Several periods of one anchor add up. */
export interface TrustPeriod {
  /** SHA-256 of the anchor, hexadecimal. */
  readonly fingerprint: string;
  readonly from?: Date | undefined;
  /** The first instant at which it is no longer trusted. */
  readonly until?: Date | undefined;
  /** Trusted for time stamps alone: whoever stamps times may not name signers. */
  readonly only?: 'timestamp' | undefined;
}

/** The anchors that are trusted at an instant. One without any period is trusted always. */
export function anchorsInForce(anchors: readonly Certificate[], periods: readonly TrustPeriod[], at: Date): readonly Certificate[] {
  return havingPeriod(anchors, periods, ({ from, until }) => (from === undefined || at >= from) && (until === undefined || at < until));
}

/** The anchors that are, were or will be trusted for a purpose, and the periods that count for it. */
export function trustFor(purpose: 'sign' | 'timestamp', anchors: readonly Certificate[], periods: readonly TrustPeriod[]): { readonly anchors: readonly Certificate[]; readonly periods: readonly TrustPeriod[] } {
  if (purpose === 'timestamp' || periods.every(({ only }) => only === undefined)) return { anchors, periods };
  return { anchors: havingPeriod(anchors, periods, ({ only }) => only === undefined), periods: periods.filter(({ only }) => only === undefined) };
}

function havingPeriod(anchors: readonly Certificate[], periods: readonly TrustPeriod[], counts: (period: TrustPeriod) => boolean): readonly Certificate[] {
  if (periods.length === 0) return anchors;
  return anchors.filter(({ fingerprint }) => {
    const own = periods.filter((period) => period.fingerprint === fingerprint);
    return own.length === 0 || own.some(counts);
  });
}
