import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Page } from 'playwright-core';
import type { Town } from './town.ts';

/** The letter of the seeds ends with the director's name: there the place of the signature is found. */
const letter = readFileSync(resolve(import.meta.dirname, '../seeds/letters/cong-van-mau.pdf'));
const base = '/api/v1/outgoing-documents';

type Signers = Record<'approvers' | 'initiallers', { postId: string; name: string }[]>;

export type Submitted = { summary: string; bytes?: Buffer; urgency?: string; attachment?: boolean; to?: string; initialsBy?: string };

/** As the clerk's screen would: uploads, drafts and submits, to the director unless told. @returns the document's id */
export async function submitLetter(town: Pick<Town, 'url'>, page: Page, { summary, bytes = letter, urgency = 'normal', attachment = false, to = 'Nguyễn Văn Bình', initialsBy }: Submitted): Promise<string> {
  const draft = await call<{ id: string }>(town, page, base, {
    mainUploadId: await upload(town, page, bytes, 'cong-van.pdf'),
    attachmentUploadIds: attachment ? [await upload(town, page, letter, 'phu-luc.pdf')] : [],
    typeCode: 'cong-van',
    summary,
    urgency,
    answerDue: '2099-12-31',
  });
  const { approvers, initiallers } = (await (await page.request.get(`${town.url}${base}/approvers`)).json()) as Signers; // safe because the contract says so
  await call(town, page, `${base}/${draft.id}/submit`, {
    approverPostId: approvers.find(({ name }) => name === to)?.postId,
    initialsPostId: initiallers.find(({ name }) => name === initialsBy)?.postId ?? null,
  });
  return draft.id;
}

async function call<Reply>({ url: address }: Pick<Town, 'url'>, page: Page, url: string, data: object): Promise<Reply> {
  const reply = await page.request.post(`${address}${url}`, { data, headers: { 'x-csrf': '1' } });
  assert.equal(reply.status(), 200, await reply.text());
  return (await reply.json()) as Reply; // safe because the server's own tests hold its replies to their contracts
}

async function upload({ url }: Pick<Town, 'url'>, page: Page, bytes: Buffer, name: string): Promise<string> {
  const reply = await page.request.post(`${url}/api/v1/uploads`, {
    data: bytes,
    headers: {
      'x-csrf': '1',
      'tus-resumable': '1.0.0',
      'upload-length': String(bytes.length),
      'upload-metadata': `filename ${Buffer.from(name).toString('base64')}`,
      'content-type': 'application/offset+octet-stream',
    },
  });
  assert.equal(reply.status(), 201, await reply.text());
  return reply.headers()['location']?.split('/').at(-1) ?? '';
}
