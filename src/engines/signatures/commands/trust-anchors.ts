import type { CommandContext } from '#kernel/command.ts';
import { formatInstant, startOfVietnamDay, vietnamDay, type CalendarDay } from '#kernel/time.ts';
import { Asn1Error } from '../domain/asn1/errors.ts';
import { isSelfIssued, parseCertificate, parseCertificates, type Certificate } from '../domain/pki/certificate.ts';
import { PkiError } from '../domain/pki/errors.ts';
import { signatureErrors, translateDomainError } from '../errors.ts';
import { installation } from '../events.ts';

/** `validTo` is the first day on which the certificate is no longer trusted. */
export type TrustPeriodInput = { legalBasis: string; validFrom: CalendarDay; validTo: CalendarDay | null };
export type NewTrustAnchor = TrustPeriodInput & { certificate: string };

/** Trusts one certificate, as PEM or as DER in base64, for a period. @throws signatures.certificate.malformed · certificateAlreadyThere · trustPeriodEmpty */
export async function addTrustAnchor(ctx: CommandContext, { certificate: text, ...period }: NewTrustAnchor): Promise<{ fingerprint: string }> {
  const certificate = readAnchor(text);
  assertPeriod(period);
  await lockTrustStore(ctx);
  if (!(await addPeriod(ctx, certificate, period))) throw signatureErrors.certificateAlreadyThere();
  return { fingerprint: certificate.fingerprint };
}

export type AddedTrust = { added: string[]; known: string[] };

/**
 * Trusts the authorities of a file, one certificate or a PEM bundle, for one period; `known` are those that are trusted at some time of it
 * already. All or none.
 * @throws as `readTrustFile` · signatures.trustPeriodEmpty · certificateAlreadyThere where nothing is new
 */
export async function addTrustFile(ctx: CommandContext, { file, ...period }: TrustPeriodInput & { file: Buffer }): Promise<AddedTrust> {
  const certificates = readTrustFile(file);
  assertPeriod(period);
  await lockTrustStore(ctx);
  const result: AddedTrust = { added: [], known: [] };
  for (const certificate of certificates) {
    const isNew = await addPeriod(ctx, certificate, period);
    (isNew ? result.added : result.known).push(nameOf(certificate));
  }
  if (result.added.length === 0) throw signatureErrors.certificateAlreadyThere();
  return result;
}

export type TrustEnd = { fingerprint: string; endsOn: CalendarDay; reason: string };

/**
 * Ends the trust in a certificate from the beginning of a day on, and at once where that is today: never earlier, so that what was judged at
 * its proven time stays as it was. A period that would have begun later is taken away.
 * @throws signatures.trustNotFound · trustEndTooEarly · trustEndedAlready
 */
export async function endTrust(ctx: CommandContext, { fingerprint, endsOn, reason }: TrustEnd): Promise<void> {
  const today = vietnamDay(ctx.now);
  await lockTrustStore(ctx);
  const { rows } = await ctx.query('select name from signatures.trust_anchor where fingerprint = $1 limit 1', [fingerprint]);
  // safe because the statement selects exactly this column, which is never null
  const [known] = rows as { name: string }[];
  if (known === undefined) throw signatureErrors.trustNotFound();
  if (endsOn < today) throw signatureErrors.trustEndTooEarly({ fields: [{ path: 'endsOn', vi: 'Chọn hôm nay hoặc một ngày sau.', en: 'Choose today or a later day.' }] });
  const end = endsOn === today ? ctx.now : startOfVietnamDay(endsOn);
  const shortened = await ctx.query(
    `update signatures.trust_anchor set valid_to = $2, end_reason = $3, ended_at = $4
      where fingerprint = $1 and valid_from < $2 and (valid_to is null or valid_to > $2)`,
    [fingerprint, end, reason, ctx.now],
  );
  const never = await ctx.query('delete from signatures.trust_anchor where fingerprint = $1 and valid_from >= $2', [fingerprint, end]);
  if (shortened.rowCount === 0 && never.rowCount === 0) throw signatureErrors.trustEndedAlready();
  ctx.record({
    type: 'signatures.trust-anchor-ended',
    agencyId: installation,
    subject: { type: 'trust-anchor', id: installation },
    data: { name: known.name, fingerprint, endsAt: formatInstant(end), reason },
  });
}

