/** An entry on its way into the tree. */
export type PendingEntry = { agencyId: string; entryId: string; leafHash: Buffer };

const UUID_BYTES = 16;
/** Agency, entry and leaf of one entry in the queue. */
export const PENDING_BYTES = 2 * UUID_BYTES + 32;

/** The entries of one command in 64 bytes each: a fan-out to a whole province is one value. */
export function packEntries(entries: readonly PendingEntry[]): Buffer {
  const packed = Buffer.allocUnsafe(entries.length * PENDING_BYTES);
  for (const [index, entry] of entries.entries()) {
    const at = index * PENDING_BYTES;
    packed.write(entry.agencyId.replaceAll('-', ''), at, 'hex');
    packed.write(entry.entryId.replaceAll('-', ''), at + UUID_BYTES, 'hex');
    entry.leafHash.copy(packed, at + 2 * UUID_BYTES);
  }
  return packed;
}

export function unpackEntries(packed: Buffer): PendingEntry[] {
  const entries: PendingEntry[] = [];
  for (let at = 0; at < packed.length; at += PENDING_BYTES) {
    entries.push({
      agencyId: uuidAt(packed, at),
      entryId: uuidAt(packed, at + UUID_BYTES),
      leafHash: packed.subarray(at + 2 * UUID_BYTES, at + PENDING_BYTES),
    });
  }
  return entries;
}

function uuidAt(packed: Buffer, at: number): string {
  const hex = packed.toString('hex', at, at + UUID_BYTES);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
