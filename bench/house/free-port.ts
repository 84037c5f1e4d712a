import { createServer } from 'node:net';

/** Systems give out ports from 32,768 (Linux) or 49,152 on to whoever asks for any. One below is still there when whoever used it was killed and comes back. */
const FIRST = 20_000;
const COUNT = 12_000;
const TRIES = 100;

/** A port of this machine that nobody uses now, and that nobody is given by chance. @throws Error when none was found */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const port = FIRST + Math.floor(Math.random() * COUNT);
    if (await isFree(port)) return port;
  }
  throw new Error('no free port');
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
