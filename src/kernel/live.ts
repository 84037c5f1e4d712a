import pg from 'pg';
import type { CommandContext } from './command.ts';
import type { RecordedEvent } from './events.ts';
import type { Kernel } from './kernel.ts';

/** A hint that something of a module changed in some agencies. It carries no content: who may see it asks again. */
export type LiveHint = { topic: string; agencyIds: string[] };

const CHANNEL = 'lienthong_live';
/** PostgreSQL refuses a NOTIFY payload of 8000 bytes or more. */
const AGENCIES_PER_HINT = 180;
/** How long a hub remembers what changed, for screens that were asked before their stream was open. */
export const REMEMBER_MS = 60_000;

/** Sends the hints of a command's events soon after its commit. */
export function notifyLive(ctx: Pick<CommandContext, 'hint'>, events: readonly RecordedEvent[]): void {
  const byTopic = Map.groupBy(events, (event) => event.type.slice(0, event.type.indexOf('.')));
  for (const [topic, group] of byTopic) {
    const agencyIds = [...new Set(group.map((event) => event.agencyId))];
    for (let from = 0; from < agencyIds.length; from += AGENCIES_PER_HINT) {
      ctx.hint({ channel: CHANNEL, payload: JSON.stringify({ topic, agencyIds: agencyIds.slice(from, from + AGENCIES_PER_HINT) } satisfies LiveHint) });
    }
  }
}

export type LiveListener = (hint: LiveHint) => void;

export type LiveHub = {
  start(): Promise<void>;
  /** Returns the function that ends the subscription. */
  subscribe(listener: LiveListener): () => void;
  /** The topics that changed for an agency within the last `ms` (at most `REMEMBER_MS`); `*` where the hub has not listened for so long. */
  changedWithin(ms: number, agencyId: string): string[];
  listenerCount(): number;
  stop(): Promise<void>;
};

/**
 * Listens for hints on one connection of its own and hands them to everyone who asked. A lost connection is opened
 * again; the hints of that time are made up for by one hint for every topic, so that each screen asks anew.
 */
export function createLiveHub(kernel: Kernel): LiveHub {
  const listeners = new Set<LiveListener>();
  const memory = createHintMemory();
  let listeningSince = Number.POSITIVE_INFINITY;
  let client: pg.Client | undefined;
  let retry: NodeJS.Timeout | undefined;
  let closed = false;

  const hand = (hint: LiveHint): void => {
    memory.add(hint);
    for (const listener of listeners) listener(hint);
  };

  const reconnect = (): void => {
    if (closed || retry !== undefined) return;
    listeningSince = Number.POSITIVE_INFINITY;
    client?.removeAllListeners();
    // A second error of a dying socket must not end the process.
    client?.on('error', (error) => {
      kernel.log.debug({ err: error }, 'the lost live connection failed again');
    });
    retry = setTimeout(() => {
      retry = undefined;
      void open().then(() => {
        hand({ topic: '*', agencyIds: ['*'] });
      });
    }, 1000);
  };

  const open = async (): Promise<void> => {
    client = new pg.Client({ connectionString: kernel.database.directUrl, application_name: 'lienthong live', keepAlive: true });
    client.on('notification', (message) => {
      // safe because only notifyLive writes to this channel
      if (message.payload !== undefined) hand(JSON.parse(message.payload) as LiveHint);
    });
    client.on('error', (error) => {
      kernel.log.warn({ err: error }, 'the live connection was lost');
      reconnect();
    });
    client.on('end', reconnect);
    try {
      await client.connect();
      await client.query(`listen ${CHANNEL}`);
      listeningSince = performance.now();
    } catch (error) {
      kernel.log.warn({ err: error }, 'the live connection could not be opened');
      reconnect();
    }
  };

  return {
    start: open,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    changedWithin(ms, agencyId) {
      const from = performance.now() - Math.min(ms, REMEMBER_MS);
      return from < listeningSince ? ['*'] : memory.since(from, agencyId);
    },
    listenerCount: () => listeners.size,
    async stop() {
      closed = true;
      clearTimeout(retry);
      listeners.clear();
      await client?.end();
    },
  };
}

/** The latest time of each topic and agency, the oldest first, forgotten after `REMEMBER_MS`. */
function createHintMemory(): { add(hint: LiveHint): void; since(from: number, agencyId: string): string[] } {
  const latest = new Map<string, LiveHint & { at: number }>();
  return {
    add({ topic, agencyIds }) {
      const at = performance.now();
      for (const agencyId of agencyIds) {
        const key = `${topic} ${agencyId}`;
        latest.delete(key);
        latest.set(key, { topic, agencyIds: [agencyId], at });
      }
      for (const [key, hint] of latest) {
        if (hint.at > at - REMEMBER_MS) break;
        latest.delete(key);
      }
    },
    since(from, agencyId) {
      const changed = [...latest.values()].filter((hint) => hint.at >= from && (hint.topic === '*' || hint.agencyIds.includes(agencyId)));
      return [...new Set(changed.map(({ topic }) => topic))];
    },
  };
}
