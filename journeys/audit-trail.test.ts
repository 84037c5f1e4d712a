import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { look, picture } from './accessibility.ts';
import { signInWithCode } from './sign-in-with-code.ts';
import { openTown, type Town } from './town.ts';

let town: Town;
before(async () => {
  town = await openTown();
}, { timeout: 240_000 });
after(() => town.close());

const letter = readFileSync(resolve(import.meta.dirname, '../seeds/letters/cong-van-mau.pdf')).toString('base64');
const summary = 'V/v rà soát hồ sơ cán bộ';
const hidden = 'Nội dung văn bản của cơ quan khác chỉ hiển thị với cơ quan đó và kiểm toán.';

/** A draft, by the calls that the form makes. */
async function draft(page: Page): Promise<void> {
  const status = await page.evaluate(
    async ({ base64, text }) => {
      const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      const upload = await fetch('/api/v1/uploads', { method: 'POST', headers: { 'tus-resumable': '1.0.0', 'upload-length': String(bytes.length), 'upload-metadata': `filename ${btoa('cong-van.pdf')}`, 'content-type': 'application/offset+octet-stream' }, body: bytes });
      const mainUploadId = upload.headers.get('location')?.split('/').at(-1) ?? '';
      const reply = await fetch('/api/v1/outgoing-documents', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ mainUploadId, typeCode: 'cong-van', summary: text, recipientIds: [] }) });
      return `${String(upload.status)} ${String(reply.status)}`;
    },
    { base64: letter, text: summary },
  );
  assert.equal(status, '201 200');
}

test('who runs the machines of the province sees in the record of another agency who did what, and nothing of what its documents say; an auditor sees it', { timeout: 400_000 }, async () => {
  const { page: clerk } = await town.visit('vanthu.snv');
  await draft(clerk);
  const { page: machines } = await town.passerBy();
  await signInWithCode(machines, town.url, 'quantri.tinh');
  const { page: auditor } = await town.visit('kiemtra.tinh');
  const address = `${town.url}/app/nhat-ky?linh_vuc=outgoing-documents`;

  await machines.goto(address);
  const line = machines.getByRole('row').filter({ hasText: 'Sở Nội vụ' }).first();
  await line.waitFor();
  await line.click();
  await machines.getByText(hidden).waitFor();
  await machines.getByRole('button', { name: 'Tải chứng minh' }).waitFor({ state: 'detached' });
  assert.equal(await machines.getByText(summary).count(), 0);
  await look(machines, 'an entry without its content');
  await picture(machines, 'nhat-ky-an-noi-dung');
  await machines.goto(`${address}&tim=${encodeURIComponent(summary)}`);
  await machines.getByText('Không có mục nào khớp').first().waitFor();

  await auditor.goto(`${address}&tim=${encodeURIComponent(summary)}`);
  await auditor.getByRole('row').filter({ hasText: 'Sở Nội vụ' }).first().click();
  await auditor.locator('.trail-data').getByText(summary).waitFor();
  await auditor.getByRole('button', { name: 'Tải chứng minh' }).waitFor();
});
