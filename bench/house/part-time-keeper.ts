import { workerData } from 'node:worker_threads';

/** In a thread of its own, whose sleep nobody's work disturbs: lets a group of processes work in turns until it is told to end. */
type Keeping = { pid: number; ending: Int32Array; on: number; off: number; late: number };

// safe because only part-time.ts starts this thread
const { pid, ending, on, off, late } = workerData as Keeping;
const pause = (ms: number): void => {
  Atomics.wait(ending, 0, 0, ms);
};

pause(late);
try {
  while (Atomics.load(ending, 0) === 0) {
    process.kill(-pid, 'SIGCONT');
    pause(on);
    process.kill(-pid, 'SIGSTOP');
    pause(off);
  }
} finally {
  process.kill(-pid, 'SIGCONT');
}
