/** The identifiers of ETSI TS 119 102-2 for what a report says. */
import type { HashName } from '../pki/algorithms.ts';
import type { Indication, SubIndication } from '../validation/problems.ts';

export const reportNamespace = 'http://uri.etsi.org/19102/v1.2.1#';
export const dsNamespace = 'http://www.w3.org/2000/09/xmldsig#';
export const xadesNamespace = 'http://uri.etsi.org/01903/v1.3.2#';
export const sha256Uri = 'http://www.w3.org/2001/04/xmlenc#sha256';

/** Clause 4.3.4.2: of a signature. */
export const mainIndications: Readonly<Record<Indication, string>> = {
  'TOTAL-PASSED': 'urn:etsi:019102:mainindication:total-passed',
  'TOTAL-FAILED': 'urn:etsi:019102:mainindication:total-failed',
  INDETERMINATE: 'urn:etsi:019102:mainindication:indeterminate',
};

/** Clause 4.3.4.2: of a validation object, such as a time stamp. */
export const objectIndications: Readonly<Record<Indication, string>> = {
  'TOTAL-PASSED': 'urn:etsi:019102:mainindication:passed',
  'TOTAL-FAILED': 'urn:etsi:019102:mainindication:failed',
  INDETERMINATE: 'urn:etsi:019102:mainindication:indeterminate',
};

/** Clause 4.3.4.3. A file without signatures has none of ETSI's. */
export function subIndicationUri(subIndication: SubIndication): string | undefined {
  return subIndication === 'SIGNATURE_NOT_FOUND' ? undefined : `urn:etsi:019102:subindication:${subIndication}`;
}

/** Clause 4.4.4. */
export const objectTypes = {
  certificate: 'urn:etsi:019102:validationObject:certificate',
  timestamp: 'urn:etsi:019102:validationObject:timestamp',
  signedData: 'urn:etsi:019102:validationObject:signedData',
  crl: 'urn:etsi:019102:validationObject:CRL',
  ocsp: 'urn:etsi:019102:validationObject:OCSPResponse',
} as const;

/** Clause 4.4.6.2: the proof was found while validating. */
export const provenByValidation = 'urn:etsi:019102:poetype:validation';

/** Clause 4.3.11: which of the processes of EN 319 102-1 was followed; the one for archived signatures includes the others. */
export const validationProcess = 'urn:etsi:019102:validationprocess:LTA';

/** Clause 4.3.12.6.2. ETSI writes the two authorities' reasons with its own capitals. */
export function revocationReasonUri(reason: string): string {
  const written: Readonly<Record<string, string>> = { caCompromise: 'cACompromise', aaCompromise: 'aACompromise', removeFromCrl: 'removeFromCRL' };
  return `urn:etsi:019102:revocationReason:${written[reason] ?? reason}`;
}

/** The kinds of data that are ours alone, under a name that no registry has to give. */
export const ownData = {
  problem: 'urn:lien-thong:validation-report:problem',
  level: 'urn:lien-thong:validation-report:level',
  algorithm: 'urn:lien-thong:validation-report:algorithm',
  changesAfter: 'urn:lien-thong:validation-report:changes-after-signing',
  change: 'urn:lien-thong:validation-report:change',
  validity: 'urn:lien-thong:validation-report:certificate-validity-at-signing',
  revocation: 'urn:lien-thong:validation-report:revocation-status',
} as const;

type Scheme = 'rsa' | 'rsa-pss' | 'ecdsa';

/** RFC 9231: the identifier of a signature algorithm, from its label in a report (`RSA-PSS 3072, SHA-256`); undefined for an unknown one. */
export function algorithmUri(label: string): string | undefined {
  const match = /^(RSA-PSS|RSA|EC)\b[^,]*, SHA-?(1|224|256|384|512)$/.exec(label);
  if (match === null) return undefined;
  const [, family = '', bits = ''] = match;
  const scheme: Scheme = family === 'EC' ? 'ecdsa' : family === 'RSA' ? 'rsa' : 'rsa-pss';
  const hash = `sha${bits}` satisfies string as HashName; // safe because the pattern admits only those five
  if (scheme === 'rsa-pss') return `http://www.w3.org/2007/05/xmldsig-more#${hash}-rsa-MGF1`;
  if (scheme === 'rsa' && hash === 'sha1') return `${dsNamespace}rsa-sha1`;
  return `http://www.w3.org/2001/04/xmldsig-more#${scheme}-${hash}`;
}
