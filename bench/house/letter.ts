import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEMO_PIN } from '#seeds/credentials.ts';
import type { DemoClient } from '#app/demo/client.ts';

type Detail = { id: string; state: string; files: { role: string; sha256: string; sizeBytes: number }[] };
export type SealedLetter = { documentId: string; sha256: string; sizeBytes: number };

const LETTER = join(import.meta.dirname, '../../seeds/letters/cong-van-mau.pdf');
const PLACE = { page: 1, x: 380, y: 560, width: 113, height: 43 };

/** A letter through all doors up to the one before the last: uploaded, submitted, signed, numbered and sealed. */
export async function sealedLetter(office: { clerk: DemoClient; leader: DemoClient }, recipientIds: readonly string[]): Promise<SealedLetter> {
  const { clerk, leader } = office;
  const base = '/api/v1/outgoing-documents';
  const { id } = await clerk.post<{ id: string }>(base, {
    mainUploadId: await clerk.upload('cong-van.pdf', readFileSync(LETTER)),
    typeCode: 'cong-van',
    summary: 'V/v rà soát hồ sơ công chức, viên chức sau sắp xếp tổ chức bộ máy',
    recipientIds,
  });
  const { approvers } = await clerk.get<{ approvers: { postId: string }[] }>(`${base}/approvers`);
  await clerk.post(`${base}/${id}/submit`, { approverPostId: approvers[0]?.postId });
  await leader.post(`${base}/${id}/sign`, { credentialId: await credentialOf(leader, 'person'), pin: DEMO_PIN, placement: PLACE });
  await clerk.post(`${base}/${id}/number`);
  const { document } = await clerk.post<{ document: Detail }>(`${base}/${id}/seal`, { credentialId: await credentialOf(clerk, 'agency'), pin: DEMO_PIN });
  const main = document.files.find((file) => file.role === 'main');
  if (document.state !== 'sealed' || main === undefined) throw new Error(`the letter is ${document.state}, not sealed`);
  return { documentId: id, sha256: main.sha256, sizeBytes: main.sizeBytes };
}

async function credentialOf(person: DemoClient, kind: 'person' | 'agency'): Promise<string> {
  const { credentials } = await person.get<{ credentials: { id: string; kind: string }[] }>('/api/v1/signatures/credentials');
  const found = credentials.find((credential) => credential.kind === kind);
  if (found === undefined) throw new Error(`there is no credential of the kind ${kind}`);
  return found.id;
}
