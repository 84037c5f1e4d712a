import type { Readable } from 'node:stream';

/** Bytes that came in once and may be put in place when their hash is known. */
export type Staged = {
  /** Hexadecimal. */
  sha256: string;
  sizeBytes: number;
  /** Puts the bytes in place durably. May be called again. @throws and leaves nothing half-written. */
  publish(): Promise<void>;
  /** Frees what staging took; the published bytes stay. */
  discard(): Promise<void>;
};

export type ByteRange = { /** First byte. */ start: number; /** Last byte, included. */ end: number };

export type AppendOptions = {
  uploadId: string;
  /** Where the part begins; whatever was kept beyond it is forgotten. */
  offset: number;
  source: AsyncIterable<Buffer>;
  /** Told from time to time how many bytes of the upload are durable; when it throws, the append stops. */
  onProgress: (receivedBytes: number) => Promise<void>;
};

/** Unfinished uploads, as far as they came. */
export type PartStore = {
  /**
   * Adds to an upload. When the source fails, what came before is made durable and told to `onProgress` first.
   * @returns how many bytes of the upload are durable now.
   * @throws AppError `files.uploadLost` when the store has fewer bytes than the offset; `kernel.storageFull`.
   */
  append(options: AppendOptions): Promise<number>;
  read(uploadId: string, sizeBytes: number): AsyncIterable<Buffer>;
  drop(uploadId: string): Promise<void>;
};

/** Where immutable bytes live. Two implementations: a folder, and an S3-compatible store. */
export type BlobStore = {
  /** Reads the source to its end and hashes it. @throws AppError `files.tooLarge` as soon as the limit is passed. */
  stage(source: readonly Buffer[] | AsyncIterable<Buffer>, limitBytes: number): Promise<Staged>;
  has(sha256: string, sizeBytes: number): Promise<boolean>;
  /** @throws AppError `files.notStored`. */
  open(sha256: string, range?: ByteRange): Promise<Readable>;
  read(sha256: string): Promise<Buffer>;
  /** The bytes at once, unchecked; undefined when the store has none, or another number of them. They may lie in the given memory, if it is large enough. */
  readStated(sha256: string, sizeBytes: number, memory?: Buffer): Promise<Buffer | undefined>;
  /** Where the bytes lie, or would lie, as a file of this machine; undefined when the store is no folder. */
  pathOf(sha256: string): string | undefined;
  remove(sha256: string): Promise<void>;
  parts: PartStore;
  /** Removes what interrupted stores left behind before the instant. */
  cleanUp(before: Date): Promise<void>;
};
