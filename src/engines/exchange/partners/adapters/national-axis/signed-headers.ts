import { createHmac } from 'node:crypto';
import { isoInVietnam } from '#kernel/time.ts';

const PREFIX = 'XroadVnpt-';
const VERSION = '3.0.201608';

/** `ddMMyyyy'T'HHmmss+SSSS` in Vietnam's time; the part behind the plus are milliseconds, not a zone (SDK VXP 2.0). */
export function axisTimestamp(at: Date): string {
  const local = isoInVietnam(at);
  const [year = '', month = '', day = ''] = local.slice(0, 10).split('-');
  return `${day}${month}${year}T${local.slice(11, 19).replaceAll(':', '')}+${String(at.getUTCMilliseconds()).padStart(4, '0')}`;
}

export type CallIdentity = { systemId: string; secret: string; now: Date };

/**
 * The headers of one call as the axis checks them: every parameter travels as a header of its own behind `XroadVnpt-`; the
 * same ones stand as JSON in `sign-header`, their names in `sign-header-key`, and the HMAC-SHA256 of that JSON with the
 * shared secret, hex, in `hash-header`. Parameters must be ASCII.
 */
export function signedHeaders(parameters: Readonly<Record<string, string>>, contentType: string, { systemId, secret, now }: CallIdentity): Record<string, string> {
  const all = { timestamp: axisTimestamp(now), systemid: systemId, 'Content-Type': contentType, ...parameters };
  const prefixed = Object.fromEntries(Object.entries(all).map(([name, value]) => [PREFIX + name, value]));
  const signed = JSON.stringify(prefixed);
  return {
    'Content-Type': contentType,
    ...prefixed,
    [`${PREFIX}sign-header-key`]: Object.keys(all).join(';'),
    [`${PREFIX}sign-header`]: signed,
    [`${PREFIX}hash-header`]: createHmac('sha256', secret).update(signed, 'utf8').digest('hex'),
    [`${PREFIX}version`]: VERSION,
    'User-Agent': 'LienThong XRoad/VPCP',
  };
}
