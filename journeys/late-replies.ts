import type { BrowserContext } from 'playwright-core';

const LATE_MS = 1200;
const READING = new Set(['GET', 'HEAD']);

/**
 * With LIENTHONG_LATE=writes or =reads the answers to what screens send, or ask, come late, as on a machine or a line that is busy: what a
 * screen hears by another way then overtakes them.
 */
export async function delayReplies(context: BrowserContext): Promise<void> {
  const late = process.env['LIENTHONG_LATE'];
  if (late !== 'writes' && late !== 'reads') return;
  await context.route(isCall, async (route) => {
    if (READING.has(route.request().method()) !== (late === 'reads')) return route.continue();
    const response = await route.fetch({ maxRedirects: 0 }).catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, LATE_MS));
    // The page may have been left meanwhile.
    await (response === undefined ? route.abort() : route.fulfill({ response })).catch(() => undefined);
  });
}

/** Not the stream of news, which has no end, nor the files, whose way has stories of its own. */
const isCall = ({ pathname }: URL): boolean => pathname.startsWith('/api/v1/') && pathname !== '/api/v1/live' && !pathname.startsWith('/api/v1/uploads');
