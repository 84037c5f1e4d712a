/** Certificates, key files and the built-in authority. */
export {
  agencySubject,
  createIssuingAuthority,
  createRootAuthority,
  generateKey,
  issueCertificate,
  personSubject,
  randomSerial,
  serviceSubject,
} from './authority.ts';
export type { Authority, KeyHolder, KeyKind, LeafKind, LeafRequest, ServiceUrls } from './authority.ts';
export { describeKey, isIssuedBy, parseCertificate, parseCertificates } from './certificate.ts';
export type { Certificate } from './certificate.ts';
export { parseRevocationList, revocationReasons } from './crl.ts';
export type { RevocationList, RevocationReason } from './crl.ts';
export { PkiError, pkiErrorTexts } from './errors.ts';
export type { PkiErrorCode } from './errors.ts';
export { parseOcspRequest, parseOcspResponse } from './ocsp.ts';
export type { CertificateId, CertificateStatus, OcspRequest, OcspResponse } from './ocsp.ts';
export { certificateIdOf, writeOcspFailure, writeOcspRequest, writeOcspResponse } from './ocsp-responder.ts';
export type { NewOcspResponse } from './ocsp-responder.ts';
export { readKeyFiles, readPkcs12, writePkcs12 } from './pkcs12.ts';
export type { KeyFile, NewKeyFile } from './pkcs12.ts';
export { writeRevocationList } from './revocation-list.ts';
export type { NewRevocationList, RevokedCertificate } from './revocation-list.ts';
export { createTimestampAuthority, readTimestampResponse, writeTimestampRequest } from './timestamp-authority.ts';
export type { TimestampAuthority, TimestampAuthorityOptions, TokenRequest } from './timestamp-authority.ts';
