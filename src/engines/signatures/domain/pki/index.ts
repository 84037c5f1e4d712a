/** Certificates, key files and the built-in authority. */
export {
  createIssuingAuthority,
  createRootAuthority,
  generateKey,
  issueCertificate,
  serviceSubject,
} from './authority.ts';
export type { Authority, KeyHolder, KeyKind, LeafKind, LeafRequest, ServiceUrls } from './authority.ts';
export type { Certificate } from './certificate.ts';
export type { RevocationList, RevocationReason } from './crl.ts';
export type { PkiErrorCode } from './errors.ts';
export type { CertificateId, CertificateStatus, OcspRequest, OcspResponse } from './ocsp.ts';
export type { NewOcspResponse } from './ocsp-responder.ts';
export type { KeyFile, NewKeyFile } from './pkcs12.ts';
export type { NewRevocationList, RevokedCertificate } from './revocation-list.ts';
export { createTimestampAuthority, writeTimestampRequest } from './timestamp-authority.ts';
export type { TimestampAuthority, TimestampAuthorityOptions, TokenRequest } from './timestamp-authority.ts';
