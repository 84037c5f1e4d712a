import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

type Axe = { run(options: { resultTypes: ['violations'] }): Promise<{ violations: Violation[] }> };
type Violation = { id: string; help: string; nodes: { html: string; failureSummary?: string }[] };

/** Fails with every violation that axe finds on the screen as it is now. */
export async function assertAccessible(page: Page, screen: string): Promise<void> {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axeSource);
  // Whatever holds is left in the page: there is a thousand times more of it.
  const violations = await page.evaluate(async () => {
    // safe because axe was just put into the page
    const { axe } = globalThis as unknown as { axe: Axe };
    return (await axe.run({ resultTypes: ['violations'] })).violations.map(({ id, help, nodes }): Violation => ({ id, help, nodes: nodes.map(({ html, failureSummary }) => ({ html, ...(failureSummary === undefined ? {} : { failureSummary }) })) }));
  });
  const found = violations.flatMap((violation) => violation.nodes.map((node) => `${violation.id}: ${violation.help}\n  ${node.html}\n  ${node.failureSummary ?? ''}`));
  assert.deepEqual(found, [], `axe on ${screen}`);
}

/** Fails when the screen is wider than the window: nothing may scroll sideways. */
export async function assertNoSidewaysScroll(page: Page, screen: string): Promise<void> {
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(overflow <= 0, `${screen} is ${String(overflow)} px too wide`);
}

/** Looks at a screen once its code has come: accessible, and not wider than its window. */
export async function look(page: Page, screen: string): Promise<void> {
  await page.locator('h1').first().waitFor({ state: 'attached' });
  await assertAccessible(page, screen);
  await assertNoSidewaysScroll(page, screen);
}

const SCREENS = [
  { width: 1440, height: 900 },
  { width: 360, height: 740 },
];

/** With LIENTHONG_SCREENS set to a folder, keeps a picture of the screen on a desk and on a phone. */
export async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env['LIENTHONG_SCREENS'];
  const before = page.viewportSize();
  if (folder === undefined || before === null) return;
  for (const size of SCREENS) {
    await page.setViewportSize(size);
    await page.waitForTimeout(700);
    await page.screenshot({ path: `${folder}/${name}-${String(size.width)}.png` });
  }
  await page.setViewportSize(before);
}
