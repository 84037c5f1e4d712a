import type { Query, QueryClient } from '@tanstack/react-query';

const address = '/api/v1/live';
const channelName = 'lienthong.live';
const lockName = 'lienthong.live';
/** Spread over twice this time, so that a restarted server is not met by everybody at once. */
const retryMs = 5_000;
/** What the server remembers; see `past` of the route. */
const longestPastMs = 60_000;
/** A stream that takes longer to open may have missed something on the way. */
const openingMs = 2_000;
/** Nobody waits longer for news because an answer is late. */
const longestHoldMs = 10_000;

/**
 * Keeps queries fresh: a hint names a topic, and every query of that topic is asked again. A query belongs to the
 * topic that its key begins with, and to those in `meta: { topics: [...] }`; the topic `*` is everything.
 * A browser allows few connections to one server, so the tabs of a person share one: the tab that holds the lock listens.
 * Returns the function that stops it.
 */
export function keepFresh(queries: QueryClient): () => void {
  const stop = new AbortController();
  const channel = 'BroadcastChannel' in window ? new BroadcastChannel(channelName) : undefined;
  const hints = afterAnswers(queries, (topic) => growOld(queries, topic));
  const onTopic = hints.take;
  channel?.addEventListener('message', (event) => {
    if (typeof event.data === 'string') onTopic(event.data);
  });
  const listen = () =>
    listenHere({
      signal: stop.signal,
      onTopic: (topic) => {
        onTopic(topic);
        channel?.postMessage(topic);
      },
      // A stream that is refused may mean that nobody is signed in any more; asking who is here leads to the sign-in.
      onRefused: () => void queries.refetchQueries({ queryKey: ['me'] }),
    });
  if (channel === undefined || !('locks' in navigator)) void listen();
  else navigator.locks.request(lockName, { signal: stop.signal }, listen).catch(() => undefined); // rejected only by our own stop
  return () => {
    stop.abort();
    channel?.close();
    hints.stop();
  };
}

/**
 * What this tab has just asked for is told to everybody who looks, itself included, and may reach it before the answer does: a list would then
 * drop the row that the answer is about. So a hint that comes while something is being sent is passed on once that is answered.
 */
export function afterAnswers(queries: QueryClient, tell: (topic: string) => void, holdMs = longestHoldMs): { take: (topic: string) => void; stop: () => void } {
  const held = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const release = (): void => {
    clearTimeout(timer);
    timer = undefined;
    const topics = [...held];
    held.clear();
    for (const topic of topics) tell(topic);
  };
  const leave = queries.getMutationCache().subscribe(() => {
    if (held.size > 0 && queries.isMutating() === 0) release();
  });
  return {
    take: (topic) => {
      if (queries.isMutating() === 0) {
        tell(topic);
        return;
      }
      held.add(topic);
      timer ??= setTimeout(release, holdMs);
    },
    stop: () => {
      leave();
      clearTimeout(timer);
    },
  };
}

/**
 * Has every query of a topic asked again that is on the screen. The library does not ask again what is just being asked for the first time: that
 * answer may be from before the news, so it is asked once more when it is here.
 */
export function growOld(queries: QueryClient, topic: string): void {
  const concerned = queries.getQueryCache().findAll({ predicate: ({ queryKey, meta }) => belongsTo(topic, queryKey, meta) });
  const isFirst = ({ state }: Query): boolean => state.data === undefined && state.fetchStatus === 'fetching';
  const askAgain = (query: Query): void => void queries.invalidateQueries({ predicate: (each) => each === query });
  for (const query of concerned) {
    if (!isFirst(query)) askAgain(query);
    else if (!waitedFor.has(query)) {
      waitedFor.add(query);
      const goOn = (): void => {
        waitedFor.delete(query);
        askAgain(query);
      };
      // What is under way is not begun anew by this, but waited for; how it ended, the screen that asked says itself.
      void query.fetch().then(goOn, goOn);
    }
  }
}

/** First answers that are waited for, however often there is news meanwhile. */
const waitedFor = new WeakSet<Query>();

/** Whether a query grows old with a topic. */
export function belongsTo(topic: string, queryKey: readonly unknown[], meta: Record<string, unknown> | undefined): boolean {
  if (topic === '*' || queryKey[0] === topic) return true;
  const topics = meta?.['topics'];
  return Array.isArray(topics) && topics.includes(topic);
}

type Listening = { signal: AbortSignal; onTopic: (topic: string) => void; onRefused: () => void };

/**
 * Listens until stopped. What changed between the asking of this page, or the end of the tab that listened before, and the opening of the
 * stream is told at its opening; after a lost connection everything may have changed.
 */
function listenHere({ signal, onTopic, onRefused }: Listening): Promise<void> {
  return new Promise((resolve) => {
    let opened = false;
    let retry: number | undefined;
    let source: EventSource | undefined;
    const open = () => {
      const asked = performance.now();
      source = new EventSource(`${address}?past=${String(Math.min(longestPastMs, Math.ceil(asked + openingMs)))}`);
      source.addEventListener('open', () => {
        if (opened || performance.now() - asked > openingMs) onTopic('*');
        opened = true;
      });
      source.addEventListener('message', (event) => {
        const topic = topicOf(event.data);
        if (topic !== undefined) onTopic(topic);
      });
      source.addEventListener('error', () => {
        // A browser tries a broken connection again by itself, but gives up for good on a refusal, such as a restarting server's.
        if (source?.readyState !== EventSource.CLOSED) return;
        onRefused();
        retry = window.setTimeout(open, retryMs * (1 + Math.random()));
      });
    };
    open();
    signal.addEventListener('abort', () => {
      window.clearTimeout(retry);
      source?.close();
      resolve();
    });
  });
}

function topicOf(data: unknown): string | undefined {
  if (typeof data !== 'string') return undefined;
  try {
    const hint: unknown = JSON.parse(data);
    return typeof hint === 'object' && hint !== null && 'topic' in hint && typeof hint.topic === 'string' ? hint.topic : undefined;
  } catch {
    return undefined; // a comment or a keep-alive
  }
}
