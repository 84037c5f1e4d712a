import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { PdfError } from '../errors.ts';
import { isDict, isInteger, isName, isString } from './objects.ts';
import type { PdfDict, PdfObject } from './objects.ts';
import { rc4 } from './rc4.ts';
import { fileKeyWithoutPassword, md5 } from './security-key.ts';

export type CipherName = 'none' | 'rc4' | 'aes-128' | 'aes-256';

/** How an encrypted file that opens without a password is read and continued (standard security handler, ISO 32000-2, 7.6). */
export type PdfSecurity = {
  readonly key: Buffer;
  readonly strings: CipherName;
  readonly streams: CipherName;
  readonly embeddedFiles: CipherName;
  /** The crypt filters that a stream may name for itself. */
  readonly named: ReadonlyMap<string, CipherName>;
  readonly encryptsMetadata: boolean;
};

/** What /Encrypt and /ID say, references followed. */
export type SecurityTerms = { readonly dict: PdfDict; readonly fileId: Buffer; readonly resolve: (value: PdfObject | undefined) => PdfObject };

/**
 * The key and the ciphers of a file whose user password is empty. What the owner forbids (/P) is not looked at: signing adds to a file and
 * changes none of its pages. Throws `pdf.encrypted` when a password is needed, or when another security handler has the key.
 */
export function openSecurity({ dict, fileId, resolve }: SecurityTerms): PdfSecurity {
  const entry = (key: string): PdfObject => resolve(dict.entries.get(key));
  const integer = (key: string, fallback: number): number => {
    const value = entry(key);
    return isInteger(value) ? value : fallback;
  };
  const text = (key: string): Buffer => {
    const value = entry(key);
    return isString(value) ? value.bytes : Buffer.alloc(0);
  };
  if (!isName(entry('Filter'), 'Standard')) throw new PdfError('pdf.encrypted', 'not the standard security handler');
  const version = integer('V', 0);
  const revision = integer('R', 0);
  if (![1, 2, 4, 5].includes(version) || revision < 2 || revision > 6) throw new PdfError('pdf.encrypted', `encryption V ${version} R ${revision}`);
  const bits = version === 1 ? 40 : version === 2 ? integer('Length', 40) : version === 4 ? 128 : 256;
  if (bits < 40 || bits > 256 || bits % 8 !== 0) throw new PdfError('pdf.encrypted', `a key of ${bits} bits`);
  const encryptsMetadata = entry('EncryptMetadata') !== false;
  const key = fileKeyWithoutPassword({
    revision,
    keyBytes: bits / 8,
    ownerEntry: text('O'),
    userEntry: text('U'),
    userKeyEntry: text('UE'),
    permissions: integer('P', 0),
    encryptsMetadata,
    fileId,
  });
  if (key === undefined) throw new PdfError('pdf.encrypted', 'a password is needed');
  if (version < 4) return { key, strings: 'rc4', streams: 'rc4', embeddedFiles: 'rc4', named: new Map(), encryptsMetadata };
  const named = readCryptFilters(entry('CF'), resolve);
  const chosen = (name: string, fallback: CipherName): CipherName => {
    const value = entry(name);
    return isName(value) ? cipherNamed(named, value.name) : fallback;
  };
  const streams = chosen('StmF', 'none');
  return { key, strings: chosen('StrF', 'none'), streams, embeddedFiles: chosen('EFF', streams), named, encryptsMetadata };
}

const methods: ReadonlyMap<string, CipherName> = new Map([
  ['None', 'none'],
  ['V2', 'rc4'],
  ['AESV2', 'aes-128'],
  ['AESV3', 'aes-256'],
]);

function readCryptFilters(value: PdfObject, resolve: SecurityTerms['resolve']): ReadonlyMap<string, CipherName> {
  const named = new Map<string, CipherName>();
  for (const [name, item] of isDict(value) ? value.entries : []) {
    const filter = resolve(item);
    const method = isDict(filter) ? resolve(filter.entries.get('CFM')) : null;
    const cipher = isName(method) ? methods.get(method.name) : 'none';
    if (cipher === undefined) throw new PdfError('pdf.encrypted', 'an unknown crypt filter');
    named.set(name, cipher);
  }
  return named;
}

