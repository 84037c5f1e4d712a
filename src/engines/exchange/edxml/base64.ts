/** Base64 in pieces, both ways, holding no more than one group of characters between them. */

/** What stands where Base64 should be. */
export class Base64Damage extends Error {
  override readonly name = 'Base64Damage';
}

export interface Base64Decoder {
  /** The bytes of this piece of text; white space may stand anywhere. @throws Base64Damage */
  push(text: string): Buffer;
  /** What is left, and whether the padding was there. @throws Base64Damage */
  end(): { readonly rest: Buffer; readonly isPadded: boolean };
}

export function createBase64Decoder(): Base64Decoder {
  let carry = '';
  /** Padding characters that still belong to the last group, once it has begun. */
  let paddingLeft: number | undefined;
  return {
    push: (text) => {
      const packed = carry + (/[ \t\r\n]/.test(text) ? text.replace(/[ \t\r\n]+/g, '') : text);
      carry = '';
      if (packed === '') return Buffer.alloc(0);
      if (paddingLeft !== undefined) {
        if (packed.length > paddingLeft || !/^=+$/.test(packed)) throw new Base64Damage('text after the padding');
        paddingLeft -= packed.length;
        return Buffer.alloc(0);
      }
      if (!/^[A-Za-z0-9+/]*={0,2}$/.test(packed)) throw new Base64Damage('a character outside the alphabet');
      const letters = packed.endsWith('=') ? packed.indexOf('=') : packed.length;
      const isLast = letters < packed.length;
      if (isLast) {
        paddingLeft = 4 - (letters % 4) - (packed.length - letters);
        if (letters % 4 < 2 || paddingLeft < 0) throw new Base64Damage('padding in a wrong place');
        return Buffer.from(packed.slice(0, letters), 'base64');
      }
      const whole = letters - (letters % 4);
      carry = packed.slice(whole);
      return Buffer.from(packed.slice(0, whole), 'base64');
    },
    end: () => {
      if (carry.length === 1) throw new Base64Damage('a single character at the end');
      return { rest: Buffer.from(carry, 'base64'), isPadded: carry === '' && (paddingLeft ?? 0) === 0 };
    },
  };
}

/** The Base64 of a stream of bytes, without line breaks. */
export async function* encodeBase64(content: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let carry: Buffer = Buffer.alloc(0);
  for await (const piece of content) {
    const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    const all = carry.length === 0 ? bytes : Buffer.concat([carry, bytes]);
    const whole = all.length - (all.length % 3);
    carry = Buffer.from(all.subarray(whole));
    if (whole > 0) yield all.subarray(0, whole).toString('base64');
  }
  if (carry.length > 0) yield carry.toString('base64');
}
