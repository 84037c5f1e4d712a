import { Worker } from 'node:worker_threads';
import { SigningDriverError, type DriverProblem } from '../signing-driver.ts';
import type { NewTokenKey, TokenCertificate, TokenChoice, TokenSignRequest } from './token.ts';

export type LaneSettings = { modulePath: string };

export type LaneOrder =
  | { kind: 'list'; choice: TokenChoice }
  | { kind: 'sign'; choice: TokenChoice; request: TokenSignRequest }
  | { kind: 'generate'; choice: TokenChoice; key: NewTokenKey }
  | { kind: 'missing'; choice: TokenChoice; keyIds: readonly Buffer[]; pin: string }
  | { kind: 'forget'; how: 'sessions' | 'reset' | 'end' };

export type LaneAnswer =
  | { state: 'listed'; certificates: TokenCertificate[] }
  | { state: 'signed'; signatures: Uint8Array[] }
  | { state: 'generated'; publicKey: Uint8Array }
  | { state: 'looked'; missing: Uint8Array[] }
  | { state: 'forgotten' }
  | { state: 'failed'; problem: DriverProblem; detail: string; isLastTry: boolean };

export type Lanes = { ask: (order: LaneOrder) => Promise<LaneAnswer>; close: () => Promise<void> };

type Lane = { worker: Worker; settle: ((answer: LaneAnswer) => void) | undefined };
type Waiting = { order: LaneOrder; settle: (answer: LaneAnswer) => void };

/** A module that does not come back by then is given up; its thread cannot be stopped from outside. */
const CALL_TIMEOUT_MS = 45_000;

/** After these the module is started anew before the next request, since some see a token that was plugged in only then. */
const RESET_AFTER: ReadonlySet<DriverProblem> = new Set(['deviceMissing', 'deviceRemoved', 'unavailable']);

/**
 * The threads that talk to one module, each with sessions of its own; a thread does one thing at a time. They are started when
 * they are needed and do not keep the process alive. All drivers of one module share them: a module is begun and ended for the
 * whole process, and must not be begun by two threads at once.
 * @throws SigningDriverError as the token answers; `unavailable` when the module hangs, cannot be loaded, or its thread dies.
 */
export function openLanes(settings: LaneSettings & { count: number }): Lanes {
  const lanes: Lane[] = [];
  const queue: Waiting[] = [];
  let needsReset = false;
  let isResetting = false;
  /** Whether some thread has begun the module; before that one thread works alone. */
  let hasBegun = false;

  const start = (): Lane => {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: { modulePath: settings.modulePath } satisfies LaneSettings, env: { ...process.env } });
    const lane: Lane = { worker, settle: undefined };
    worker.unref();
    worker.on('message', (answer: LaneAnswer) => lane.settle?.(answer));
    worker.on('error', (error) => drop(lane, String(error)));
    worker.on('exit', () => drop(lane, 'the thread ended'));
    lanes.push(lane);
    return lane;
  };
  const drop = (lane: Lane, detail: string): void => {
    const at = lanes.indexOf(lane);
    if (at >= 0) lanes.splice(at, 1);
    // With its last thread the module may be unloaded.
    if (lanes.length === 0) hasBegun = false;
    lane.settle?.({ state: 'failed', problem: 'unavailable', detail, isLastTry: false });
  };
  const give = (lane: Lane, { order, settle }: Waiting): void => {
    const timer = setTimeout(() => {
      void lane.worker.terminate();
      drop(lane, 'the module does not come back');
    }, CALL_TIMEOUT_MS);
    lane.settle = (answer) => {
      clearTimeout(timer);
      lane.settle = undefined;
      if (answer.state === 'failed' && RESET_AFTER.has(answer.problem)) needsReset = true;
      else hasBegun = true;
      settle(answer);
      next();
    };
    lane.worker.postMessage(order);
  };
  const tell = (lane: Lane, how: 'sessions' | 'reset' | 'end'): Promise<unknown> => new Promise((settle) => give(lane, { order: { kind: 'forget', how }, settle }));
  /** One thread ends and begins the module for the whole process, after the others have let go of their sessions. */
  const reset = async (): Promise<void> => {
    const [first, ...others] = lanes;
    await Promise.all(others.map((lane) => tell(lane, 'sessions')));
    hasBegun = false;
    if (first !== undefined) await tell(first, 'reset');
    // Where that failed the next request finds out why.
    needsReset = false;
    isResetting = false;
    next();
  };
  const next = (): void => {
    if (queue.length === 0 || isResetting) return;
    if (needsReset) {
      if (lanes.some((lane) => lane.settle !== undefined)) return;
      needsReset = false;
      isResetting = true;
      void reset();
      return;
    }
    for (let free = freeLane(); free !== undefined; free = freeLane()) {
      const waiting = queue.shift();
      if (waiting === undefined) return;
      give(free, waiting);
    }
  };
  const freeLane = (): Lane | undefined => {
    if (queue.length === 0) return undefined;
    const mayUse = hasBegun ? settings.count : 1;
    return lanes.slice(0, mayUse).find((lane) => lane.settle === undefined) ?? (lanes.length < mayUse ? start() : undefined);
  };
  return {
    async ask(order) {
      const answer = await new Promise<LaneAnswer>((settle) => {
        queue.push({ order, settle });
        next();
      });
      if (answer.state === 'failed') throw new SigningDriverError(answer.problem, { detail: answer.detail, isLastTry: answer.isLastTry });
      return answer;
    },
    async close() {
      const idle = lanes.filter((lane) => lane.settle === undefined);
      const [first, ...others] = idle;
      await Promise.all(others.map((lane) => tell(lane, 'sessions')));
      if (first !== undefined && idle.length === lanes.length) await tell(first, 'end');
      await Promise.all([...lanes].map((lane) => lane.worker.terminate()));
    },
  };
}
