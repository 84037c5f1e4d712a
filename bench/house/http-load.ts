/**
 * A process of its own that asks a web server over kept connections, each for the next request of the list as soon as the last reply is in.
 * It reads no more of a reply than its length, so that the machine's time goes to the server. Started with `fork` by `measureHttp`.
 */
import { connect } from 'node:net';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { percentile } from './report.ts';

export type HttpLoad = {
  port: number;
  connections: number;
  seconds: number;
  /** Whole requests as they go over the wire. */
  requests: string[];
};
export type HttpRate = { perSecond: number; p50Ms: number; p95Ms: number };

/** Runs the load in another process. @throws Error when a reply was not 200. */
export async function measureHttp(load: HttpLoad): Promise<HttpRate> {
  const child = fork(import.meta.filename, { execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  child.send(load);
  const answered = once(child, 'message');
  const ended = once(child, 'exit').then(([code]: unknown[]) => {
    throw new Error(`the load process ended with ${String(code)}`);
  });
  // safe because this very file answers
  const [rate] = (await Promise.race([answered, ended])) as [HttpRate];
  ended.catch(() => undefined);
  child.disconnect();
  return rate;
}

const HEAD_END = Buffer.from('\r\n\r\n');

async function drive(load: HttpLoad): Promise<HttpRate> {
  const latencies: number[] = [];
  const began = performance.now();
  const until = began + load.seconds * 1000;
  await Promise.all(Array.from({ length: load.connections }, (_, index) => driveConnection({ load, until, first: index * 7 }, latencies)));
  const seconds = (performance.now() - began) / 1000;
  return { perSecond: latencies.length / seconds, p50Ms: percentile(latencies, 0.5), p95Ms: percentile(latencies, 0.95) };
}

function driveConnection({ load, until, first }: { load: HttpLoad; until: number; first: number }, latencies: number[]): Promise<void> {
  const requests = load.requests.map((text) => Buffer.from(text));
  return new Promise((resolve, reject) => {
    const socket = connect(load.port, '127.0.0.1');
    socket.setNoDelay(true);
    let next = first;
    let sentAt = 0;
    /** Bytes of the reply that are still to come; undefined until its head has been read. */
    let missing: number | undefined;
    let head: Buffer = Buffer.alloc(0);
    const send = (): void => {
      if (performance.now() >= until) {
        socket.end();
        resolve();
        return;
      }
      sentAt = performance.now();
      socket.write(requests[next++ % requests.length] ?? '');
    };
    socket.on('connect', send);
    socket.on('error', reject);
    socket.on('data', (chunk: Buffer) => {
      if (missing === undefined) {
        head = head.length === 0 ? chunk : Buffer.concat([head, chunk]);
        const end = head.indexOf(HEAD_END);
        if (end < 0) return;
        const text = head.toString('latin1', 0, end);
        if (!text.startsWith('HTTP/1.1 200')) {
          reject(new Error(`${text.split('\r\n')[0] ?? ''} for ${load.requests[(next - 1) % load.requests.length]?.split('\r\n')[0] ?? ''}`));
          socket.destroy();
          return;
        }
        missing = Number(/content-length: (\d+)/i.exec(text)?.[1]) - (head.length - end - HEAD_END.length);
        head = Buffer.alloc(0);
      } else {
        missing -= chunk.length;
      }
      if (missing > 0) return;
      missing = undefined;
      latencies.push(performance.now() - sentAt);
      send();
    });
  });
}

if (process.argv[1] === import.meta.filename) {
  process.once('message', (load: HttpLoad) => {
    void drive(load).then((rate) => process.send?.(rate));
  });
}
