import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Kernel } from '#kernel/kernel.ts';
import type { StoredReport } from '#engines/signatures/index.ts';
import { verificationErrors } from './errors.ts';

/**
 * A report that travels with the page that shows it. The page promises that nothing is kept, so the report cannot wait on the server for
 * somebody to download it; and the installation signs reports, so it cannot take one from a browser on trust. The page therefore holds the
 * report under a seal of this installation (HMAC), and the download buttons send it back. The seal holds for an hour: a verdict is about one
 * moment, and an old page must not give a report that looks new. Any process of the installation opens it, since they share APP_SECRET.
 */
export type SealedReport = { report: StoredReport; fileName: string };

const HOLDS_MS = 3_600_000;
/** More than this is no form field any more; the report of some hundred signatures. */
export const TICKET_LIMIT_BYTES = 2 * 1024 * 1024;
const INFLATED_LIMIT_BYTES = 64 * 1024 * 1024;

/** Undefined when the report is too long to travel. */
export function sealReport(kernel: Kernel, sealed: SealedReport): string | undefined {
  const until = kernel.clock.now().getTime() + HOLDS_MS;
  const content = deflateRawSync(JSON.stringify({ ...sealed, until })).toString('base64url');
  const ticket = `${content}.${macOf(kernel, content).toString('base64url')}`;
  return ticket.length > TICKET_LIMIT_BYTES ? undefined : ticket;
}

/** @throws verification.reportUnknown · reportExpired */
export function openReport(kernel: Kernel, ticket: string): SealedReport {
  const [content = '', mac = ''] = ticket.split('.', 2);
  const given = Buffer.from(mac, 'base64url');
  const wanted = macOf(kernel, content);
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) throw verificationErrors.reportUnknown();
  // safe because only sealReport makes what bears this seal
  const { until, ...sealed } = JSON.parse(inflateRawSync(Buffer.from(content, 'base64url'), { maxOutputLength: INFLATED_LIMIT_BYTES }).toString('utf8')) as SealedReport & { until: number };
  if (until < kernel.clock.now().getTime()) throw verificationErrors.reportExpired();
  return sealed;
}

function macOf({ config }: Kernel, content: string): Buffer {
  const key = Buffer.from(hkdfSync('sha256', config.appSecret, '', 'lienthong verification report-ticket', 32));
  return createHmac('sha256', key).update(content).digest();
}
