/**
 * Certificates and revocation material inside a CAdES signature (B-LT). EN 319 122-1 table 1 puts them into SignedData itself: lists as
 * they are, OCSP answers as "other" revocation information (RFC 5940). None of it is signed, so a B-T signature grows into B-LT later.
 */
import { ctx, enumerated, int, oct, oid, retag, seq, setOf } from '../asn1/der.ts';
import { Asn1Error } from '../asn1/errors.ts';
import { children, fieldsOf, rawOf, readAsn1 } from '../asn1/reader.ts';
import type { Asn1Node } from '../asn1/reader.ts';
import { CmsError } from '../cms/verify-errors.ts';
import { parseCms } from '../cms/verify.ts';
import { OID } from '../pki/oids.ts';

/** Raw material, each item DER. */
export interface ValidationData {
  readonly certificates?: readonly Buffer[];
  readonly crls?: readonly Buffer[];
  readonly ocsps?: readonly Buffer[];
}

/**
 * The signature with validation data added to what it already carries, each item once. Throws CmsError `cms.malformed` for a container
 * that is not DER, TypeError without a signature timestamp: there is no B-LT without B-T.
 */
export function addValidationData(signature: Buffer, { certificates = [], crls = [], ocsps = [] }: ValidationData): Buffer {
  if (parseCms(signature).signatureTimestamps.length === 0) throw new TypeError('a signature without a timestamp cannot become B-LT');
  try {
    return rebuild(signature, { certificates, crls, ocsps });
  } catch (error) {
    if (error instanceof Asn1Error) throw new CmsError('cms.malformed', error.code, { cause: error });
    throw error;
  }
}

function rebuild(signature: Buffer, added: Required<ValidationData>): Buffer {
  const fields = openSignedData(readAsn1(signature));
  const version = fields.take(0x02);
  const digestAlgorithms = fields.take(0x31);
  const content = fields.take(0x30);
  const kept = fields.optional(0xa0);
  const keptRevocation = fields.optional(0xa1);
  const signers = fields.take(0x31);
  const certificates = unique([...(kept ? children(kept).map(rawOf) : []), ...added.certificates]);
  const revocation = unique([...(keptRevocation ? children(keptRevocation).map(rawOf) : []), ...added.crls, ...added.ocsps.map(ocspAsOther)]);
  // RFC 5652 section 5.1: any "other" revocation information makes it version 5.
  const hasOther = revocation.some((each) => each[0] === 0xa1);
  const signedData = seq(
    hasOther ? int(5) : rawOf(version),
    rawOf(digestAlgorithms),
    rawOf(content),
    ...(certificates.length === 0 ? [] : [retag(0xa0, setOf(certificates))]),
    ...(revocation.length === 0 ? [] : [retag(0xa1, setOf(revocation))]),
    rawOf(signers),
  );
  return seq(oid(OID.signedData), ctx(0, signedData));
}

function openSignedData(node: Asn1Node): ReturnType<typeof fieldsOf> {
  const outer = fieldsOf(node);
  outer.take(0x06);
  return fieldsOf(fieldsOf(outer.take(0xa0), 0xa0).take(0x30));
}

function ocspAsOther(answer: Buffer): Buffer {
  const isWhole = children(readAsn1(answer, { ber: true }))[0]?.tag === 0x0a;
  const response = isWhole ? answer : seq(enumerated(0), ctx(0, seq(oid(OID.ocspBasic), oct(answer))));
  return ctx(1, oid(OID.ocspResponseInfo), response);
}

function unique(items: readonly Buffer[]): Buffer[] {
  return [...new Map(items.map((each) => [each.toString('latin1'), each])).values()];
}
