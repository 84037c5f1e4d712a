import { fork, type ChildProcess } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { PdfError, pdfErrorTexts, type PdfErrorCode } from '../../domain/pdf/errors.ts';
import type { ActiveContentKind } from '../../domain/pdf/reader/index.ts';
import { signatureErrors, translateDomainError } from '../../errors.ts';
import { errorOfCode } from './errors.ts';
import type { BesideFile, Examination, FoundPlaces, LongTerm, ReaderReply, ReaderRequest, ReaderResult, ReaderTask, TrustMaterial } from './protocol.ts';

/**
 * Reads files that nobody vouches for, in a process of its own with limits of time and memory. A thread would not do: one
 * that runs out of memory fast enough takes the whole process with it.
 */
export type DocumentReader = {
  /**
   * Judges a file of any kind, told by its content, and says what is missing and what was used. The process has no network: whoever has
   * one looks up and asks again. A detached signature needs the signed file or files as `beside`.
   * @throws signatures.pdf.* · xml.* · asic.* · unknownKind · twoKinds · emptyFile · signedFileMissing · contentNotNeeded · validationTooLong
   */
  examine(bytes: Buffer, trust: TrustMaterial, beside?: readonly BesideFile[]): Promise<Examination>;
  /** Judges a PDF, and makes the validation material to be appended. */
  readLongTerm(bytes: Buffer, trust: TrustMaterial): Promise<LongTerm>;
  /** @throws signatures.pdf.* · validationTooLong */
  findPlaces(bytes: Buffer, signerName: string): Promise<FoundPlaces>;
  /** @throws as `findPlaces` */
  findActiveContent(bytes: Buffer): Promise<ActiveContentKind[]>;
  close(): void;
};

export type ReaderLimits = { timeoutMs: number; memoryMb: number; idleMs: number };

const defaults: ReaderLimits = { timeoutMs: 30_000, memoryMb: 512, idleMs: 30_000 };

type Running = { id: number; timer: NodeJS.Timeout; resolve: (result: ReaderResult) => void; reject: (error: unknown) => void };

/**
 * One process, one file at a time. A file that takes too long or too much costs that process and nothing else: the next file
 * gets a new one. An idle process ends, so that a house at rest stays small.
 */
export function createDocumentReader(limits: Partial<ReaderLimits> = {}): DocumentReader {
  const { timeoutMs, memoryMb, idleMs } = { ...defaults, ...limits };
  let child: ChildProcess | undefined;
  let running: Running | undefined;
  let idle: NodeJS.Timeout | undefined;
  let tail: Promise<unknown> = Promise.resolve();
  let lastId = 0;

  const stop = (): void => {
    clearTimeout(idle);
    const stopping = child;
    child = undefined;
    stopping?.kill('SIGKILL');
  };

  const settle = (act: (waiting: Running) => void): void => {
    const waiting = running;
    running = undefined;
    if (waiting === undefined) return;
    clearTimeout(waiting.timer);
    if (child !== undefined) letParentEnd(child);
    act(waiting);
  };

  const giveUp = (cause: unknown): void => {
    settle(({ reject }) => {
      reject(signatureErrors.validationTooLong({ cause }));
    });
    stop();
  };

  const start = (): ChildProcess => {
    const started = startProcess(memoryMb);
    // safe because only reader-process.ts sends on this channel
    started.on('message', (message) => {
      const reply = message as ReaderReply;
      if (reply.id !== running?.id) return;
      settle(({ resolve, reject }) => {
        if (reply.ok) resolve(reply.result);
        else reject(errorOf(reply));
      });
    });
    const lost = (cause: unknown): void => {
      if (child === started) giveUp(cause);
    };
    started.on('error', lost);
    started.on('exit', (code, signal) => {
      lost(new Error(`the document reader ended with ${signal ?? String(code)}`));
    });
    return started;
  };

  const perform = (bytes: Buffer, task: ReaderTask): Promise<ReaderResult> =>
    new Promise((resolve, reject) => {
      clearTimeout(idle);
      child ??= start();
      child.ref();
      child.channel?.ref();
      lastId += 1;
      const timer = setTimeout(() => {
        giveUp(new Error(`no answer within ${String(timeoutMs)} ms`));
      }, timeoutMs);
      running = { id: lastId, resolve, reject, timer };
      child.send({ id: lastId, bytes, task } satisfies ReaderRequest, (error) => {
        if (error !== null) giveUp(error);
      });
    });

  const inTurn = (bytes: Buffer, task: ReaderTask): Promise<ReaderResult> => {
    const result = tail.then(() => perform(bytes, task));
    tail = result
      .catch(() => undefined)
      .then(() => {
        idle = setTimeout(stop, idleMs);
        idle.unref();
      });
    return result;
  };

  return {
    // safe because the process answers each kind of task with its own kind of result
    examine: async (bytes, trust, beside) => (await inTurn(bytes, { kind: 'examine', trust, ...(beside ? { beside } : {}) })) as Examination,
    readLongTerm: async (bytes, trust) => (await inTurn(bytes, { kind: 'long-term', trust })) as LongTerm,
    findPlaces: async (bytes, signerName) => (await inTurn(bytes, { kind: 'places', signerName })) as FoundPlaces,
    findActiveContent: async (bytes) => (await inTurn(bytes, { kind: 'active' })) as ActiveContentKind[],
    close: stop,
  };
}

