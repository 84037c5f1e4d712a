import type { Page } from 'playwright-core';
import { DEMO_PIN } from '#seeds/credentials.ts';

type Drafted = { /** Where the house is served. */ url: string; clerk: Page; /** Who signs. */ director: Page; /** As the list of signers names the director: "Nguyễn Văn Bình (Giám đốc)". */ signer: string; summary: string };

/** From the draft on the clerk's screen to the issued document: saved, submitted, signed, numbered, sealed, issued, and back to its recipients. */
export async function issueDraft({ url, clerk, director, signer, summary }: Drafted): Promise<void> {
  await clerk.getByRole('button', { name: 'Lưu dự thảo' }).click();
  await clerk.getByRole('heading', { name: summary }).waitFor();
  const address = clerk.url();
  await clerk.getByRole('button', { name: 'Trình ký' }).click();
  await clerk.getByRole('dialog').getByLabel('Người ký').selectOption({ label: signer });
  await clerk.getByRole('dialog').getByRole('button', { name: 'Trình ký' }).click();
  await clerk.getByText('Đã trình').first().waitFor();
  await director.goto(`${url}/app/ky-van-ban/${address.split('/').at(-1)?.split('?')[0] ?? ''}`);
  await director.locator('canvas').first().waitFor();
  await director.getByLabel('Mã PIN').fill(DEMO_PIN);
  await director.getByRole('button', { name: 'Ký số' }).click();
  await director.getByText('Đã ký.').first().waitFor();
  await clerk.getByRole('button', { name: 'Cấp số' }).click();
  await clerk.getByRole('dialog').getByRole('button', { name: 'Cấp số' }).click();
  await clerk.getByLabel('Mã PIN').fill(DEMO_PIN);
  await clerk.locator('canvas').first().waitFor();
  await clerk.getByRole('button', { name: 'Đóng dấu' }).click();
  await clerk.getByRole('heading', { level: 1, name: 'Phát hành văn bản' }).waitFor();
  await clerk.getByRole('button', { name: 'Phát hành' }).click();
  await clerk.getByText(/Đã phát hành tới/).first().waitFor();
  await clerk.goto(address);
  await clerk.getByRole('tab', { name: 'Nơi nhận' }).click();
}