/** More would not be looked through by a person before they are trusted; public bundles hold some 150. */
const MOST_IN_FILE = 200;

/**
 * The authorities of a file (DER, or PEM with one or more), each once.
 * @throws signatures.certificate.malformed · trustFileEmpty · trustFileTooLong · trustNotAuthority
 */
export function readTrustFile(file: Buffer): Certificate[] {
  const found = [...new Map(parsed(file).map((certificate) => [certificate.fingerprint, certificate])).values()];
  if (found.length === 0) throw signatureErrors.trustFileEmpty();
  if (found.length > MOST_IN_FILE) throw signatureErrors.trustFileTooLong({ values: { most: MOST_IN_FILE } });
  const other = found.find((certificate) => !isAuthority(certificate));
  if (other !== undefined) throw signatureErrors.trustNotAuthority({ values: { name: nameOf(other) } });
  return found;
}

/** How a certificate is called in lists: its common name, or the whole name where there is none. */
export function nameOf({ subject }: Certificate): string {
  return subject.commonName ?? subject.text;
}

/** Roots of the nineties have version 1 and do not say that they are authorities. */
function isAuthority(certificate: Certificate): boolean {
  const { basicConstraints } = certificate;
  return basicConstraints === undefined ? isSelfIssued(certificate) : basicConstraints.ca;
}

function parsed(file: Buffer): Certificate[] {
  try {
    return parseCertificates(file);
  } catch (error) {
    if (error instanceof PkiError || error instanceof Asn1Error) throw translateDomainError(error);
    throw error;
  }
}

function readAnchor(text: string): Certificate {
  try {
    return parseCertificate(text.includes('-----BEGIN') ? Buffer.from(text, 'latin1') : Buffer.from(text, 'base64'));
  } catch (error) {
    throw translateDomainError(error);
  }
}

function assertPeriod({ validFrom, validTo }: TrustPeriodInput): void {
  if (validTo !== null && validTo <= validFrom) {
    throw signatureErrors.trustPeriodEmpty({ fields: [{ path: 'validTo', vi: 'Chọn ngày sau ngày bắt đầu tin cậy.', en: 'Choose a day after the first day of trust.' }] });
  }
}

/** Whoever changes the store waits for the others, so that no two periods of one certificate overlap. */
async function lockTrustStore(ctx: CommandContext): Promise<void> {
  await ctx.query(`select pg_advisory_xact_lock(hashtextextended('signatures.trust_anchor', 0))`);
}

/** False where the certificate is trusted at some time of the period already. */
async function addPeriod(ctx: CommandContext, certificate: Certificate, { legalBasis, validFrom, validTo }: TrustPeriodInput): Promise<boolean> {
  const { fingerprint } = certificate;
  const name = nameOf(certificate);
  const [from, to] = [startOfVietnamDay(validFrom), validTo === null ? null : startOfVietnamDay(validTo)];
  const inserted = await ctx.query(
    `insert into signatures.trust_anchor (fingerprint, name, certificate, legal_basis, valid_from, valid_to, added_at)
     select $1::text, $2::text, $3::bytea, $4::text, $5::timestamptz, $6::timestamptz, $7::timestamptz
      where not exists (select 1 from signatures.trust_anchor as other where other.fingerprint = $1::text
                           and tstzrange(other.valid_from, other.valid_to) && tstzrange($5::timestamptz, $6::timestamptz))`,
    [fingerprint, name, certificate.raw, legalBasis, from, to, ctx.now],
  );
  if (inserted.rowCount === 0) return false;
  ctx.record({ type: 'signatures.trust-anchor-added', agencyId: installation, subject: { type: 'trust-anchor', id: installation }, data: { name, fingerprint, legalBasis } });
  return true;
}
