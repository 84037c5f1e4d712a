import type { Page } from 'playwright-core';

export type HeldUploads = {
  /** Refuses what is held; the next attempt is held again. */
  refuse: () => void;
  /** Lets go on what is held, and holds nothing more. */
  release: () => void;
};

/** A connection on which no file gets through until the story says so. */
export async function holdUploads(page: Page): Promise<HeldUploads> {
  let verdict = Promise.withResolvers<'send' | 'refuse'>();
  await page.route('**/api/v1/uploads/*', async (route) => {
    if (route.request().method() !== 'PATCH') return route.fallback();
    return (await verdict.promise) === 'send' ? route.continue() : route.fulfill({ status: 422, body: '' });
  });
  return {
    refuse() {
      verdict.resolve('refuse');
      verdict = Promise.withResolvers();
    },
    release: () => verdict.resolve('send'),
  };
}
