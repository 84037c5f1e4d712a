import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { AsicError, defaultZipLimits, openZip, writeZip, type StoredEntry, type Zip } from './domain/asic/index.ts';

/** A file of a container; without content when its bytes are not those that the container's directory speaks of. */
export type ContainerMember = { name: string; content: Buffer | undefined };

export type Container = {
  /** In the order of their bytes, the container's own machinery among them. */
  members: readonly ContainerMember[];
  /** Whether `sealedContainer` would write exactly these bytes again: nothing stands between, before or behind the files. */
  isExact(modifiedAt: Date): Promise<boolean>;
};

/** Opens a container that nobody vouches for. Returns undefined for what is none, or is damaged beyond telling its files apart. */
export async function readContainer(bytes: Buffer): Promise<Container | undefined> {
  try {
    // What was sealed here is stored as it is: nothing in it unfolds, and all of it is held in memory.
    const limits = { ...defaultZipLimits, maxExpandedBytes: bytes.length };
    const zip = await openZip({ sizeBytes: bytes.length, read: (start, length) => Promise.resolve(bytes.subarray(start, start + length)) }, limits);
    const members: ContainerMember[] = [];
    for (const entry of zip.entries) members.push({ name: entry.name, content: await contentOf(zip, entry) });
    return { members, isExact: (modifiedAt) => isWritten(members, { modifiedAt, bytes }) };
  } catch (error) {
    if (error instanceof AsicError) return undefined;
    throw error;
  }
}

async function contentOf(zip: Zip, entry: Zip['entries'][number]): Promise<Buffer | undefined> {
  try {
    const pieces: Buffer[] = [];
    for await (const piece of zip.open(entry)) pieces.push(piece);
    return Buffer.concat(pieces);
  } catch (error) {
    if (error instanceof AsicError) return undefined;
    throw error;
  }
}

async function isWritten(members: readonly ContainerMember[], { modifiedAt, bytes }: { modifiedAt: Date; bytes: Buffer }): Promise<boolean> {
  const entries: StoredEntry[] = [];
  for (const { name, content } of members) {
    if (content === undefined) return false;
    entries.push({ name, sizeBytes: content.length, crc: crc32(content), read: () => once(content) });
  }
  const digest = createHash('sha256');
  for await (const piece of writeZip(entries, modifiedAt)) digest.update(piece);
  return digest.digest().equals(createHash('sha256').update(bytes).digest());
}

async function* once(bytes: Buffer): AsyncIterable<Buffer> {
  yield await Promise.resolve(bytes);
}
