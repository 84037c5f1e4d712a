import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';

/** What the system says of a path; undefined only where nothing is there. A disk that cannot be read is an error, and not an absence. */
export async function statIfThere(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return undefined;
    throw error;
  }
}
