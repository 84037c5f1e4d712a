import { createHash } from 'node:crypto';
import type { PartnerId } from '../../adapter.ts';

/** The same id for the same words, so that what is read twice is one thing: a UUID of version 8 (RFC 9562 §5.8) over their SHA-256. */
export function derivedId(...words: readonly string[]): string {
  const bytes = createHash('sha256').update(JSON.stringify(words)).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** The same id whenever the same document of a system is read. */
export function documentEnvelopeId(partnerId: PartnerId, documentId: string): string {
  return derivedId('provincial axis document', partnerId, documentId);
}
