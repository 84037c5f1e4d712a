import { setTimeout as pause } from 'node:timers/promises';
import { service, type Kernel } from './kernel.ts';

/** A word to whoever listens on a channel of PostgreSQL. Nobody may rely on it: what is true stands in the tables. */
export type Hint = { channel: string; payload: string };

/** Hints that come soon after others go together: one is heard at once, and a hundred a second wake nobody a hundred times. */
const GATHER_MS = 20;

const outbox = service<{ waiting: Map<string, Hint>; isSending: boolean }>(Symbol('hints'), () => ({ waiting: new Map(), isSending: false }));

/**
 * Sends hints of transactions that have committed, soon and together; the same hint once. They are not sent within those transactions, since
 * PostgreSQL lets only one transaction with a NOTIFY commit at a time and holds that lock while it waits for the disk: all writing of
 * the installation would stand in one queue. A hint that is lost costs its listener the time until it looks by itself.
 */
export function sendHints(kernel: Kernel, hints: readonly Hint[]): void {
  const box = outbox(kernel);
  for (const hint of hints) box.waiting.set(`${hint.channel} ${hint.payload}`, hint);
  if (box.isSending || box.waiting.size === 0) return;
  box.isSending = true;
  void sendAll(kernel).finally(() => {
    box.isSending = false;
  });
}

async function sendAll(kernel: Kernel): Promise<void> {
  const { waiting } = outbox(kernel);
  while (waiting.size > 0) {
    const hints = [...waiting.values()];
    waiting.clear();
    try {
      // What only wakes somebody need not wait for the disk.
      await kernel.database.pool.query(
        `select set_config('synchronous_commit', 'off', true), (select count(pg_notify(h.channel, h.payload)) from unnest($1::text[], $2::text[]) as h (channel, payload))`,
        [hints.map(({ channel }) => channel), hints.map(({ payload }) => payload)],
      );
    } catch (error) {
      kernel.log.debug({ err: error }, 'hints were not sent');
    }
    await pause(GATHER_MS, undefined, { ref: false });
  }
}
