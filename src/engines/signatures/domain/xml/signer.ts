import { constants, createHash, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { ctx, seq, tlv } from '../asn1/der.ts';
import type { CmsHash, CmsScheme, CmsSignerOptions } from '../cms/sign.ts';
import { describeKey, parseCertificate } from '../pki/certificate.ts';
import { namespaces } from './events.ts';
import { digestUri, signatureUri } from './algorithms.ts';

/** Everything of a XAdES signature that is the same in each signature of one certificate, made once. */
export interface XmlSigner {
  readonly hash: CmsHash;
  readonly scheme: CmsScheme;
  /** Size of one number of an ECDSA value; 0 for RSA. */
  readonly coordinateBytes: number;
  readonly parts: {
    readonly signatureMethod: string;
    readonly digestMethod: string;
    readonly keyInfo: string;
    readonly signingCertificate: string;
    /** The same as exclusive canonicalisation of the properties around it writes it. */
    readonly signingCertificateCanonical: string;
  };
}

/**
 * Prepares signing with one certificate (EN 319 132-1 baseline: the certificate and its chain in ds:KeyInfo, SigningCertificateV2 among
 * the signed properties). Throws PkiError when the certificate cannot be read, TypeError when scheme and key do not fit.
 */
export function xmlSigner({ certificate: raw, chain, hash = 'sha256', scheme }: CmsSignerOptions): XmlSigner {
  const certificate = parseCertificate(raw);
  const key = describeKey(certificate);
  const chosen = scheme ?? (key.kind === 'ec' ? 'ecdsa' : 'rsa-pkcs1');
  if (key.kind === 'other' || (key.kind === 'ec') !== (chosen === 'ecdsa')) throw new TypeError(`a key of kind ${key.text} cannot sign with ${chosen}`);
  const digestMethod = `<ds:DigestMethod Algorithm="${digestUri(hash)}"></ds:DigestMethod>`;
  const issuerSerial = seq(seq(ctx(4, certificate.issuer.raw)), tlv(0x02, certificate.serial));
  const digest = createHash(hash).update(raw).digest('base64');
  const identified = `<xades:CertDigest>${digestMethod}<ds:DigestValue>${digest}</ds:DigestValue></xades:CertDigest><xades:IssuerSerialV2>${issuerSerial.toString('base64')}</xades:IssuerSerialV2>`;
  const signingCertificate = `<xades:SigningCertificateV2><xades:Cert>${identified}</xades:Cert></xades:SigningCertificateV2>`;
  const certificates = [raw, ...chain].map((each) => `<ds:X509Certificate>${each.toString('base64')}</ds:X509Certificate>`);
  return {
    hash,
    scheme: chosen,
    coordinateBytes: key.kind === 'ec' ? Math.ceil(key.bits / 8) : 0,
    parts: {
      signatureMethod: `<ds:SignatureMethod Algorithm="${signatureUri(chosen, hash)}"></ds:SignatureMethod>`,
      digestMethod,
      keyInfo: `<ds:KeyInfo><ds:X509Data>${certificates.join('')}</ds:X509Data></ds:KeyInfo>`,
      signingCertificate,
      signingCertificateCanonical: signingCertificate.replace(/<ds:\w+/g, `$& xmlns:ds="${namespaces.ds}"`),
    },
  };
}

const hashBytes: Readonly<Record<CmsHash, number>> = { sha256: 32, sha384: 48, sha512: 64 };

/** Signs the prepared bytes with a key that this process holds; ECDSA as DER, as every key holder gives it. Blocks: 0.3 ms for RSA-2048. */
export function signXmlBytes({ hash, scheme }: XmlSigner, key: KeyObject, toBeSigned: Buffer): Buffer {
  if (scheme !== 'rsa-pss') return sign(hash, toBeSigned, key);
  return sign(hash, toBeSigned, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: hashBytes[hash] });
}
