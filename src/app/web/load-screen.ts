const ASK_AGAIN_MS = 2000;

/** The router loads the page anew after an error that begins so, once a session for each text, and remembers it under this name. */
const RELOADS = 'Importing a module script failed';
const REMEMBERED = 'tanstack_router_reload:';

/**
 * The code of a screen. While the server cannot be reached it is waited for, under the notice that says so: to load the page anew would
 * put the browser's own error in its place. What does not come from a server that answers belongs to an earlier build: then the page is loaded anew.
 */
export async function loadScreen<Screen>(load: () => Promise<Screen>): Promise<Screen> {
  try {
    return await load();
  } catch (error) {
    const message = `${RELOADS}: ${String(error)}`;
    if (!(await serverAnswers())) {
      do await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
      while (!(await serverAnswers()));
      sessionStorage.removeItem(`${REMEMBERED}${message}`);
    }
    throw new Error(message, { cause: error });
  }
}

const serverAnswers = (): Promise<boolean> => fetch('/health/live', { cache: 'no-store' }).then(
  (reply) => reply.ok,
  () => false,
);
