/** PDFDocEncoding differs from Latin-1 in these places (ISO 32000-2, annex D.2). */
const pdfDocSpecials = new Map<number, string>([
  ...Array.from('˘ˇˆ˙˝˛˚˜', (char, i): [number, string] => [0x18 + i, char]),
  ...Array.from('•†‡…—–ƒ⁄‹›−‰„“”‘’‚™ﬁﬂŁŒŠŸŽıłœšž', (char, i): [number, string] => [0x80 + i, char]),
  [0xa0, '€'],
]);

/** A text string (ISO 32000-2, 7.9.2.2): UTF-16BE or UTF-8 with a mark, else PDFDocEncoding. */
export function decodeTextString(bytes: Buffer): string {
  if (bytes[0] === 0xfe && bytes[1] === 0xff) {
    return Buffer.from(bytes.subarray(2, bytes.length - (bytes.length % 2))).swap16().toString('utf16le');
  }
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return bytes.toString('utf8', 3);
  if (isAscii(bytes)) return bytes.toString('latin1');
  let text = '';
  for (const byte of bytes) text += pdfDocSpecials.get(byte) ?? String.fromCharCode(byte);
  return text;
}

/** True for bytes that mean the same in ASCII and PDFDocEncoding. */
function isAscii(bytes: Buffer): boolean {
  for (let i = 0; i < bytes.length; i += 1) {
    const code = bytes[i] ?? 0;
    if (code < 0x20 || code > 0x7e) return false;
  }
  return true;
}
