export type PaperType = 'application/pdf' | 'image/jpeg' | 'image/png' | 'application/pkix-cert';

export const MOST_PAPER_BYTES = 5 * 1024 * 1024;
export const MOST_PAPERS = 3;

/** What a handed-in file is, by its first bytes; undefined for everything that is not taken. Its name decides nothing. */
export function paperTypeOf(bytes: Buffer): PaperType | undefined {
  if (bytes.subarray(0, 5).toString('latin1') === '%PDF-') return 'application/pdf';
  if (bytes.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff]))) return 'image/jpeg';
  if (bytes.subarray(0, 8).equals(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]))) return 'image/png';
  if (bytes.subarray(0, 27).toString('latin1') === '-----BEGIN CERTIFICATE-----') return 'application/pkix-cert';
  // a DER certificate: a SEQUENCE of more than 255 bytes that begins with a SEQUENCE
  if (bytes[0] === 0x30 && bytes[1] === 0x82 && bytes[4] === 0x30 && bytes.readUInt16BE(2) === bytes.length - 4) return 'application/pkix-cert';
  return undefined;
}
