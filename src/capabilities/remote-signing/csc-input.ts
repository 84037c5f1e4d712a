import { invalid } from './csc-errors.ts';
import { hashAlgorithms, isSignatureAlgorithm, placeOf, type HashAlgorithm } from './domain/activation.ts';
import { MOST_HASHES } from './limits.ts';

/** A body of the protocol; members that nobody asked for are ignored, as the specification wants. */
export type CscInput = Readonly<Record<string, unknown>>;
export type CscVersion = 1 | 2;

/** @throws CscError invalid_request when it is there and no text, or longer than it may be */
export function optionalText(input: CscInput, name: string, most = 500): string | undefined {
  const value = input[name];
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value !== 'string' || value.length > most) throw invalid(name);
  return value;
}

export function textOf(input: CscInput, name: string, most = 500): string {
  const value = optionalText(input, name, most);
  if (value === undefined) throw invalid(name);
  return value;
}

/** Hashes of one kind, each once, at most fifty, in Base64. */
export function hashesOf(input: CscInput, version: CscVersion): Buffer[] {
  const name = version === 1 ? 'hash' : 'hashes';
  const given = input[name];
  const list: unknown[] = typeof given === 'string' ? [given] : Array.isArray(given) ? given : [];
  const hashes = list.map((each) => base64(each, name));
  if (hashes.length === 0 || hashes.length > MOST_HASHES) throw invalid(name);
  if (new Set(hashes.map((each) => each.toString('hex'))).size !== hashes.length) throw invalid(name);
  return hashes;
}

function base64(value: unknown, name: string): Buffer {
  if (typeof value !== 'string' || !/^[A-Za-z0-9+/]{27,88}={0,2}$/.test(value)) throw invalid(name);
  return Buffer.from(value, 'base64');
}

/**
 * Which hash algorithm is meant: by its object identifier, else by the signature algorithm, else (version 1 says neither when it asks for
 * an authorisation) by the length. SHA-1 is refused in each way.
 */
export function hashAlgorithmOf(hashes: readonly Buffer[], { oid, signAlgo }: { oid: string | undefined; signAlgo?: string | undefined }): HashAlgorithm {
  const byOid = hashAlgorithms.find((each) => each.oid === oid);
  const bySignature = hashAlgorithms.find((each) => each.rsaOid === signAlgo || each.ecdsaOid === signAlgo);
  const byLength = hashAlgorithms.find((each) => each.bytes === hashes[0]?.length);
  const algorithm = oid === undefined ? (bySignature ?? byLength) : byOid;
  if (algorithm === undefined || hashes.some((each) => each.length !== algorithm.bytes)) throw invalid('hashAlgorithmOID');
  return algorithm.name;
}

export function assertSignatureAlgorithm(input: CscInput, key: { isEc: boolean; hash: HashAlgorithm }): void {
  if (!isSignatureAlgorithm(textOf(input, 'signAlgo'), key)) throw invalid('signAlgo');
}

export function placeIn(input: CscInput, name: string): { agencyId: string; id: string } {
  const place = placeOf(textOf(input, name));
  if (place === undefined) throw invalid(name);
  return place;
}

/** Names of the documents, in the order of the hashes: a member of our own, since the protocol has none. */
export function documentNamesOf(input: CscInput): string[] {
  const given = input['documentNames'];
  if (given === undefined) return [];
  if (!Array.isArray(given) || given.length > MOST_HASHES) throw invalid('documentNames');
  return given.map((each: unknown) => (typeof each === 'string' ? each.trim().slice(0, 300) : ''));
}
