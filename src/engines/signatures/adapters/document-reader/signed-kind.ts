/** What a file is, told by its first bytes and never by its name. */
export type SignedKind = 'pdf' | 'xml' | 'cades' | 'asic' | 'jades';

const zipMark = Buffer.from('PK\u0003\u0004', 'latin1');
const utf8Mark = Buffer.from('efbbbf', 'hex');
/** PDF readers look for the header this far into the file (ISO 32000-1 annex H.3, note 13). */
const headerWithin = 1024;

/** Undefined for a file that carries no signature of a kind that is judged here. */
export function kindOfFile(bytes: Buffer): SignedKind | undefined {
  // A container may hold a PDF near its beginning, so that the marks of the whole come first.
  if (bytes.subarray(0, 4).equals(zipMark)) return 'asic';
  if (bytes[0] === 0x30 && (bytes[1] ?? 0) >= 0x80) return 'cades';
  const start = bytes.subarray(bytes.subarray(0, 3).equals(utf8Mark) ? 3 : 0, headerWithin).toString('latin1').trimStart();
  if (/^-----BEGIN (?:PKCS7|CMS)-----/.test(start)) return 'cades';
  if (start.startsWith('<')) return 'xml';
  if (opensAsPdf(bytes)) return 'pdf';
  // A protected header is an object in base64url, which begins with {" or {\n or { and a space.
  return /^ey[A-Za-z0-9_-]+\.?/.test(start) && /^[A-Za-z0-9_.-]+\s*$/.test(start) ? 'jades' : undefined;
}

/** True when programs that show PDF files take this for one, whatever else it is: what they show may be signed by nobody. */
export function opensAsPdf(bytes: Buffer): boolean {
  return bytes.subarray(0, headerWithin).includes('%PDF-');
}

/** DER of a signature file, taken out of its armour if it has one (RFC 7468 section 8). */
export function derOfSignature(bytes: Buffer): Buffer {
  if (bytes[0] === 0x30) return bytes;
  const body = /-----BEGIN (PKCS7|CMS)-----([\s\S]*?)-----END \1-----/.exec(bytes.toString('latin1'))?.[2] ?? '';
  return Buffer.from(body.replace(/\s/g, ''), 'base64');
}
