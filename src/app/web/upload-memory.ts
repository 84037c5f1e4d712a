/** Which file is on its way to which address, kept in this browser, so that a closed window loses nothing. */

type Remembered = { address: string; at: number };

const prefix = 'lienthong.upload.';
/** The server forgets an unfinished upload after a day. */
const lifetimeMs = 24 * 3_600_000;

/** A file is known again by the path it goes to, its name, size and time of change. */
export function uploadKey(path: string, file: { name: string; size: number; lastModified: number }): string {
  return `${prefix}${path} ${String(file.size)} ${String(file.lastModified)} ${file.name}`;
}

/** The address of an unfinished upload, unless it is older than the server keeps. */
export function rememberedUpload(key: string, storage: Storage | undefined = openStorage(), now = Date.now()): string | undefined {
  const remembered = parse(storage?.getItem(key) ?? null);
  return remembered !== undefined && now - remembered.at < lifetimeMs ? remembered.address : undefined;
}

/** Remembers an upload, and drops what is too old to go on. */
export function rememberUpload(key: string, address: string, storage: Storage | undefined = openStorage(), now = Date.now()): void {
  if (storage === undefined) return;
  for (const other of Object.keys(storage)) {
    if (other.startsWith(prefix) && rememberedUpload(other, storage, now) === undefined) storage.removeItem(other);
  }
  try {
    storage.setItem(key, JSON.stringify({ address, at: now } satisfies Remembered));
  } catch {
    // full storage: the upload goes on, only not across a closed window
  }
}

export function forgetUpload(key: string, storage: Storage | undefined = openStorage()): void {
  storage?.removeItem(key);
}

function openStorage(): Storage | undefined {
  try {
    return localStorage;
  } catch {
    return undefined; // storage is closed in this browser
  }
}

function parse(stored: string | null): Remembered | undefined {
  if (stored === null) return undefined;
  try {
    const value: unknown = JSON.parse(stored);
    if (typeof value !== 'object' || value === null || !('address' in value) || !('at' in value)) return undefined;
    return typeof value.address === 'string' && typeof value.at === 'number' ? { address: value.address, at: value.at } : undefined;
  } catch {
    return undefined;
  }
}
