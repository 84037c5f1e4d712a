import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { Socket } from 'node:net';
import { availableParallelism } from 'node:os';
import { extname, join } from 'node:path';
import { PdfError, pdfErrorTexts, type PdfErrorCode } from '../../domain/pdf/errors.ts';
import type { ActiveContentKind } from '../../domain/pdf/reader/index.ts';
import { signatureErrors, translateDomainError } from '../../errors.ts';
import { errorOfCode } from './errors.ts';
import { createReaderStarts, type ReaderStarts } from './reader-starts.ts';
import { framed, onMessages } from './wire.ts';
import type { BesideFile, Examination, FoundPlaces, LongTerm, ReaderReady, ReaderReply, ReaderRequest, ReaderResult, ReaderTask, TrustMaterial } from './protocol.ts';

/**
 * Reads files that nobody vouches for, in a process of its own with limits of time and memory. A thread would not do: one
 * that runs out of memory fast enough takes the whole process with it.
 */
export type DocumentReader = {
  /**
   * Judges a file of any kind, told by its content, and says what is missing and what was used. The process has no network: whoever has
   * one looks up and asks again. A detached signature needs the signed file or files as `beside`.
   * @throws signatures.pdf.* · xml.* · asic.* · unknownKind · twoKinds · emptyFile · signedFileMissing · contentNotNeeded · validationTooLong · readerNotStarted
   */
  examine(bytes: Buffer, trust: TrustMaterial, beside?: readonly BesideFile[]): Promise<Examination>;
  /** Judges a PDF, and makes the validation material to be appended. */
  readLongTerm(bytes: Buffer, trust: TrustMaterial): Promise<LongTerm>;
  /** @throws signatures.pdf.* · validationTooLong · readerNotStarted */
  findPlaces(bytes: Buffer, signerName: string): Promise<FoundPlaces>;
  /** @throws as `findPlaces` */
  findActiveContent(bytes: Buffer): Promise<ActiveContentKind[]>;
  /** Starts a process where none was well lately. @throws signatures.readerNotStarted */
  ensureStarted(): Promise<void>;
  close(): void;
};

export type ReaderLimits = { timeoutMs: number; memoryMb: number; idleMs: number; /** The first pause after a start that failed. */ backOffMs: number; program: string };
/** `patienceMs`: so long a file waits for the readers that are at work before another one is called; two processes cost more than one where one is fast enough. */
export type PoolLimits = ReaderLimits & { patienceMs: number };

// It lies beside this file, in the sources and where both were bundled into a program of their own.
const program = join(import.meta.dirname, `reader-process${extname(import.meta.filename)}`);
const defaults: PoolLimits = { timeoutMs: 30_000, memoryMb: 512, idleMs: 30_000, backOffMs: 1000, patienceMs: 20, program };
/** Until a process has read its own program; on a machine under load that takes seconds. */
const START_MS = 60_000;
/** So long a process that was well is taken to be well without being asked. */
const KNOWN_GOOD_MS = 600_000;

type Running = { id: number; timer: NodeJS.Timeout | undefined; resolve: (result: ReaderResult) => void; reject: (error: unknown) => void };

/**
 * One process, one file at a time. A file that takes too long or too much costs that process and nothing else: the next file
 * gets a new one. An idle process ends, so that a house at rest stays small. A process that cannot even begin is no fault of the file: it is
 * told apart, and tried again after a pause.
 */
