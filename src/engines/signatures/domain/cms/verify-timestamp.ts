/** Reads and checks RFC 3161 time stamp tokens. Trust in the authority is judged elsewhere. */
import { hash as hashOnce } from 'node:crypto';
import { Asn1Error } from '../asn1/errors.ts';
import { contentOf, fieldsOf, numberOf, octetsOf, oidOf, readAsn1, timeOf } from '../asn1/reader.ts';
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
  readonly time: Date;
}

/** Reads a token. Throws CmsError. */
export function parseTimestampToken(bytes: Buffer, readCertificate?: ReadCertificate): TimestampToken {
  const cms = parseCms(bytes, readCertificate);
  if (cms.contentType !== OID.tstInfo || cms.content === undefined) throw new CmsError('cms.notSignedData', 'not a time stamp');
  try {
    const fields = fieldsOf(readAsn1(cms.content, { ber: true }));
    if (numberOf(fields.take(0x02)) !== 1) throw new CmsError('cms.malformed', 'time stamp version');
    const policy = oidOf(fields.take());
    const imprint = fieldsOf(fields.take(0x30));
    return {
      cms,
      policy,
      imprintHash: readHashAlgorithm(imprint.take(0x30)),
      imprint: octetsOf(imprint.take(0x04)),
      serial: contentOf(fields.take(0x02)),
      time: timeOf(fields.take(0x18)),
    };
  } catch (error) {
    if (error instanceof Asn1Error) throw new CmsError('cms.malformed', error.code, { cause: error });
    if (error instanceof PkiError) throw new CmsError('cms.unsupported', error.detail, { cause: error });
    throw error;
  }
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
