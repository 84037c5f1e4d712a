import type { Readable } from 'node:stream';
import { signatureErrors } from './errors.ts';

/**
 * Reads a streamed request body, refusing while it comes in and not after.
 * @throws signatures.bodyTooLarge
 */
export async function readBody(body: Readable, limitBytes: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of body) {
    // safe because a request without an encoding yields buffers
    const bytes = part as Buffer;
    size += bytes.length;
    if (size > limitBytes) {
      body.destroy();
      throw signatureErrors.bodyTooLarge({ values: { megabytes: Math.max(1, Math.floor(limitBytes / 1_048_576)) } });
    }
    parts.push(bytes);
  }
  return Buffer.concat(parts, size);
}
