import type { Readable } from 'node:stream';
import { signatureErrors } from './errors.ts';

/** A body that does not come on for so long, or is not whole after so long, is given up: whoever waits for a place to be served must not wait for it. */
const PATIENCE = { idleMs: 30_000, wholeMs: 600_000 };

/**
 * Reads a streamed request body, refusing while it comes in and not after. The rest of a refused body is left to the server,
 * which drops it, so that the sender still hears the refusal.
 * @throws signatures.bodyTooLarge · bodyTooSlow
 */
export function readBody(body: Readable, limitBytes: number, patience = PATIENCE): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let size = 0;
    const stop = (): void => {
      clearTimeout(idle);
      clearTimeout(whole);
      body.off('data', take).off('end', finish).off('error', fail).off('close', cut);
    };
    const take = (part: Buffer): void => {
      size += part.length;
      parts.push(part);
      idle.refresh();
      if (size <= limitBytes) return;
      stop();
      body.pause();
      reject(signatureErrors.bodyTooLarge({ values: { megabytes: Math.max(1, Math.floor(limitBytes / 1_048_576)) } }));
    };
    const finish = (): void => {
      stop();
      resolve(Buffer.concat(parts, size));
    };
    const fail = (error: Error): void => {
      stop();
      reject(error);
    };
    const cut = (): void => {
      fail(new Error('the sender went away'));
    };
    const giveUp = (): void => {
      body.pause();
      fail(signatureErrors.bodyTooSlow());
    };
    const idle = setTimeout(giveUp, patience.idleMs);
    const whole = setTimeout(giveUp, patience.wholeMs);
    body.on('data', take).on('end', finish).on('error', fail).on('close', cut);
  });
}
