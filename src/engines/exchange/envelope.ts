import { createHash } from 'node:crypto';
import { envelope, type Envelope } from './contract.ts';
import { parseStrictJson } from './domain/strict-json.ts';

/** The envelope as text, once and for all: fields in the order of the contract, no spaces. */
export function writeEnvelope(content: Envelope): string {
  return JSON.stringify({
    version: content.version,
    envelopeId: content.envelopeId,
    sentAt: content.sentAt,
    sender: content.sender,
    document: content.document,
    files: content.files,
    // left out for a new document, whose text is the same as before there were business types
    business: content.business,
  });
}

/** The SHA-256 of the envelope's text as hex: what receipts name. */
export function envelopeHash(original: string): string {
  return createHash('sha256').update(original, 'utf8').digest('hex');
}

/** The envelope that a text says, or the fields that are wrong. */
export function readEnvelope(original: string): { ok: true; envelope: Envelope } | { ok: false; problem: string } {
  let value: unknown;
  try {
    value = parseStrictJson(original);
  } catch {
    return { ok: false, problem: 'not JSON, or with a field that stands there twice' };
  }
  const parsed = envelope.safeParse(value);
  if (parsed.success) return { ok: true, envelope: parsed.data };
  return { ok: false, problem: parsed.error.issues.map((issue) => issue.path.join('.')).join(', ') };
}
