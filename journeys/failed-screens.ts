import { afterEach } from 'node:test';
import type { BrowserContext, Page } from 'playwright-core';

/** What tells a screen: its content, an open dialog, the notices at its edge. */
const PLACES = 'main, [role=dialog], [role=alertdialog], [role=log]';
const MOST_LINES = 40;
const MOST_TROUBLES = 5;

const troublesOf = new Map<Page, string[]>();

/** What the screens of `context` showed, and what was refused there, stands below each failure of this file's stories. */
export function tellWhenFailed(context: BrowserContext): void {
  context.on('page', (page) => {
    const troubles: string[] = [];
    troublesOf.set(page, troubles);
    page.on('close', () => troublesOf.delete(page));
    page.on('pageerror', (error) => troubles.push(String(error)));
    page.on('requestfailed', (request) => {
      // What a screen has given up asking is no trouble.
      const reason = request.failure()?.errorText ?? '';
      if (reason !== 'net::ERR_ABORTED') troubles.push(`${request.method()} ${request.url()}: ${reason}`);
    });
    page.on('response', (response) => {
      if (response.status() < 400) return;
      const what = `${response.request().method()} ${response.url()}: ${String(response.status())}`;
      response.text().then((body) => troubles.push(`${what} ${body.slice(0, 300)}`), () => troubles.push(what));
    });
  });
}

afterEach(async (test) => {
  // Only what failed has one.
  const error = 'error' in test ? test.error : undefined;
  if (!(error instanceof Error && error.cause instanceof Error)) return;
  const { cause } = error;
  const screens = await Promise.all([...troublesOf].map(([page, troubles]) => describe(page, troubles)));
  cause.stack = `${cause.stack ?? cause.message}\n${screens.join('\n')}`;
});

async function describe(page: Page, troubles: readonly string[]): Promise<string> {
  const parts = await page.locator(PLACES).all().catch(() => []);
  const shown = await Promise.all(parts.map((part) => part.ariaSnapshot({ timeout: 5000 }).catch(String)));
  const lines = shown.join('\n').split('\n').filter((line) => !/^ *- (\/url:|option |columnheader )/.test(line));
  return [`Screen ${page.url()}`, ...troubles.slice(-MOST_TROUBLES).map((trouble) => `! ${trouble}`), ...lines.slice(0, MOST_LINES)].join('\n');
}
