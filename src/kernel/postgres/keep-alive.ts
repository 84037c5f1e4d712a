/**
 * Looks once a second whether the server lives and starts it again if not; after failures it waits longer, up to half a minute.
 * Holds no process open. `end` waits for a restart under way.
 */
export function keepAlive({ isUp, restart, tell }: { isUp: () => boolean; restart: () => Promise<void>; tell: (failure?: unknown) => void }) {
  let waitMs = 1_000;
  let isEnded = false;
  let work = Promise.resolve();
  let timer = schedule();

  function schedule(): NodeJS.Timeout {
    return setTimeout(() => {
      work = look().finally(() => {
        if (!isEnded) timer = schedule();
      });
    }, waitMs).unref();
  }

  async function look(): Promise<void> {
    if (isUp()) return;
    try {
      await restart();
      waitMs = 1_000;
      tell();
    } catch (failure) {
      waitMs = Math.min(30_000, waitMs * 2);
      tell(failure);
    }
  }

  return {
    end: async (): Promise<void> => {
      isEnded = true;
      clearTimeout(timer);
      await work;
    },
  };
}
