import { Asn1Error } from './domain/asn1/errors.ts';
import { contentOf, fieldsOf, rawOf, readAsn1, type Asn1Node } from './domain/asn1/reader.ts';
import { parseCertificate, parseCertificates, type Certificate } from './domain/pki/certificate.ts';
import { PkiError } from './domain/pki/errors.ts';

/** What an inventory keeps of a certificate. */
export type CertificateFacts = {
  content: Buffer;
  /** SHA-256 of the DER bytes, hexadecimal. */
  fingerprint: string;
  /** The common name, or the whole name where there is none. */
  holderName: string;
  issuerName: string;
  subject: string;
  issuer: string;
  serial: string;
  validFrom: Date;
  validTo: Date;
  isAuthority: boolean;
};

/**
 * The certificates of a file: DER, PEM with one or more, or PKCS#7 (.p7b, RFC 2315 degenerate SignedData) in DER or PEM.
 * @throws PkiError `certificate.malformed`, Asn1Error
 */
export function readCertificates(file: Buffer): CertificateFacts[] {
  return certificatesIn(file).map(factsOf);
}

/** Whether an error says that bytes are no certificate, as against a defect. */
export function isMalformedCertificate(error: unknown): boolean {
  return error instanceof PkiError || error instanceof Asn1Error;
}

function certificatesIn(file: Buffer): Certificate[] {
  const container = /-----BEGIN PKCS7-----([^-]+)-----END PKCS7-----/.exec(file.subarray(0, 4_000_000).toString('latin1'))?.[1];
  if (container !== undefined) return certificatesInPkcs7(Buffer.from(container, 'base64'));
  if (file.includes('-----BEGIN')) return parseCertificates(file);
  return isPkcs7(file) ? certificatesInPkcs7(file) : [parseCertificate(file)];
}

/** 1.2.840.113549.1.7.2, signedData. */
const SIGNED_DATA = Buffer.from('2a864886f70d010702', 'hex');

function isPkcs7(file: Buffer): boolean {
  const first = fieldsOf(readAsn1(file, { ber: true })).take();
  return first.tag === 0x06 && contentOf(first).equals(SIGNED_DATA);
}

function certificatesInPkcs7(file: Buffer): Certificate[] {
  const outer = fieldsOf(readAsn1(file, { ber: true }));
  outer.take(0x06);
  const signedData = fieldsOf(fieldsOf(outer.take(0xa0)).take(0x30));
  const set: Asn1Node | undefined = signedData.rest().find((part) => part.tag === 0xa0);
  if (set === undefined) throw new PkiError('certificate.malformed', 'PKCS#7 without certificates');
  return fieldsOf(set)
    .rest()
    .map((node) => parseCertificate(rawOf(node)));
}

function factsOf(certificate: Certificate): CertificateFacts {
  return {
    content: certificate.raw,
    fingerprint: certificate.fingerprint,
    holderName: certificate.subject.commonName ?? certificate.subject.text,
    issuerName: certificate.issuer.commonName ?? certificate.issuer.text,
    subject: certificate.subject.text,
    issuer: certificate.issuer.text,
    serial: certificate.serialHex,
    validFrom: certificate.notBefore,
    validTo: certificate.notAfter,
    isAuthority: certificate.basicConstraints?.ca === true,
  };
}
