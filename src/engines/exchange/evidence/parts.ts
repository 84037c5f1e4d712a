import { createHash } from 'node:crypto';

/** The parts of a package by their names, all of them whole. */
export type Parts = ReadonlyMap<string, Buffer>;

/** The value that a part says, or undefined when it is missing or no JSON. */
export function readJson(bytes: Buffer | undefined): unknown {
  try {
    return bytes === undefined ? undefined : JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}

export function sha256Of(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
