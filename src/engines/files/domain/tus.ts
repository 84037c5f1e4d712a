/** The parts of tus 1.0.0 (https://tus.io/protocols/resumable-upload) that are text in headers. */

export const TUS_VERSION = '1.0.0';
export const TUS_EXTENSIONS = 'creation,creation-with-upload,termination,checksum,expiration';
export const CHECKSUM_ALGORITHMS = ['sha256', 'sha1', 'md5'] as const;
export type ChecksumAlgorithm = (typeof CHECKSUM_ALGORITHMS)[number];

/** Reads `key base64,key base64`; undefined when it is not of that form. */
export function parseUploadMetadata(header: string): Map<string, string> | undefined {
  const metadata = new Map<string, string>();
  for (const pair of header.split(',')) {
    const match = /^\s*([^\s,]+)(?: ([A-Za-z0-9+/]*={0,2}))?\s*$/.exec(pair);
    const [, key, value = ''] = match ?? [];
    if (key === undefined || metadata.has(key)) return undefined;
    metadata.set(key, Buffer.from(value, 'base64').toString('utf8'));
  }
  return metadata;
}

/** A count of bytes; undefined for everything else, also for what a number cannot hold. */
export function parseByteCount(header: string): number | undefined {
  const value = /^\d{1,16}$/.test(header) ? Number(header) : undefined;
  return value !== undefined && Number.isSafeInteger(value) ? value : undefined;
}

/** Reads `sha256 <base64>`; undefined for another algorithm or form. */
export function parseChecksum(header: string): { algorithm: ChecksumAlgorithm; digest: Buffer } | undefined {
  const [, name, value = ''] = /^(\w+) ([A-Za-z0-9+/]+={0,2})$/.exec(header) ?? [];
  const algorithm = CHECKSUM_ALGORITHMS.find((known) => known === name);
  return algorithm === undefined ? undefined : { algorithm, digest: Buffer.from(value, 'base64') };
}