const program = join(import.meta.dirname, 'reader-process.ts');
const root = join(import.meta.dirname, '../../../../..');
const readable = ['package.json', 'src', 'node_modules'].map((name) => join(root, name));

/** How Node is told what the process may do. */
export function readerArguments(memoryMb: number): string[] {
  return [`--max-old-space-size=${String(memoryMb)}`, '--permission', ...readable.map((path) => `--allow-fs-read=${path}`)];
}

/** It gets no environment, may read the program's own code and nothing else, and may neither write nor start anything. */
function startProcess(memoryMb: number): ChildProcess {
  return fork(program, {
    execPath: process.execPath,
    execArgv: readerArguments(memoryMb),
    // Windows needs this one to start anything.
    env: process.env['SystemRoot'] === undefined ? {} : { SystemRoot: process.env['SystemRoot'] },
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
}

/** A process that has nothing else to do may end although its reader waits; the reader then ends by itself. */
function letParentEnd(child: ChildProcess): void {
  child.unref();
  child.channel?.unref();
}

function errorOf({ code, detail }: Extract<ReaderReply, { ok: false }>): unknown {
  // safe because the code was just found in the table
  if (Object.hasOwn(pdfErrorTexts, code)) return translateDomainError(new PdfError(code as PdfErrorCode, detail));
  return errorOfCode(code, detail) ?? new Error(`the document reader failed: ${code} ${detail}`);
}

/** A reader with so many files to do is passed over: one is read while the next is on its way. */
const ENOUGH = 2;

/**
 * Several readers as one: a further process begins only when those before it have enough to do, so that a house with little work keeps
 * a single one.
 */
export function createReaderPool(size: number, limits: Partial<ReaderLimits> = {}): DocumentReader {
  const places = Array.from({ length: Math.max(1, size) }, () => ({ reader: createDocumentReader(limits), load: 0 }));
  const withOne = async <Result>(work: (reader: DocumentReader) => Promise<Result>): Promise<Result> => {
    const least = Math.min(...places.map(({ load }) => load));
    const place = places.find(({ load }) => load < ENOUGH) ?? places.find(({ load }) => load === least);
    if (place === undefined) throw new Error('a pool has a reader');
    place.load += 1;
    try {
      return await work(place.reader);
    } finally {
      place.load -= 1;
    }
  };
  return {
    examine: (bytes, trust, beside) => withOne((reader) => reader.examine(bytes, trust, beside)),
    readLongTerm: (bytes, trust) => withOne((reader) => reader.readLongTerm(bytes, trust)),
    findPlaces: (bytes, signerName) => withOne((reader) => reader.findPlaces(bytes, signerName)),
    findActiveContent: (bytes) => withOne((reader) => reader.findActiveContent(bytes)),
    close: () => {
      for (const { reader } of places) reader.close();
    },
  };
}

/** More would mostly wait for PostgreSQL, and each takes memory. */
const MOST_READERS = 4;

/** The readers of this process; they begin with the first file and end when there is nothing to do. */
export const documentReader: DocumentReader = createReaderPool(Math.min(MOST_READERS, availableParallelism()));
