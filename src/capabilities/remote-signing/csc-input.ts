import { meansOwnPss } from '#engines/signatures/index.ts';
import { CscError, invalid, missing } from './csc-errors.ts';
import { hashAlgorithms, isSignatureAlgorithm, placeOf, RSASSA_PSS, type HashAlgorithm, type KeyWays } from './domain/activation.ts';
import { MOST_HASHES } from './limits.ts';

/** A body of the protocol; members that nobody asked for are ignored, as the specification wants. */
export type CscInput = Readonly<Record<string, unknown>>;
export type CscVersion = 1 | 2;

/** What no database keeps, and what makes a text read otherwise than it is written: an owner decides by what stands on the screen. */
const UNREADABLE = /[^\P{Cc}\t\n\r]|\p{Bidi_Control}/u;

/** @throws CscError invalid_request when it is there and no text, longer than it may be, or not to be shown to anybody */
export function optionalText(input: CscInput, name: string, most = 500): string | undefined {
  const value = input[name];
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value !== 'string') throw missing('string', name);
  if (value.length > most || UNREADABLE.test(value)) throw invalid(name);
  return value;
}

/** @throws CscError invalid_request */
export function textOf(input: CscInput, name: string, most = 500): string {
  const value = optionalText(input, name, most);
  if (value === undefined) throw missing('string', name);
  return value;
}

/** One of the words that the specification knows for a parameter; undefined when it is left out. @throws CscError invalid_request */
export function wordIn<Word extends string>(input: CscInput, name: string, words: readonly Word[]): Word | undefined {
  const given = optionalText(input, name);
  const word = words.find((each) => each === given);
  if (given !== undefined && word === undefined) throw invalid(name);
  return word;
}

/**
 * How many signatures are asked for, which have to be those of the hashes. In an address a number is a text.
 * @throws CscError invalid_request
 */
export function assertCount(given: unknown, hashes: readonly Buffer[]): void {
  const count = typeof given === 'string' && /^\d{1,4}$/.test(given) ? Number(given) : given;
  if (typeof count !== 'number' || !Number.isInteger(count)) throw missing('integer', 'numSignatures');
  if (count < 1) throw new CscError('invalid_request', 'Invalid value for parameter numSignatures');
  if (count !== hashes.length) throw invalid('numSignatures');
}

/** Hashes of one kind, each once, at most fifty, in Base64. */
export function hashesOf(input: CscInput, version: CscVersion): Buffer[] {
  const name = version === 1 ? 'hash' : 'hashes';
  const given = input[name];
  const list: unknown[] | undefined = typeof given === 'string' ? [given] : Array.isArray(given) ? given : undefined;
  if (list === undefined) throw missing('array', name);
  if (list.length === 0) throw new CscError('invalid_request', 'Empty hash array');
  if (list.length > MOST_HASHES) throw new CscError('invalid_request', 'Numbers of signatures is too high');
  const hashes = list.map(base64);
  if (new Set(hashes.map((each) => each.toString('hex'))).size !== hashes.length) throw invalid(name);
  return hashes;
}

function base64(value: unknown): Buffer {
  if (typeof value !== 'string' || !/^[A-Za-z0-9+/]{27,88}={0,2}$/.test(value)) throw new CscError('invalid_request', 'Invalid Base64 hash string parameter');
  return Buffer.from(value, 'base64');
}

/**
 * Which hash algorithm is meant: by its object identifier, else by the signature algorithm, else (version 1 says neither when it asks for
 * an authorisation) by the length. SHA-1 is refused in each way.
 */
export function hashAlgorithmOf(hashes: readonly Buffer[], { input, version, signAlgo }: { input: CscInput; version: CscVersion; signAlgo?: string | undefined }): HashAlgorithm {
  const name = version === 1 ? 'hashAlgo' : 'hashAlgorithmOID';
  const oid = optionalText(input, name);
  const byOid = hashAlgorithms.find((each) => each.oid === oid);
  const bySignature = hashAlgorithms.find((each) => each.rsaOid === signAlgo || each.ecdsaOid === signAlgo);
  const byLength = hashAlgorithms.find((each) => each.bytes === hashes[0]?.length);
  const algorithm = oid === undefined ? (bySignature ?? byLength) : byOid;
  if (algorithm === undefined) throw invalid(name);
  if (hashes.some((each) => each.length !== algorithm.bytes)) throw new CscError('invalid_request', 'Invalid digest value length');
  return algorithm.name;
}

/** In which of the key's ways the signatures are wanted. RSASSA-PSS without parameters would mean SHA-1. @throws CscError invalid_request */
export function signatureWay(input: CscInput, key: KeyWays & { hash: HashAlgorithm }): { isPss: boolean } {
  const algorithm = textOf(input, 'signAlgo');
  if (!isSignatureAlgorithm(algorithm, key)) throw invalid('signAlgo');
  if (algorithm !== RSASSA_PSS) return { isPss: false };
  if (!meansOwnPss(Buffer.from(textOf(input, 'signAlgoParams'), 'base64'), key.hash)) throw invalid('signAlgoParams');
  return { isPss: true };
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
  return given.map((each: unknown) => {
    if (typeof each !== 'string') return '';
    if (UNREADABLE.test(each)) throw invalid('documentNames');
    return each.trim().slice(0, 300);
  });
}
