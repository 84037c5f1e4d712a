/** For tests: time stamp tokens that say of their time whatever the test wants. */
import { hash as hashOnce, sign } from 'node:crypto';
import { ctx, generalizedTime, int, oct, oid, seq, set, setOf, tlv } from '../asn1/der.ts';
import { hashAlgorithm, signatureAlgorithmFor } from '../pki/algorithms.ts';
import type { KeyHolder } from '../pki/authority.ts';
import { OID } from '../pki/oids.ts';
import { grantToken, timestampForm } from '../pki/timestamp-authority.ts';
import type { TimestampAuthority, TokenRequest } from '../pki/timestamp-authority.ts';

/** A time stamping service whose tokens end, behind the time, in whatever is given here, and in the nonce of the request. */
export function stamping({ privateKey, certificate }: KeyHolder, ...rest: readonly Buffer[]): TimestampAuthority {
  const token = ({ hash, digest, nonce, now: at }: TokenRequest): Buffer => {
    const info = seq(int(1), oid('1.3.6.1.4.1.99999.1'), seq(hashAlgorithm(hash), oct(digest)), int(7), generalizedTime(at, true), ...rest, ...(nonce ? [nonce] : []));
    const attributes = setOf([
      seq(oid(OID.contentType), set(oid(OID.tstInfo))),
      seq(oid(OID.messageDigest), set(oct(hashOnce('sha256', info, 'buffer')))),
      seq(oid(OID.signingCertificateV2), set(seq(seq(seq(oct(hashOnce('sha256', certificate.raw, 'buffer'))))))),
    ]);
    const value = sign('sha256', attributes, privateKey);
    const sha256 = hashAlgorithm('sha256');
    const signer = seq(int(1), seq(certificate.issuer.raw, tlv(0x02, certificate.serial)), sha256, Buffer.concat([Buffer.from([0xa0]), attributes.subarray(1)]), signatureAlgorithmFor(privateKey, 'sha256'), oct(value));
    return seq(oid(OID.signedData), ctx(0, seq(int(3), set(sha256), seq(oid(OID.tstInfo), ctx(0, oct(info))), ctx(0, certificate.raw), set(signer))));
  };
  return {
    token,
    respond(bytes, now) {
      const request = timestampForm({ certificate, chain: [] }).read(bytes);
      return 'refusal' in request ? request.refusal : grantToken(token({ ...request, now }));
    },
  };
}
