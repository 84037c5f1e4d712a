import { AppError } from '#kernel/errors.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { openBytes, readBytes, type StoredBlob } from './blobs.ts';
import type { ByteSource } from './domain/byte-source.ts';
import { HEAD_BYTES } from './domain/content-kind.ts';
import { inspectContainer, type ContainerProblem } from './domain/container.ts';
import { knownTypes } from './domain/media-types.ts';
import { sniff, type SniffProblem } from './domain/sniff.ts';
import { filesErrors } from './errors.ts';

/**
 * Looks at the whole content of files of one type and says what a person should know: flags such as `javascript` or
 * `encrypted`. It never refuses and executes nothing; when it throws, the file gets the flag `unreadable`, unless
 * it says that the server is at fault (an AppError of 503): then nothing is known of the file, and it comes in later.
 * Contributed by engines under `files.inspectors`, since readers of formats live there.
 */
export type FileInspector = { mediaType: string; inspect: (bytes: Buffer) => readonly string[] | Promise<readonly string[]> };

export function defineFileInspector(inspector: FileInspector): FileInspector {
  return inspector;
}

export type Inspected = { mediaType: string; extension: string; flags: string[] };

/**
 * Finds out what stored bytes are, and refuses what must not come in.
 * @throws AppError `files.empty`, `.executable`, `.macros`, `.contentMismatch`, `.archiveBomb`, `.archiveTooDeep`, `.archiveDamaged`.
 */
export async function inspectFile(kernel: Kernel, blob: StoredBlob, name: string): Promise<Inspected> {
  const source = blobSource(kernel, blob);
  const sniffed = sniff(await source.read(0, HEAD_BYTES), name);
  if (sniffed.problem !== undefined) throw refusal(sniffed.problem, name);
  if (sniffed.kind !== 'zip' && sniffed.kind !== 'ole') {
    const { mediaType, extension } = sniffed;
    return { mediaType, extension, flags: await inspectorFlags(kernel, blob, mediaType) };
  }
  const found = await inspectContainer(source, sniffed.kind, sniffed.extension);
  if (found.problem !== undefined) throw refusal(found.problem, name);
  const extension = knownTypes.has(sniffed.extension) ? sniffed.extension : (found.extension ?? (sniffed.kind === 'zip' ? 'zip' : ''));
  const mediaType = knownTypes.get(extension)?.mediaType ?? sniffed.mediaType;
  return { mediaType, extension, flags: [...new Set([...found.flags, ...(await inspectorFlags(kernel, blob, mediaType))])] };
}

function blobSource(kernel: Kernel, { sha256, sizeBytes }: StoredBlob): ByteSource {
  return {
    sizeBytes,
    read: async (start, length) => {
      const end = Math.min(start + length, sizeBytes) - 1;
      if (end < start) return Buffer.alloc(0);
      const pieces: Buffer[] = [];
      // safe because no encoding was set, so the chunks are buffers
      for await (const piece of await openBytes(kernel, sha256, { start, end })) pieces.push(piece as Buffer);
      return Buffer.concat(pieces);
    },
  };
}

async function inspectorFlags(kernel: Kernel, blob: StoredBlob, mediaType: string): Promise<string[]> {
  const inspectors = inspectorsOf(kernel).filter((inspector) => inspector.mediaType === mediaType);
  if (inspectors.length === 0) return [];
  const bytes = await readBytes(kernel, blob.sha256);
  const flags: string[] = [];
  for (const { inspect } of inspectors) {
    try {
      flags.push(...(await inspect(bytes)));
    } catch (error) {
      if (error instanceof AppError && error.entry.status === 503) throw error;
      // A damaged file may be sent as an attachment; whoever must read it (a signature, for one) says why it cannot.
      kernel.log.info({ err: error, sha256: blob.sha256, mediaType }, 'a file could not be inspected');
      flags.push('unreadable');
    }
  }
  return flags;
}

function inspectorsOf(kernel: Kernel): FileInspector[] {
  // safe because modules contribute to this point with defineFileInspector
  return kernel.modules.flatMap((module) => (module.contributions?.['files.inspectors'] ?? []) as FileInspector[]);
}

function refusal(problem: SniffProblem | ContainerProblem, name: string): Error {
  switch (problem.kind) {
    case 'empty':
    case 'executable':
    case 'macros':
    case 'archiveTooDeep':
      return filesErrors[problem.kind]({ values: { name } });
    case 'contentMismatch':
      return filesErrors.contentMismatch({ values: { name, extension: problem.extension, actualVi: problem.actual.vi, actualEn: problem.actual.en } });
    case 'archiveBomb':
      return filesErrors.archiveBomb({ values: { name, expandedMb: Math.ceil(problem.expandedBytes / 1_048_576) } });
    case 'archiveDamaged':
      return filesErrors.archiveDamaged({ values: { name }, internal: problem.detail });
  }
}
