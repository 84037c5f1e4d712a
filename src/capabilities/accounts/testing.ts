import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import { generate } from 'otplib';
import type { Config } from '#kernel/config.ts';
import { kernelModule } from '#kernel/kernel-module.ts';
import { openTestHouse, type TestHouse } from '#kernel/testkit.ts';
import { auditModule } from '#engines/audit/index.ts';
import { authenticate, identityModule } from '#engines/identity/index.ts';
import { DEMO_PASSWORD } from '#seeds/demo-accounts.ts';
import { seedThanhHoa } from '#seeds/thanh-hoa.ts';
import { accountsModule } from './index.ts';

/** A browser of the tests: it keeps the cookies of the session and of itself. */
export type Browser = {
  get(url: string): Promise<LightMyRequestResponse>;
  send(method: 'POST' | 'PUT' | 'DELETE', url: string, body?: object): Promise<LightMyRequestResponse>;
  token(): string | undefined;
};

export type AccountsHouse = TestHouse & { server: FastifyInstance; browser(options?: { token?: string; ip?: string }): Browser };

/** The small province with the sign-in routes in front. `config` adds to its settings. */
export async function openAccountsHouse(config: Partial<Config> = {}): Promise<AccountsHouse> {
  const house = await openTestHouse({
    config,
    modules: [kernelModule, auditModule, identityModule, accountsModule],
    seed: { name: 'thanh-hoa 2', run: (kernel) => seedThanhHoa(kernel).then(() => undefined) },
  });
  const server = house.server(authenticate);
  return {
    ...house,
    server,
    browser(options = {}) {
      let token = options.token;
      let device: string | undefined;
      const request = async (method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: string, body?: object): Promise<LightMyRequestResponse> => {
        const reply = await server.inject({
          method,
          url,
          cookies: { ...(token === undefined ? {} : { session: token }), ...(device === undefined ? {} : { device }) },
          ...(body === undefined ? {} : { payload: body }),
          remoteAddress: options.ip ?? '192.0.2.1',
        });
        const cookie = reply.cookies.find(({ name }) => name === 'session');
        if (cookie !== undefined) token = cookie.value === '' ? undefined : cookie.value;
        device = reply.cookies.find(({ name }) => name === 'device')?.value ?? device;
        return reply;
      };
      return { get: (url) => request('GET', url), send: (method, url, body) => request(method, url, body), token: () => token };
    },
  } as AccountsHouse; // safe because the server replaces the function that makes one
}

/** The code that an application shows at an instant. */
export function codeAt(secret: string, now: Date): Promise<string> {
  return generate({ secret, epoch: Math.floor(now.getTime() / 1000) });
}

/** Signs in through the routes, setting up codes where they are owed. */
export async function signIn(house: AccountsHouse, login: string): Promise<Browser & { secret?: string }> {
  const browser = house.browser();
  const first = await browser.send('POST', '/api/v1/sign-in', { login, password: DEMO_PASSWORD });
  const state = first.json<{ state: string; step?: string }>();
  if (state.state === 'signed_in') return browser;
  const { secret } = (await browser.send('POST', '/api/v1/sign-in/enrol-code', { step: state.step })).json<{ secret: string }>();
  const done = await browser.send('POST', '/api/v1/sign-in/confirm-code', { step: state.step, code: await codeAt(secret, house.clock.now()) });
  if (done.statusCode !== 200) throw new Error(done.body);
  return { ...browser, secret };
}
