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

/** Presses the button `verb` in the very moment in which a file shows as received: nothing that is done after the drawing has been done yet. */
export async function pressOnceReceived(page: Page, verb: string): Promise<void> {
  await page.evaluate((name) => {
    const observer = new MutationObserver(() => {
      const button = [...document.querySelectorAll('button')].find(({ textContent }) => textContent === name);
      if (button === undefined || document.querySelector('.lt-file--done') === null) return;
      observer.disconnect();
      button.click();
    });
    observer.observe(document.body, { childList: true, subtree: true, attributes: true });
  }, verb);
}
