import pg from 'pg';
import type { Kernel } from './kernel.ts';

const RETRY_MS = 1000;

/** A second connection that hears NOTIFY and calls `wake`. When it is lost, polling goes on alone until it is back. @returns what closes it */
export async function listenForHints(kernel: Kernel, wake: () => void): Promise<() => Promise<void>> {
  let client: pg.Client | undefined;
  let closed = false;
  let retry: NodeJS.Timeout | undefined;
  const open = async (): Promise<void> => {
    const next = new pg.Client({ connectionString: kernel.database.directUrl, application_name: 'lienthong worker hints', keepAlive: true });
    client = next;
    const lost = (): void => {
      if (closed || client !== next) return;
      client = undefined;
      retry = setTimeout(() => void open(), RETRY_MS);
    };
    next.on('notification', wake);
    next.on('error', lost);
    next.on('end', lost);
    try {
      await next.connect();
      await next.query('listen lienthong_job');
    } catch (error) {
      kernel.log.debug({ err: error }, 'no hints for the worker; it polls');
      lost();
    }
  };
  await open();
  return async () => {
    closed = true;
    clearTimeout(retry);
    await client?.end();
  };
}
