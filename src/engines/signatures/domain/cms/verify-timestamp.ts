/** Reads and checks RFC 3161 time stamp tokens. Trust in the authority is judged elsewhere. */
import { hash as hashOnce } from 'node:crypto';
import { Asn1Error } from '../asn1/errors.ts';
import { booleanOf, children, contentOf, expectTag, fieldsOf, numberOf, octetsOf, oidOf, readAsn1, timeOf } from '../asn1/reader.ts';
import type { Asn1Node, Fields } from '../asn1/reader.ts';
import { readHashAlgorithm } from '../pki/algorithms.ts';
import type { HashName } from '../pki/algorithms.ts';
import type { Certificate } from '../pki/certificate.ts';
import { PkiError } from '../pki/errors.ts';
import { OID } from '../pki/oids.ts';
import { CmsError } from './verify-errors.ts';
import { parseCms, verifyCms } from './verify.ts';
import type { CmsCheck, CmsSignature, ReadCertificate } from './verify.ts';

export interface TimestampToken {
  readonly cms: CmsSignature;
  readonly policy: string;
  readonly imprintHash: HashName;
  readonly imprint: Buffer;
  readonly serial: Buffer;
  /** When the authority says that it made the token (genTime). */
  readonly time: Date;
  /** How far that may be off either way, in milliseconds; undefined when the token does not say. */
  readonly accuracyMs: number | undefined;
  /** The latest instant at which the token may have been made: what it is about existed by then, and nothing earlier is proven (RFC 3161 section 2.4.2). */
  readonly latest: Date;
  /** The authority vouches that the times of all its tokens stand in the order in which it made them, however inaccurate they are. */
  readonly isOrdered: boolean;
}

/**
 * What is taken for the accuracy of a token that states none. It may be known otherwise (RFC 3161 section 2.4.2), and one second is what ETSI
 * EN 319 421 clause 7.7.2 demands of any authority: silence must not prove more than the best that may be stated.
 */
const silentAccuracyMs = 1000;

/** Reads a token. Throws CmsError. */
export function parseTimestampToken(bytes: Buffer, readCertificate?: ReadCertificate): TimestampToken {
  const cms = parseCms(bytes, readCertificate);
  if (cms.contentType !== OID.tstInfo || cms.content === undefined) throw new CmsError('cms.notSignedData', 'not a time stamp');
  try {
    const fields = fieldsOf(readAsn1(cms.content, { ber: true }));
    if (numberOf(fields.take(0x02)) !== 1) throw new CmsError('cms.malformed', 'time stamp version');
    const policy = oidOf(fields.take());
    const imprint = fieldsOf(fields.take(0x30));
    const [imprintHash, digest] = [readHashAlgorithm(imprint.take(0x30)), octetsOf(imprint.take(0x04))];
    const serial = contentOf(fields.take(0x02));
    const time = timeOf(fields.take(0x18));
    const { accuracyMs, isOrdered } = readRest(fields);
    const latest = new Date(time.getTime() + (accuracyMs ?? silentAccuracyMs));
    return { cms, policy, imprintHash, imprint: digest, serial, time, accuracyMs, latest, isOrdered };
  } catch (error) {
    if (error instanceof Asn1Error) throw new CmsError('cms.malformed', error.code, { cause: error });
    if (error instanceof PkiError) throw new CmsError('cms.unsupported', error.detail, { cause: error });
    throw error;
  }
}

/** A token whose authority says that it may be off by more is of no use, and the sum has to stay a date. */
const maxAccuracySeconds = 366 * 86_400;

/** What stands behind the time: accuracy, ordering, nonce, name, extensions (RFC 3161 section 2.4.2), all optional and in this order. */
function readRest(fields: Fields): Pick<TimestampToken, 'accuracyMs' | 'isOrdered'> {
  const accuracy = fields.optional(0x30);
  const ordering = fields.optional(0x01);
  fields.optional(0x02);
  fields.optional(0xa0);
  const extensions = fields.optional(0xa1);
  if (fields.rest().length > 0) throw new CmsError('cms.malformed', 'time stamp');
  // Nobody knows what a token means that carries something which must be understood and is not (RFC 5280 section 4.2).
  if (extensions && hasCritical(extensions)) throw new CmsError('cms.unsupported', 'critical extension of a time stamp');
  return { accuracyMs: accuracy && readAccuracy(accuracy), isOrdered: ordering !== undefined && booleanOf(ordering) };
}

/** Seconds, thousandths [0] and millionths [1] of them; what is missing is zero. Rounded up: a bound may not shrink. */
function readAccuracy(node: Asn1Node): number {
  const fields = fieldsOf(node);
  const within = (part: Asn1Node | undefined, most: number): number => {
    const value = part === undefined ? 0 : numberOf({ ...part, tag: 0x02 });
    if (value < 0 || value > most) throw new CmsError('cms.malformed', 'accuracy of a time stamp');
    return value;
  };
  const [seconds, millis, micros] = [within(fields.optional(0x02), maxAccuracySeconds), within(fields.optional(0x80), 999), within(fields.optional(0x81), 999)];
  if (fields.rest().length > 0) throw new CmsError('cms.malformed', 'accuracy of a time stamp');
  return seconds * 1000 + millis + Math.ceil(micros / 1000);
}

/** Under the implicit tag [1] the extensions stand without the SEQUENCE that certificates put around them. */
function hasCritical(node: Asn1Node): boolean {
  return children(node).some((each) => {
    const fields = fieldsOf(expectTag(each, 0x30));
    fields.take(0x06);
    const critical = fields.optional(0x01);
    return critical !== undefined && booleanOf(critical);
  });
}

/**
 * Checks that the token was signed by its authority's key and that it is about the data with this digest. Without an ESS signing
 * certificate a token is refused as `format` (RFC 3161 section 2.4.2 demands it).
 */
export function verifyTimestampToken(token: TimestampToken, digestOf: (hash: HashName) => Buffer, moreCertificates: readonly Certificate[] = []): CmsCheck {
  const { cms } = token;
  const content = cms.content ?? Buffer.alloc(0);
  const check = verifyCms({ cms, digestOf: (hash) => hashOnce(hash, content, 'buffer'), moreCertificates, expectedContentType: OID.tstInfo });
  if (!token.imprint.equals(digestOf(token.imprintHash))) return { ...check, verdict: 'hash-mismatch' };
  return check.verdict === 'ok' && check.ess === 'absent' ? { ...check, verdict: 'format' } : check;
}
