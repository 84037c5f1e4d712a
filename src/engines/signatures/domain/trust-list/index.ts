/** Trusted lists (ETSI TS 119 612) as a source of anchors. */
export { TrustedListError, trustedListErrorTexts } from './errors.ts';
export type { TrustedListErrorCode } from './errors.ts';
export { readSignedList, readUnsignedList, signersNamedBy } from './signed-list.ts';
export type { ListSigner, ListTrust } from './signed-list.ts';
export { anchorsOf, readTrustedList } from './trusted-list.ts';
export type { ListedAnchors, ServiceStatus, TrustedList, TrustedService } from './trusted-list.ts';
