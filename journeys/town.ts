import assert from 'node:assert/strict';
import { generate } from 'otplib';
import type { BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import type { Config } from '#kernel/config.ts';
import { startWorker } from '#kernel/worker.ts';
import { openTestHouse } from '#kernel/testkit.ts';
import { modules } from '#app/capabilities.ts';
import { startWeb } from '#app/server.ts';
import { ensureWebBuilt } from '#app/web-build.ts';
import { DEMO_PASSWORD } from '#seeds/demo-accounts.ts';
import { seedCredentials } from '#seeds/credentials.ts';
import { seedThanhHoa } from '#seeds/thanh-hoa.ts';
import { launchBrowser, launchProfile } from '../tests/browser.ts';
import type { Province } from '../tests/office.ts';
import { tellWhenFailed } from './failed-screens.ts';
import { delayReplies } from './late-replies.ts';

/** Agencies whose people sign in the stories; keys for the others would only cost time. */
const WITH_KEYS = /Sở Nội vụ|Sở Tài chính|phường Hạc Thành/;

export type Visitor = { page: Page; context: BrowserContext };

export type Town = {
  url: string;
  /** A person at a screen of their own, signed in through the sign-in page. */
  visit(login: string, screen?: { width: number; height: number }, browser?: Pick<BrowserContextOptions, 'ignoreHTTPSErrors'>): Promise<Visitor>;
  /** The same in a browser of their own, whose profile in `folder` outlives it. The caller closes it. */
  visitWithProfile(login: string, folder: string): Promise<Visitor>;
  /** An administrator, who signs in with a second factor: it is set up by this first signing in, so only one visit a login. */
  administrator(login?: string): Promise<Visitor>;
  /** Somebody from the street, without an account. */
  passerBy(screen?: { width: number; height: number }): Promise<Visitor>;
  close(): Promise<void>;
};

const THANH_HOA: Province = { name: 'thanh-hoa', seed: seedThanhHoa };
const VIETNAM = { locale: 'vi-VN', timezoneId: 'Asia/Ho_Chi_Minh', reducedMotion: 'reduce' } as const;
const DESK = { width: 1440, height: 900 };

/** A small province with its web and worker roles on a database of its own, and a real browser. `config` adds to its settings. */
export async function openTown(config: Partial<Config> = {}, province = THANH_HOA): Promise<Town> {
  await ensureWebBuilt();
  const house = await openTestHouse({
    modules,
    realTime: true,
    config: { port: 0, host: '127.0.0.1', publicUrl: undefined, ...config },
    seed: {
      name: `${province.name} with keys for the stories`,
      run: async (kernel) => {
        const plan = await province.seed(kernel);
        await seedCredentials(kernel, {
          people: plan.people.filter((person) => WITH_KEYS.test(person.agencyName)),
          agencies: plan.agencies.filter((agency) => WITH_KEYS.test(agency.name)),
        });
      },
    },
  });
  const worker = await startWorker(house.kernel);
  const web = await startWeb(house.kernel);
  const browser = await launchBrowser();
  const profiles = new Set<BrowserContext>();
  const opened = async (context: BrowserContext): Promise<Visitor> => {
    context.setDefaultTimeout(60_000);
    tellWhenFailed(context);
    await delayReplies(context);
    return { context, page: await context.newPage() };
  };
  const open = async (screen = DESK, more: BrowserContextOptions = {}): Promise<Visitor> => opened(await browser.newContext({ ...VIETNAM, viewport: screen, ...more }));
  return {
    url: web.address,
    async visit(login, screen, more) {
      const visitor = await open(screen, more);
      await signIn(visitor.page, web.address, login);
      return visitor;
    },
    async visitWithProfile(login, folder) {
      const context = await launchProfile(folder, { ...VIETNAM, viewport: DESK });
      profiles.add(context);
      const visitor = await opened(context);
      await signIn(visitor.page, web.address, login);
      return visitor;
    },
    async administrator(login = 'quantri.tinh') {
      const visitor = await open();
      const ask = async (path: string, data: object) => {
        const reply = await visitor.page.request.post(`${web.address}/api/v1/${path}`, { data });
        assert.ok(reply.ok(), `${path}: ${await reply.text()}`);
        // safe because the steps of signing in answer with these
        return (await reply.json()) as { step: string; secret: string };
      };
      const { step } = await ask('sign-in', { login, password: DEMO_PASSWORD });
      const { secret } = await ask('sign-in/enrol-code', { step });
      await ask('sign-in/confirm-code', { step, code: await generate({ secret }) });
      return visitor;
    },
    passerBy: (screen) => open(screen),
    async close() {
      // A browser that a failed story left open would keep this process alive.
      for (const context of profiles) await context.close();
      await browser.close();
      await web.stop();
      await worker.stop();
      await house.close();
    },
  };
}

/** A profile that was used before may still be signed in: browsers write their cookies to the disk now and then. */
async function signIn(page: Page, address: string, login: string): Promise<void> {
  await page.goto(`${address}/app/viec-cua-toi`);
  const work = page.getByRole('heading', { name: 'Việc của tôi' });
  await work.or(page.getByLabel('Tên đăng nhập')).first().waitFor();
  if (await work.isVisible()) return;
  await page.getByLabel('Tên đăng nhập').fill(login);
  await page.getByLabel(/^Mật khẩu/).fill(DEMO_PASSWORD);
  await page.getByRole('button', { name: 'Đăng nhập', exact: true }).click();
  await work.waitFor();
}
