import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { look, picture } from './accessibility.ts';
import { signInWithCode } from './sign-in-with-code.ts';
import { openTown, type Town } from './town.ts';

let town: Town;
before(async () => {
  town = await openTown();
}, { timeout: 240_000 });
after(() => town.close());

type Registered = { clientId: string; clientSecret: string };

async function registerApplication(name: string): Promise<Registered> {
  const { page } = await town.passerBy();
  await signInWithCode(page, town.url, 'quantri.tinh');
  return page.evaluate(
    async ({ body }) => {
      const reply = await fetch('/api/v1/remote-signing/clients', { method: 'POST', headers: { 'content-type': 'application/json' }, body });
      // safe because the server checked its reply
      return (await reply.json()) as Registered;
    },
    { body: JSON.stringify({ name, redirectUris: [`${town.url}/kiem-tra`] }) },
  );
}

const post = (path: string, init: RequestInit): Promise<Response> => fetch(`${town.url}/csc/v2/${path}`, { method: 'POST', ...init });

test('a director sees on the own account page which application may connect, and takes it back: it is out at once', { timeout: 120_000 }, async () => {
  const { clientId, clientSecret } = await registerApplication('Cổng dịch vụ công tỉnh');
  const { page } = await town.visit('giamdoc.snv');
  await page.goto(`${town.url}/app/tai-khoan?phan=phan-mem`);
  await page.getByText('Chưa phần mềm nào kết nối nhân danh bạn').waitFor();
  await look(page, 'no connected application');
  await picture(page, 'connected-applications-none');

  const verifier = randomBytes(32).toString('base64url');
  const redirect = `${town.url}/kiem-tra`;
  const asked = new URLSearchParams({ response_type: 'code', client_id: clientId, redirect_uri: redirect, scope: 'service', code_challenge: createHash('sha256').update(verifier).digest('base64url'), code_challenge_method: 'S256' });
  await page.goto(`${town.url}/csc/v2/oauth2/authorize?${asked.toString()}`);
  await page.getByRole('button', { name: 'Đồng ý', exact: true }).click();
  await page.waitForURL(/kiem-tra\?code=/);
  const code = new URL(page.url()).searchParams.get('code') ?? '';
  const form = new URLSearchParams({ grant_type: 'authorization_code', code, code_verifier: verifier, redirect_uri: redirect, client_id: clientId, client_secret: clientSecret });
  const exchanged = await post('oauth2/token', { body: form });
  assert.equal(exchanged.status, 200);
  // safe because the status is that of a token
  const { access_token: token } = (await exchanged.json()) as { access_token: string };
  const list = () => post('credentials/list', { headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, body: '{}' });
  assert.equal((await list()).status, 200);

  await page.goto(`${town.url}/app/tai-khoan?phan=phan-mem`);
  await page.getByText('Cổng dịch vụ công tỉnh').waitFor();
  await page.getByText(/Kết nối từ .*dùng lần cuối/).waitFor();
  await look(page, 'a connected application');
  await picture(page, 'connected-applications');
  await page.getByRole('button', { name: 'Thu hồi quyền kết nối của Cổng dịch vụ công tỉnh' }).click();
  await page.getByText('Đã thu hồi: “Cổng dịch vụ công tỉnh” không còn kết nối được nhân danh bạn.').first().waitFor();
  await page.getByText('Chưa phần mềm nào kết nối nhân danh bạn').waitFor();
  assert.equal((await list()).status, 401);
});
