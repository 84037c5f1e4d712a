import { encryptBytes } from '../reader/security.ts';
import type { CipherName, PdfSecurity } from '../reader/security.ts';
import { cursorAt, parseObject } from '../reader/lexer.ts';
import { isString } from '../reader/objects.ts';

/** How an increment to an encrypted file is written: what `PdfSecurity` says, as plain data. It opens with an empty password, so nothing in it is secret. */
export type EncryptionProfile = { readonly keyHex: string; readonly strings: CipherName; readonly streams: CipherName };

export function encryptionProfile({ key, strings, streams }: PdfSecurity): EncryptionProfile {
  return { keyHex: key.toString('hex'), strings, streams };
}

type Place = { readonly num: number; readonly gen: number };

/** The text of (a part of) an object with each of its strings encrypted for the object that it will be. */
export function encryptText(text: string, { keyHex, strings }: EncryptionProfile, place: Place): string {
  if (strings === 'none') return text;
  const key = Buffer.from(keyHex, 'hex');
  const bytes = Buffer.from(text, 'latin1');
  let out = '';
  let done = 0;
  for (let pos = 0; pos < bytes.length; pos += 1) {
    const code = bytes[pos];
    if (code === 0x3c && bytes[pos + 1] === 0x3c) pos += 1;
    else if (code === 0x28 || code === 0x3c) {
      const cursor = cursorAt(bytes, pos);
      const value = parseObject(cursor);
      if (!isString(value)) throw new TypeError('a string was expected in the text of an object');
      out += `${text.slice(done, pos)}<${encryptBytes({ key }, strings, place, value.bytes).toString('hex')}>`;
      done = cursor.pos;
      pos = cursor.pos - 1;
    }
  }
  return out + text.slice(done);
}

/**
 * The body of an object, encrypted: strings in its text, and the data of a stream, which is a Buffer between text that ends with `stream`
 * and text that begins with `endstream`. Its direct /Length is corrected.
 */
export function encryptBody(body: readonly (string | Buffer)[], encryption: EncryptionProfile, place: Place): readonly (string | Buffer)[] {
  const dataAt = body.findIndex((part) => Buffer.isBuffer(part));
  const head = body.slice(0, dataAt < 0 ? undefined : dataAt).join('');
  if (dataAt < 0) return [encryptText(head, encryption, place)];
  const data = body[dataAt];
  const tail = body.slice(dataAt + 1);
  if (!Buffer.isBuffer(data) || !/stream\r?\n$/.test(head) || tail.some((part) => Buffer.isBuffer(part))) throw new TypeError('not the body of a stream');
  const encrypted = encryptBytes({ key: Buffer.from(encryption.keyHex, 'hex') }, encryption.streams, place, data);
  const measured = head.replace(/\/Length \d+(?=[^/]*stream\r?\n$)/, `/Length ${encrypted.length}`);
  return [encryptText(measured, encryption, place), encrypted, ...tail];
}