export function createDocumentReader(limits: Partial<ReaderLimits> = {}, starts: ReaderStarts = createReaderStarts(limits.backOffMs ?? defaults.backOffMs)): DocumentReader {
  const { timeoutMs, idleMs, ...process } = { ...defaults, ...limits };
  let child: ChildProcessWithoutNullStreams | undefined;
  let lastTrust: TrustMaterial | undefined;
  let isReady = false;
  let running: Running | undefined;
  let idle: NodeJS.Timeout | undefined;
  let tail: Promise<unknown> = Promise.resolve();
  let lastId = 0;

  const stop = (): void => {
    clearTimeout(idle);
    const stopping = child;
    child = undefined;
    lastTrust = undefined;
    isReady = false;
    stopping?.kill('SIGKILL');
  };

  const settle = (act: (waiting: Running) => void): void => {
    const waiting = running;
    running = undefined;
    if (waiting === undefined) return;
    clearTimeout(waiting.timer);
    if (child !== undefined) keepParent(child, false);
    act(waiting);
  };

  const giveUp = (cause: unknown): void => {
    const error = isReady ? signatureErrors.validationTooLong({ cause }) : starts.failed(cause);
    settle(({ reject }) => {
      reject(error);
    });
    stop();
  };

  const watch = (ms: number): void => {
    clearTimeout(running?.timer);
    if (running === undefined) return;
    running.timer = setTimeout(() => {
      giveUp(new Error(`no answer within ${String(ms)} ms`));
    }, ms);
  };

  const start = (): ChildProcessWithoutNullStreams => {
    starts.assertMayStart();
    const { started, lastWords } = startProcess(process);
    onMessages(started.stdout, (message) => {
      if (child !== started) return;
      starts.succeeded();
      // safe because only reader-process.ts writes on this stream
      const reply = message as ReaderReady | ReaderReply;
      if ('ready' in reply) {
        isReady = true;
        watch(timeoutMs);
        return;
      }
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
    // Whoever cannot be written to ends, and is heard then.
    started.stdin.on('error', () => undefined);
    // Not its exit: what it wrote last is to be read by then.
    started.on('close', (code, signal) => {
      lost(new Error(`the document reader ended with ${signal ?? String(code)}${isReady ? '' : `: ${lastWords()}`}`));
    });
    return started;
  };

  const perform = (files: readonly Uint8Array[], task: ReaderTask, trust?: TrustMaterial): Promise<ReaderResult> =>
    new Promise((resolve, reject) => {
      clearTimeout(idle);
      child ??= start();
      keepParent(child, true);
      lastId += 1;
      running = { id: lastId, resolve, reject, timer: undefined };
      watch(isReady ? timeoutMs : START_MS);
      const isOther = trust !== undefined && trust !== lastTrust;
      if (isOther) lastTrust = trust;
      const request: ReaderRequest = { id: lastId, task, ...(isOther ? { trust } : {}) };
      child.stdin.cork();
      for (const piece of framed(request, files)) child.stdin.write(piece);
      child.stdin.uncork();
    });

  const inTurn = (files: readonly Uint8Array[], task: ReaderTask, trust?: TrustMaterial): Promise<ReaderResult> => {
    const result = tail.then(() => perform(files, task, trust));
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
    examine: async (bytes, trust, beside = []) =>
      (await inTurn([bytes, ...beside.map((file) => file.bytes)], { kind: 'examine', besideNames: beside.map(({ name }) => name) }, trust)) as Examination,
    readLongTerm: async (bytes, trust) => (await inTurn([bytes], { kind: 'long-term' }, trust)) as LongTerm,
    findPlaces: async (bytes, signerName) => (await inTurn([bytes], { kind: 'places', signerName })) as FoundPlaces,
    findActiveContent: async (bytes) => (await inTurn([bytes], { kind: 'active' })) as ActiveContentKind[],
    ensureStarted: async () => {
      if (!starts.isKnownGood(KNOWN_GOOD_MS)) await inTurn([], { kind: 'ready' });
    },
    close: stop,
  };
}

const root = join(import.meta.dirname, '../../../../..');
const readable = extname(import.meta.filename) === '.ts' ? ['package.json', 'src', 'node_modules'].map((name) => join(root, name)) : [join(import.meta.dirname, '/')];
// What runs on its own may meet a Node from 20 on, where the permissions bore another name.
const permission = process.allowedNodeEnvironmentFlags.has('--permission') ? '--permission' : '--experimental-permission';

/** How Node is told what the process may do. */
export function readerArguments(memoryMb: number): string[] {
  return [`--max-old-space-size=${String(memoryMb)}`, permission, ...readable.map((path) => `--allow-fs-read=${path}`)];
}

/** It gets no environment, may read the program's own code and nothing else, and may neither write nor start anything. */
function startProcess({ program, memoryMb }: Pick<ReaderLimits, 'program' | 'memoryMb'>): { started: ChildProcessWithoutNullStreams; lastWords: () => string } {
  const started = spawn(process.execPath, [...readerArguments(memoryMb), program], {
    // Windows needs this one to start anything.
    env: process.env['SystemRoot'] === undefined ? {} : { SystemRoot: process.env['SystemRoot'] },
  });
  let said = '';
  // Read to the end of its life, since a full pipe would stop it.
  started.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-LAST_WORDS)));
  if (started.stderr instanceof Socket) started.stderr.unref();
  return { started, lastWords: () => said.trim() };
}

