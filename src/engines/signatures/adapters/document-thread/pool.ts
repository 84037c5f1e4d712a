import { Worker } from 'node:worker_threads';
import { PdfError, pdfErrorTexts, type PdfErrorCode } from '../../domain/pdf/errors.ts';
import type { ActiveContentKind } from '../../domain/pdf/reader/index.ts';
import type { ValidationReport } from '../../domain/validation/report.ts';
import { signatureErrors, translateDomainError } from '../../errors.ts';
import type { FoundPlaces, ThreadReply, ThreadRequest, ThreadResult, ThreadTask, TrustMaterial } from './protocol.ts';

/** Reads files that nobody vouches for, in a thread with limits of time and memory. */
export type DocumentThread = {
  /** @throws PdfError codes as `signatures.pdf.*`; signatures.validationTooLong */
  validate(bytes: Buffer, trust: TrustMaterial): Promise<ValidationReport>;
  findPlaces(bytes: Buffer, signerName: string): Promise<FoundPlaces>;
  /** @throws PdfError codes as `signatures.pdf.*`; signatures.validationTooLong */
  findActiveContent(bytes: Buffer): Promise<ActiveContentKind[]>;
  close(): Promise<void>;
};

export type ThreadLimits = { timeoutMs: number; memoryMb: number; idleMs: number };

const defaults: ThreadLimits = { timeoutMs: 30_000, memoryMb: 512, idleMs: 30_000 };

type Waiting = { resolve: (result: ThreadResult) => void; reject: (error: unknown) => void };
type Running = Waiting & { id: number; timer: NodeJS.Timeout };

/**
 * One thread, one file at a time. A file that takes too long or too much costs its thread and nothing else: the next one
 * gets a new thread. An idle thread ends, so that a house at rest stays small.
 */
export function createDocumentThread(limits: Partial<ThreadLimits> = {}): DocumentThread {
  const { timeoutMs, memoryMb, idleMs } = { ...defaults, ...limits };
  let worker: Worker | undefined;
  let running: Running | undefined;
  let idle: NodeJS.Timeout | undefined;
  let tail: Promise<unknown> = Promise.resolve();
  let lastId = 0;

  const stop = async (): Promise<void> => {
    const stopping = worker;
    worker = undefined;
    stopping?.removeAllListeners();
    stopping?.on('error', () => undefined);
    await stopping?.terminate();
  };

  const settle = (act: (waiting: Waiting) => void): void => {
    const waiting = running;
    running = undefined;
    if (waiting === undefined) return;
    clearTimeout(waiting.timer);
    // A process that has nothing else to do may end although the thread waits.
    worker?.unref();
    act(waiting);
  };

  const giveUp = (cause: unknown): void => {
    settle(({ reject }) => {
      reject(signatureErrors.validationTooLong({ cause }));
    });
    void stop();
  };

  const start = (): Worker => {
    const started = new Worker(new URL('./thread.ts', import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: memoryMb, maxYoungGenerationSizeMb: 64, stackSizeMb: 4 },
    });
    started.on('message', (reply: ThreadReply) => {
      if (reply.id !== running?.id) return;
      settle(({ resolve, reject }) => {
        if (reply.ok) resolve(reply.result);
        else reject(errorOf(reply));
      });
    });
    started.on('error', giveUp);
    return started;
  };

  const perform = (bytes: Buffer, task: ThreadTask): Promise<ThreadResult> =>
    new Promise((resolve, reject) => {
      clearTimeout(idle);
      worker ??= start();
      worker.ref();
      lastId += 1;
      const timer = setTimeout(() => {
        giveUp(new Error(`no answer within ${String(timeoutMs)} ms`));
      }, timeoutMs);
      running = { id: lastId, resolve, reject, timer };
      const own = ownBytes(bytes);
      worker.postMessage({ id: lastId, bytes: own, task } satisfies ThreadRequest, [own.buffer]);
    });

  const inTurn = (bytes: Buffer, task: ThreadTask): Promise<ThreadResult> => {
    const result = tail.then(() => perform(bytes, task));
    tail = result
      .catch(() => undefined)
      .then(() => {
        idle = setTimeout(() => void stop(), idleMs);
        idle.unref();
      });
    return result;
  };

  return {
    // safe because the thread answers each kind of task with its own kind of result
    validate: async (bytes, trust) => (await inTurn(bytes, { kind: 'validate', trust })) as ValidationReport,
    findPlaces: async (bytes, signerName) => (await inTurn(bytes, { kind: 'places', signerName })) as FoundPlaces,
    findActiveContent: async (bytes) => (await inTurn(bytes, { kind: 'active' })) as ActiveContentKind[],
    close: async () => {
      clearTimeout(idle);
      await stop();
    },
  };
}

/** A copy that can be handed over: the caller's buffer may be a view into shared memory, and stays the caller's. */
function ownBytes(bytes: Buffer): Uint8Array<ArrayBuffer> {
  const own = new Uint8Array(bytes.length);
  own.set(bytes);
  return own;
}

function errorOf({ code, detail }: Extract<ThreadReply, { ok: false }>): unknown {
  // safe because the code was just found in the table
  if (Object.hasOwn(pdfErrorTexts, code)) return translateDomainError(new PdfError(code as PdfErrorCode, detail));
  return new Error(`the document thread failed: ${code} ${detail}`);
}

/** The thread of this process; it begins with the first file and ends when there is nothing to do. */
export const documentThread: DocumentThread = createDocumentThread();
