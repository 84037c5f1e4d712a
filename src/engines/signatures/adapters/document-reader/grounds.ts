/** Puts the raw material that verdicts rest on into words and figures, for the expert who opens the report to the last attribute. */
import { hash as hashOnce } from 'node:crypto';
import { CmsError } from '../../domain/cms/verify-errors.ts';
import { parseCms } from '../../domain/cms/verify.ts';
import { children, fieldsOf, oidOf, rawOf, readAsn1 } from '../../domain/asn1/reader.ts';
import { Asn1Error } from '../../domain/asn1/errors.ts';
import { PkiError } from '../../domain/pki/errors.ts';
import { OID } from '../../domain/pki/oids.ts';
import type { ValidationCache } from '../../domain/validation/cache.ts';
import { reportCertificate } from '../../domain/validation/report-parts.ts';
import type { CertificateReport } from '../../domain/validation/report.ts';
import type { FileReport, Grounds, RevocationSourceReport, SignedAttributeReport } from './file-report.ts';

/** What a domain says that one verdict rests on. */
export type RawGrounds = {
  certificates: readonly Uint8Array[];
  crls: readonly Uint8Array[];
  ocsps: readonly Uint8Array[];
  /** The CMS container of the signature, for its signed attributes. */
  container?: Buffer | undefined;
  /** The same for kinds that are no CMS. */
  attributes?: SignedAttributeReport[];
};

export type DescribedGrounds = Pick<FileReport, 'certificates' | 'revocations'> & { grounds: Grounds[] };

/** Describes the grounds of each signature; what several share stands once. `isGiven` tells what came from outside the file. */
export function describeGrounds(raw: readonly RawGrounds[], { cache, isGiven }: { cache: ValidationCache; isGiven: (sha256: string) => boolean }): DescribedGrounds {
  const certificates = new Map<string, CertificateReport>();
  const revocations = new Map<string, RevocationSourceReport>();
  const origin = (sha256: string): RevocationSourceReport['origin'] => (isGiven(sha256) ? 'given' : 'embedded');
  const grounds = raw.map((each): Grounds => {
    const path = each.certificates.map((bytes) => reportCertificate(cache.readCertificate(Buffer.from(bytes))));
    const sources = [...each.crls.map((bytes) => describeList(Buffer.from(bytes), cache)), ...each.ocsps.map((bytes) => describeAnswer(Buffer.from(bytes), cache))];
    for (const certificate of path) certificates.set(certificate.fingerprint, certificate);
    for (const source of sources) revocations.set(source.sha256, { ...source, origin: origin(source.sha256) });
    return { certificates: path.map(({ fingerprint }) => fingerprint), revocations: sources.map(({ sha256 }) => sha256), attributes: each.attributes ?? (each.container ? attributesOf(each.container, cache) : []) };
  });
  return { certificates: [...certificates.values()], revocations: [...revocations.values()], grounds };
}

type Source = Omit<RevocationSourceReport, 'origin'>;

function describeList(raw: Buffer, cache: ValidationCache): Source {
  const { issuer, thisUpdate, nextUpdate, number } = cache.readRevocationList(raw);
  return { kind: 'crl', sha256: sha256Of(raw), issuer: issuer.text, producedAt: thisUpdate.toISOString(), nextUpdate: nextUpdate?.toISOString() ?? null, number: number === undefined ? null : String(number) };
}

function describeAnswer(raw: Buffer, cache: ValidationCache): Source {
  const { producedAt, answers, certificates } = cache.readOcspResponse(raw);
  const ends = answers.flatMap(({ nextUpdate }) => nextUpdate?.getTime() ?? []);
  const nextUpdate = ends.length === 0 ? null : new Date(Math.min(...ends)).toISOString();
  return { kind: 'ocsp', sha256: sha256Of(raw), issuer: certificates[0]?.subject.text ?? null, producedAt: producedAt.toISOString(), nextUpdate, number: null };
}

/** Longer values are told by their length and hash. */
const shownBytes = 64;
const maxAttributes = 60;

/** The signed attributes as they stand in the container, readable where their meaning is known. */
function attributesOf(container: Buffer, cache: ValidationCache): SignedAttributeReport[] {
  try {
    const { signedAttributes } = parseCms(container, (bytes) => cache.readCertificate(bytes));
    if (signedAttributes === undefined) return [];
    return children(readAsn1(signedAttributes.encoded)).slice(0, maxAttributes).map((attribute) => {
      const fields = fieldsOf(attribute);
      const name = oidOf(fields.take());
      const value = rawOf(fields.take());
      if (name === OID.messageDigest) return { name, value: signedAttributes.messageDigest.toString('hex') };
      if (name === OID.contentType) return { name, value: signedAttributes.contentType };
      if (name === OID.signingTime && signedAttributes.signingTime) return { name, value: signedAttributes.signingTime.toISOString() };
      const ess = signedAttributes.essCertificateId;
      if ((name === OID.signingCertificate || name === OID.signingCertificateV2) && ess) return { name, value: `${ess.hash} ${ess.digest.toString('hex')}` };
      return { name, value: value.length <= shownBytes ? value.toString('hex') : `${String(value.length)} bytes, sha256 ${sha256Of(value)}` };
    });
  } catch (error) {
    if (error instanceof CmsError || error instanceof Asn1Error || error instanceof PkiError) return [];
    throw error;
  }
}

/** The parameters of a JWS header (RFC 7515 section 4); the certificates among them are shown as such. */
export function headerAttributes(jws: string): SignedAttributeReport[] {
  try {
    const header: unknown = JSON.parse(Buffer.from(jws.split('.', 1)[0] ?? '', 'base64url').toString('utf8'));
    if (typeof header !== 'object' || header === null) return [];
    return Object.entries(header)
      .filter(([name]) => name !== 'x5c')
      .slice(0, maxAttributes)
      .map(([name, value]: [string, unknown]) => ({ name: name.slice(0, shownBytes), value: JSON.stringify(value).slice(0, 4 * shownBytes) }));
  } catch (error) {
    // The verdict says already that the header cannot be read.
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}

export function sha256Of(bytes: Uint8Array): string {
  return hashOnce('sha256', bytes, 'hex');
}