/** As much of an error and its stack as a log needs. */
const LAST_WORDS = 2000;

/** A process that has nothing else to do may end although its reader waits; the reader then ends by itself. */
function keepParent(child: ChildProcessWithoutNullStreams, isKept: boolean): void {
  for (const each of [child, child.stdin, child.stdout]) {
    // the pipes of a child process are sockets
    if (each !== child && !(each instanceof Socket)) continue;
    if (isKept) each.ref();
    else each.unref();
  }
}

function errorOf({ code, detail }: Extract<ReaderReply, { ok: false }>): unknown {
  // safe because the code was just found in the table
  if (Object.hasOwn(pdfErrorTexts, code)) return translateDomainError(new PdfError(code as PdfErrorCode, detail));
  return errorOfCode(code, detail) ?? new Error(`the document reader failed: ${code} ${detail}`);
}

/** One file is read while the next is on its way. */
const ENOUGH = 2;
type Place = { reader: DocumentReader; load: number };
type Waiting = { since: number; take: (place: Place) => void };

/**
 * Several readers as one: a further process is called only when a file has waited for those before it, so that a house with little work keeps
 * a single one. Whoever has room takes the file that has waited longest.
 */
export function createReaderPool(size: number, { patienceMs = defaults.patienceMs, ...limits }: Partial<PoolLimits> = {}): DocumentReader {
  // What keeps one from being started keeps all.
  const starts = createReaderStarts(limits.backOffMs ?? defaults.backOffMs);
  const places: readonly Place[] = Array.from({ length: Math.max(1, size) }, () => ({ reader: createDocumentReader(limits, starts), load: 0 }));
  const queue: Waiting[] = [];
  let call: NodeJS.Timeout | undefined;

  const give = (place: Place): void => {
    place.load += 1;
    queue.shift()?.take(place);
  };
  const serve = (): void => {
    clearTimeout(call);
    for (let first = queue[0]; first !== undefined; first = queue[0]) {
      const atWork = places.filter(({ load }) => load > 0);
      const ready = atWork.find(({ load }) => load < ENOUGH) ?? (atWork.length === 0 ? places[0] : undefined);
      const waits = first.since + patienceMs - performance.now();
      const resting = places.find(({ load }) => load === 0);
      if (ready !== undefined) give(ready);
      else if (resting === undefined) return;
      else if (waits <= 0) give(resting);
      else {
        call = setTimeout(serve, waits);
        return;
      }
    }
  };
  const withOne = async <Result>(work: (reader: DocumentReader) => Promise<Result>): Promise<Result> => {
    const place = await new Promise<Place>((take) => {
      queue.push({ since: performance.now(), take });
      serve();
    });
    try {
      return await work(place.reader);
    } finally {
      place.load -= 1;
      serve();
    }
  };
  return {
    examine: (bytes, trust, beside) => withOne((reader) => reader.examine(bytes, trust, beside)),
    readLongTerm: (bytes, trust) => withOne((reader) => reader.readLongTerm(bytes, trust)),
    findPlaces: (bytes, signerName) => withOne((reader) => reader.findPlaces(bytes, signerName)),
    findActiveContent: (bytes) => withOne((reader) => reader.findActiveContent(bytes)),
    ensureStarted: () => withOne((reader) => reader.ensureStarted()),
    close: () => {
      for (const { reader } of places) reader.close();
    },
  };
}

/** More would mostly wait for PostgreSQL, and each takes memory. */
const MOST_READERS = 4;

/** The readers of this process; they begin with the first file and end when there is nothing to do. */
export const documentReader: DocumentReader = createReaderPool(Math.min(MOST_READERS, availableParallelism()));
