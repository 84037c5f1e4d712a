import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where the files of the template databases of a test server lie: each server has its own, since two runs side by side give the same template other keys and files. */
export function templatesFolder(serverUrl: string): string {
  return join(tmpdir(), 'lienthong-templates', createHash('sha256').update(serverUrl).digest('hex').slice(0, 16));
}
