// Preloaded into the Node 24 process: when the launcher that started it is gone (kill -9), asks the process to stop in order, as Ctrl-C does.
import { isMainThread } from 'node:worker_threads';

const parent = Number(process.env.LIENTHONG_PARENT);
delete process.env.LIENTHONG_PARENT; // it is meant for this process, not for its children

if (isMainThread && parent > 0) {
  setInterval(() => {
    if (process.ppid !== parent) process.kill(process.pid, 'SIGTERM');
  }, 200).unref();
}
