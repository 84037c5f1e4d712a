/** The signature of a trusted list (ETSI TS 119 612 clause 5.7): enveloped XAdES over the whole list, by a signer who was named beforehand. */
import type { Certificate } from '../pki/certificate.ts';
import { XmlError } from '../xml/errors.ts';
import { validateXml } from '../xml/index.ts';
import type { XmlValidationReport } from '../xml/index.ts';
import { TrustedListError } from './errors.ts';
import { readTrustedList } from './trusted-list.ts';
import type { TrustedList } from './trusted-list.ts';

/** Who may sign a list. */
export interface ListSigner {
  readonly certificate: Certificate;
  /** The territory whose list it may sign; undefined for any. */
  readonly territory?: string | undefined;
}

export interface ListTrust {
  readonly signers: readonly ListSigner[];
  readonly now: Date;
}

/**
 * Reads a list and believes it only when one of the signers signed all of it and its next update is not overdue. Throws TrustedListError
 * `trustedList.unsigned`, `unknownSigner`, `badSignature`, `expired`, and as `readTrustedList`.
 */
export function readSignedList(xml: Uint8Array, { signers, now }: ListTrust): TrustedList {
  const list = readTrustedList(xml);
  const fitting = signers.filter(({ territory }) => territory === undefined || territory === list.territory).map(({ certificate }) => certificate);
  const { signatures } = validate(xml, fitting, now);
  const [signature] = signatures;
  if (signature === undefined) throw new TrustedListError('trustedList.unsigned', list.territory);
  // A second signature would be about something else, or an attempt to show two faces.
  if (signatures.length > 1 || signature.indication === 'TOTAL-FAILED') throw new TrustedListError('trustedList.badSignature', signature.problems[0]?.code ?? `${signatures.length} signatures`);
  const isNamed = fitting.some(({ fingerprint }) => fingerprint === signature.certificate?.fingerprint);
  if (!isNamed) throw new TrustedListError('trustedList.unknownSigner', signature.signer);
  if (signature.indication !== 'TOTAL-PASSED') throw new TrustedListError('trustedList.badSignature', signature.problems[0]?.code ?? '');
  return inForce(list, now);
}

/** A list without signature, for whoever put it where it lies answers; its next update must not be overdue either. */
export function readUnsignedList(xml: Uint8Array, now: Date): TrustedList {
  return inForce(readTrustedList(xml), now);
}

/** The signers of other lists that a list points to, such as a list of lists; each for the territory that the pointer states, since for any one nobody may be named by another. */
export function signersNamedBy({ pointers }: TrustedList): ListSigner[] {
  return pointers.flatMap(({ certificates, territory }) => (territory === undefined ? [] : certificates.map((certificate) => ({ certificate, territory }))));
}

function validate(xml: Uint8Array, trustAnchors: readonly Certificate[], now: Date): XmlValidationReport {
  try {
    return validateXml(xml, { trustAnchors, now, subject: { kind: 'document' } });
  } catch (error) {
    if (error instanceof XmlError) throw new TrustedListError('trustedList.badSignature', error.code, { cause: error });
    throw error;
  }
}

function inForce(list: TrustedList, now: Date): TrustedList {
  if (list.nextUpdate !== undefined && list.nextUpdate <= now) throw new TrustedListError('trustedList.expired', list.nextUpdate.toISOString());
  return list;
}
