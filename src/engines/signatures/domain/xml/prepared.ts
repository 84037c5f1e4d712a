import { createHash } from 'node:crypto';
import { sideBySide } from '../asn1/ecdsa-value.ts';
import { Asn1Error } from '../asn1/errors.ts';
import type { CmsHash } from '../cms/sign.ts';
import { XmlError } from './errors.ts';
import { namespaces } from './events.ts';
import { unsignedProperties } from './unsigned.ts';

/** What has to be stored while a slow key holder makes up its mind; plain data. The base itself is kept where files are kept. */
export interface PreparedXmlState {
  readonly version: 1;
  readonly baseSha256: string;
  readonly baseBytes: number;
  /** The bytes [from, to) of the base are replaced by the signature: none, or the `/>` of an empty element. */
  readonly from: number;
  readonly to: number;
  /** The signature up to its value; from its value up to where unsigned properties stand; the rest. */
  readonly head: string;
  readonly middle: string;
  readonly tail: string;
  readonly signatureId: string;
  readonly toBeSigned: string;
  readonly hash: CmsHash;
  readonly coordinateBytes: number;
}

/** A signature that lacks only its value. */
export interface PreparedXmlSignature {
  readonly signatureId: string;
  /** The canonical ds:SignedInfo: what the key signs (after hashing it with `hash`). */
  readonly toBeSigned: Buffer;
  readonly hash: CmsHash;
  /** The hash of `toBeSigned`, for key holders that take a hash. */
  digest(): Buffer;
  /** For B-T: the bytes that a time stamp has to be about (the canonical ds:SignatureValue). Signature as for `finish`. */
  timestampInput(signature: Buffer): Buffer;
  /**
   * Second phase: the signed document. `signature` is the value as keys give it: PKCS#1, PSS, or ECDSA as DER (r, s).
   * Throws XmlError `xml.signatureValue`.
   */
  finish(parts: { readonly signature: Buffer; readonly timestampToken?: Buffer }): Buffer;
  /** Plain data from which `restorePreparedXml` goes on. */
  save(): PreparedXmlState;
}

/** Takes a signature up again. Throws XmlError `xml.baseChanged` if the base is not the one that was prepared. */
export function restorePreparedXml(base: Buffer, state: PreparedXmlState): PreparedXmlSignature {
  if (base.length !== state.baseBytes || sha256(base) !== state.baseSha256) throw new XmlError('xml.baseChanged', `expected ${state.baseSha256}`);
  return withPhases(base, state);
}

/** A newly prepared signature. */
export function makePrepared(base: Buffer, parts: Omit<PreparedXmlState, 'version' | 'baseSha256' | 'baseBytes'>): PreparedXmlSignature {
  return withPhases(base, parts);
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function withPhases(base: Buffer, parts: Omit<PreparedXmlState, 'version' | 'baseSha256' | 'baseBytes'>): PreparedXmlSignature {
  const { from, to, head, middle, tail, signatureId, hash, coordinateBytes } = parts;
  const valueOf = (signature: Buffer): string => (coordinateBytes > 0 ? numbersOf(signature, coordinateBytes) : signature).toString('base64');
  return {
    signatureId,
    toBeSigned: Buffer.from(parts.toBeSigned),
    hash,
    digest: () => createHash(hash).update(parts.toBeSigned).digest(),
    timestampInput: (signature) => Buffer.from(`<ds:SignatureValue xmlns:ds="${namespaces.ds}" Id="${signatureId}-value">${valueOf(signature)}</ds:SignatureValue>`),
    finish: ({ signature, timestampToken }) => {
      const unsigned = timestampToken === undefined ? '' : unsignedProperties({ timestampToken });
      const text = Buffer.from(`${head}${valueOf(signature)}${middle}${unsigned}${tail}`);
      return Buffer.concat([base.subarray(0, from), text, base.subarray(to)]);
    },
    save: () => ({ version: 1, baseSha256: sha256(base), baseBytes: base.length, from, to, head, middle, tail, signatureId, toBeSigned: parts.toBeSigned, hash, coordinateBytes }),
  };
}

function numbersOf(signature: Buffer, coordinateBytes: number): Buffer {
  try {
    return sideBySide(signature, coordinateBytes);
  } catch (error) {
    if (error instanceof Asn1Error) throw new XmlError('xml.signatureValue', error.code, { cause: error });
    throw error;
  }
}
