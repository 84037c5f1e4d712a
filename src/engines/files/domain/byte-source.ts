/** Bytes that can be read from any place, without having them all in memory. */
export type ByteSource = { sizeBytes: number; read(start: number, length: number): Promise<Buffer> };

export function memorySource(bytes: Buffer): ByteSource {
  return { sizeBytes: bytes.length, read: (start, length) => Promise.resolve(bytes.subarray(start, start + length)) };
}
