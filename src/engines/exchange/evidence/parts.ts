import { createHash } from 'node:crypto';
import { parseStrictJson } from '../domain/strict-json.ts';

/** The parts of a package by their names, all of them whole. */
export type Parts = ReadonlyMap<string, Buffer>;

/** The value that a part says, or undefined when it is missing, no text, no JSON, or has a field twice. */
export function readJson(bytes: Buffer | undefined): unknown {
  try {
    return bytes === undefined ? undefined : parseStrictJson(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

export function sha256Of(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