function cipherNamed(named: PdfSecurity['named'], name: string): CipherName {
  const cipher = name === 'Identity' ? 'none' : named.get(name);
  if (cipher === undefined) throw new PdfError('pdf.encrypted', `no crypt filter ${name.slice(0, 40)}`);
  return cipher;
}

/** The cipher of a stream's data: its own crypt filter, or the one for its kind (ISO 32000-2, 7.6.6). */
export function cipherOfStream(security: PdfSecurity, { entries }: PdfDict, ownFilter: string | undefined): CipherName {
  const type = entries.get('Type');
  if (isName(type, 'XRef')) return 'none';
  if (ownFilter !== undefined) return cipherNamed(security.named, ownFilter);
  if (isName(type, 'Metadata') && !security.encryptsMetadata) return 'none';
  return isName(type, 'EmbeddedFile') ? security.embeddedFiles : security.streams;
}

export type Place = { readonly num: number; readonly gen: number };

/** Algorithm 1 of ISO 32000-2, 7.6.3.2. */
function keyFor(key: Buffer, cipher: CipherName, { num, gen }: Place): Buffer {
  if (cipher === 'aes-256') return key;
  const place = Buffer.from([num & 255, (num >> 8) & 255, (num >> 16) & 255, gen & 255, (gen >> 8) & 255]);
  const salt = cipher === 'aes-128' ? [Buffer.from('sAlT', 'latin1')] : [];
  return md5(key, place, ...salt).subarray(0, Math.min(16, key.length + 5));
}

/** Undoes the encryption of a string or of a stream's data. Padding that is wrong is left standing, as other readers do. */
export function decryptBytes({ key }: Pick<PdfSecurity, 'key'>, cipher: CipherName, place: Place, data: Buffer): Buffer {
  if (cipher === 'none') return data;
  if (cipher === 'rc4') return rc4(keyFor(key, cipher, place), data);
  const end = data.length - (data.length % 16);
  if (end < 32) return Buffer.alloc(0);
  const decipher = createDecipheriv(`${cipher}-cbc`, keyFor(key, cipher, place), data.subarray(0, 16)).setAutoPadding(false);
  const plain = decipher.update(data.subarray(16, end));
  const added = plain.at(-1) ?? 0;
  return added >= 1 && added <= 16 ? plain.subarray(0, plain.length - added) : plain;
}

/** Encrypts a string or a stream's data for the object that holds it. */
export function encryptBytes({ key }: Pick<PdfSecurity, 'key'>, cipher: CipherName, place: Place, data: Buffer): Buffer {
  if (cipher === 'none') return data;
  if (cipher === 'rc4') return rc4(keyFor(key, cipher, place), data);
  const start = randomBytes(16);
  const encryption = createCipheriv(`${cipher}-cbc`, keyFor(key, cipher, place), start);
  return Buffer.concat([start, encryption.update(data), encryption.final()]);
}

/**
 * The object with its strings decrypted. /Contents of a signature stays as it stands: it is never encrypted (ISO 32000-2, 7.6.2), and
 * a signature is told by its /ByteRange.
 */
export function decryptStrings(value: PdfObject, security: PdfSecurity, place: Place): PdfObject {
  if (security.strings === 'none' || typeof value !== 'object' || value === null) return value;
  switch (value.kind) {
    case 'name':
    case 'ref':
      return value;
    case 'string':
      return { ...value, bytes: decryptBytes(security, security.strings, place, value.bytes) };
    case 'array':
      return { ...value, items: value.items.map((item) => decryptStrings(item, security, place)) };
    case 'dict':
      return decryptDict(value, security, place);
    case 'stream':
      return isName(value.dict.entries.get('Type'), 'XRef') ? value : { ...value, dict: decryptDict(value.dict, security, place) };
  }
}

function decryptDict(dict: PdfDict, security: PdfSecurity, place: Place): PdfDict {
  const isSignature = dict.entries.has('ByteRange');
  const entries = new Map<string, PdfObject>();
  for (const [key, item] of dict.entries) {
    entries.set(key, isSignature && key === 'Contents' ? item : decryptStrings(item, security, place));
  }
  return { ...dict, entries };
}
