/**
 * ECDSA values: DER (r, s) as keys and CMS have them, and the two numbers side by side as XML Signature (RFC 9231 section 2.3.6) and JWS
 * (RFC 7518 section 3.4) have them.
 */
import { int, seq } from './der.ts';
import { Asn1Error } from './errors.ts';
import { contentOf, fieldsOf, readAsn1 } from './reader.ts';

/** Each number padded to the size of the curve's order. Throws Asn1Error. */
export function sideBySide(der: Buffer, coordinateBytes: number): Buffer {
  const fields = fieldsOf(readAsn1(der));
  const out = Buffer.alloc(coordinateBytes * 2);
  for (const end of [coordinateBytes, coordinateBytes * 2]) {
    const bytes = contentOf(fields.take(0x02));
    const number = bytes[0] === 0 ? bytes.subarray(1) : bytes;
    if (number.length > coordinateBytes) throw new Asn1Error('asn1.value', 'number too long for the curve');
    out.set(number, end - number.length);
  }
  return out;
}

/** DER from the two numbers; undefined when there are not two of this size. */
export function asDer(value: Buffer, coordinateBytes: number): Buffer | undefined {
  if (value.length !== coordinateBytes * 2) return undefined;
  return seq(int(value.subarray(0, coordinateBytes)), int(value.subarray(coordinateBytes)));
}
