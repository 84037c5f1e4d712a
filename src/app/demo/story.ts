import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DEMO_PASSWORD } from '#seeds/demo-accounts.ts';
import { DEMO_PIN } from '#seeds/credentials.ts';
import type { InclusionProofReply } from '#engines/audit/contract.ts';
import { leafHash, verifyInclusion } from '#engines/audit/index.ts';
import { verifyReceipt } from '#engines/exchange/index.ts';
import { signIn, type DemoClient } from './client.ts';

export type StoryOptions = { url: string; outFolder: string; onStep: (text: string) => void };

const LETTER = resolve(import.meta.dirname, '../../../seeds/letters/cong-van-mau.pdf');
const RECIPIENTS = ['sở tài chính', 'sở tư pháp', 'phường hạc thành'];
const PATIENCE_MS = 30_000;

type Detail = {
  id: string;
  state: string;
  numberAndNotation: string | null;
  number: number | null;
  issuedOn: string | null;
  approver: { name: string } | null;
  files: { role: string; fileId: string; sha256: string }[];
  recipients: { name: string; delivery: { state: string; arrivedAt: string | null; answeredAt: string | null; answeredBy: string | null } | null }[];
};

/**
 * The main job through the doors that people use: uploaded and submitted by the clerk, signed by the director, numbered,
 * sealed and issued by the clerk, registered by a recipient, seen as registered by the sender; then the proof.
 * @returns what did not hold; empty when all did.
 */
export async function runStory(options: StoryOptions): Promise<string[]> {
  const problems: string[] = [];
  const check = (holds: boolean, what: string): void => {
    if (!holds) problems.push(what);
  };
  const open = (login: string) => signIn(options.url, { login, password: DEMO_PASSWORD });
  const [clerk, director, receiver] = await Promise.all([open('vanthu.snv'), open('giamdoc.snv'), open('vanthu.stc')]);
  options.onStep('Văn thư và Giám đốc Sở Nội vụ, văn thư Sở Tài chính đã đăng nhập');

  const id = await draftAndSubmit(clerk, options);
  await approve(director, id, options);
  const sealed = await numberAndSeal(clerk, id, options);
  check(sealed.state === 'sealed', `văn bản ở trạng thái ${sealed.state} sau khi đóng dấu`);
  await keepAndValidate(clerk, sealed, { options, check });

  await clerk.post(`/api/v1/outgoing-documents/${id}/issue`);
  const arrived = await waitUntil(() => clerk.get<Detail>(`/api/v1/outgoing-documents/${id}`), (detail) => detail.recipients.every(({ delivery }) => delivery !== null && delivery.arrivedAt !== null));
  options.onStep(`Phát hành ${arrived.numberAndNotation ?? ''}: đã đến ${arrived.recipients.map((recipient) => recipient.name).join(', ')}`);

  await register(receiver, arrived, { options, check });
  const answered = await waitUntil(() => clerk.get<Detail>(`/api/v1/outgoing-documents/${id}`), (detail) => detail.recipients.some(isAnswered));
  const answer = answered.recipients.find(isAnswered);
  check(answer?.delivery?.state === 'registered', 'nơi gửi không thấy trạng thái đã tiếp nhận');
  options.onStep(`Nơi gửi thấy: ${answer?.name ?? ''} đã tiếp nhận lúc ${answer?.delivery?.answeredAt ?? ''}, ${answer?.delivery?.answeredBy ?? ''}`);
  await keepReceipts(clerk, id, { options, check });
  await keepEvidence(clerk, id, { options, check });
  return problems;
}

const isAnswered = ({ delivery }: Detail['recipients'][number]): boolean => delivery !== null && delivery.answeredAt !== null;

async function draftAndSubmit(clerk: DemoClient, { onStep }: StoryOptions): Promise<string> {
  const letter = readFileSync(LETTER);
  const upload = await clerk.upload('cong-van-mau.pdf', letter);
  const recipientIds = await Promise.all(
    RECIPIENTS.map(async (text) => {
      const found = await clerk.get<{ agencies: { id: string; name: string }[] }>(`/api/v1/accounts/agencies?limit=1&text=${encodeURIComponent(text)}`);
      const [agency] = found.agencies;
      if (agency === undefined) throw new Error(`danh bạ không có "${text}"`);
      return agency.id;
    }),
  );
  const { id } = await clerk.post<{ id: string }>('/api/v1/outgoing-documents', {
    mainUploadId: upload,
    typeCode: 'cong-van',
    summary: 'V/v rà soát hồ sơ công chức, viên chức sau sắp xếp tổ chức bộ máy',
    recipientIds,
  });
  const { approvers } = await clerk.get<{ approvers: { postId: string; title: string; name: string }[] }>('/api/v1/outgoing-documents/approvers');
  const approver = approvers.find((each) => each.title === 'Giám đốc') ?? approvers[0];
  if (approver === undefined) throw new Error('cơ quan không có người ký');
  await clerk.post(`/api/v1/outgoing-documents/${id}/submit`, { approverPostId: approver.postId });
  onStep(`Tải lên ${String(Math.round(letter.length / 1000))} kB, trình ${approver.title} ${approver.name}`);
  return id;
}

type Places = { signature: unknown; isFound: boolean; blanks: Partial<Record<'number' | 'day' | 'month', Record<string, number>>> };

const credentialOf = async (client: DemoClient, kind: 'person' | 'agency'): Promise<string> => {
  const { credentials } = await client.get<{ credentials: { id: string; kind: string; state: string }[] }>('/api/v1/signatures/credentials');
  const found = credentials.find((credential) => credential.kind === kind && credential.state === 'active');
  if (found === undefined) throw new Error(`không có chứng thư ${kind}`);
  return found.id;
};

const placesOf = (client: DemoClient, document: Detail, signerName: string): Promise<Places> =>
  client.get<Places>(`/api/v1/signatures/placements?kind=person&fileId=${mainOf(document).fileId}&signerName=${encodeURIComponent(signerName)}`);

const mainOf = (document: Detail): Detail['files'][number] => {
  const main = document.files.find((file) => file.role === 'main');
  if (main === undefined) throw new Error('văn bản không có tệp chính');
  return main;
};

async function approve(director: DemoClient, id: string, { onStep }: StoryOptions): Promise<void> {
  const document = await director.get<Detail>(`/api/v1/outgoing-documents/${id}`);
  const places = await placesOf(director, document, document.approver?.name ?? '');
  await director.post(`/api/v1/outgoing-documents/${id}/sign`, { credentialId: await credentialOf(director, 'person'), pin: DEMO_PIN, placement: places.signature });
  onStep(`Giám đốc ký số (${places.isFound ? 'tự tìm thấy chỗ ký' : 'chỗ ký thường dùng'})`);
}

async function numberAndSeal(clerk: DemoClient, id: string, { onStep }: StoryOptions): Promise<Detail> {
  const numbered = await clerk.post<Detail>(`/api/v1/outgoing-documents/${id}/number`);
  onStep(`Cấp số ${numbered.numberAndNotation ?? ''}`);
  const { blanks } = await placesOf(clerk, numbered, numbered.approver?.name ?? '');
  const issuedOn = numbered.issuedOn ?? '';
  const month = Number(issuedOn.slice(5, 7));
  const texts = [
    ...(blanks.number === undefined ? [] : [{ ...blanks.number, text: String(numbered.number).padStart(2, '0') }]),
    ...(blanks.day === undefined ? [] : [{ ...blanks.day, text: issuedOn.slice(8, 10), style: 'italic' }]),
    ...(blanks.month === undefined ? [] : [{ ...blanks.month, text: month <= 2 ? `0${String(month)}` : String(month), style: 'italic' }]),
  ];
  const { document } = await clerk.post<{ document: Detail }>(`/api/v1/outgoing-documents/${id}/seal`, { credentialId: await credentialOf(clerk, 'agency'), pin: DEMO_PIN, texts });
  onStep(`Đóng dấu, ghi số và ngày vào ${String(texts.length)} chỗ trống`);
  return document;
}

type Tools = { options: StoryOptions; check: (holds: boolean, what: string) => void };

type Report = { indication: string; signatures: { signer: string; indication: string; changesAfter: string }[] };

async function keepAndValidate(clerk: DemoClient, document: Detail, { options, check }: Tools): Promise<void> {
  const main = mainOf(document);
  const pdf = await clerk.download(`/api/v1/files/${main.fileId}`);
  writeFileSync(join(options.outFolder, 'van-ban-da-ky.pdf'), pdf);
  const report = await clerk.get<Report>(`/api/v1/signatures/validations/${main.sha256}?fileId=${main.fileId}`);
  check(report.indication === 'TOTAL-PASSED', `chữ ký: ${report.indication}`);
  for (const signature of report.signatures) {
    check(signature.indication === 'TOTAL-PASSED', `chữ ký của ${signature.signer}: ${signature.indication}`);
    check(signature.changesAfter === 'none' || signature.changesAfter === 'permitted', `thay đổi sau chữ ký của ${signature.signer}: ${signature.changesAfter}`);
  }
  options.onStep(`Kiểm tra: ${report.indication}, ${String(report.signatures.length)} chữ ký`);
}

type InboxRow = { id: string; number: string; notation: string; verdict: string; state: string };

async function register(receiver: DemoClient, sent: Detail, { options, check }: Tools): Promise<void> {
  const inbox = await waitUntil(
    () => receiver.get<{ rows: InboxRow[] }>('/api/v1/incoming-documents?state=arrived'),
    (page) => page.rows.some((row) => `${row.number}/${row.notation}` === sent.numberAndNotation),
  );
  const row = inbox.rows.find((candidate) => `${candidate.number}/${candidate.notation}` === sent.numberAndNotation);
  if (row === undefined) return;
  check(row.verdict === 'TOTAL-PASSED', `nơi nhận thấy chữ ký: ${row.verdict}`);
  const { arrivalNumber } = await receiver.post<{ arrivalNumber: number }>(`/api/v1/incoming-documents/${row.id}/register`);
  options.onStep(`Sở Tài chính kiểm tra chữ ký (${row.verdict}) và vào sổ, số đến ${String(arrivalNumber)}`);
}

type Proof = InclusionProofReply;

type Timeline = { entries: { id: string; type: string; evidence: { sealedInTree: number | null } }[] };

/** The signed receipts that came back, each verified with the published keys alone. */
async function keepReceipts(clerk: DemoClient, id: string, { options, check }: Tools): Promise<void> {
  const { envelopeId } = await clerk.get<{ envelopeId: string }>(`/api/v1/outgoing-documents/${id}`);
  const path = `/api/v1/exchange/envelopes/${envelopeId}/receipts`;
  const { receipts } = await clerk.get<{ receipts: { recipientName: string; status: string; receipt: string }[] }>(path);
  const { keys } = await clerk.get<{ keys: Parameters<typeof verifyReceipt>[1] }>('/api/v1/exchange/keys');
  for (const { recipientName, status, receipt } of receipts) check(verifyReceipt(receipt, keys).ok, `biên nhận ${status} của ${recipientName} không đúng chữ ký`);
  check(receipts.some(({ status }) => status === '03'), 'chưa có biên nhận 03');
  writeFileSync(join(options.outFolder, 'bien-nhan.json'), JSON.stringify({ keys, receipts }, null, 2));
  options.onStep(`${String(receipts.length)} biên nhận đã ký, đều kiểm tra được bằng khóa công khai`);
}

async function keepEvidence(clerk: DemoClient, id: string, { options, check }: Tools): Promise<void> {
  const sealedEntries = (timeline: Timeline) => timeline.entries.filter((entry) => entry.evidence.sealedInTree !== null);
  const path = `/api/v1/outgoing-documents/${id}/timeline`;
  const timeline = await waitUntil(
    () => clerk.get<Timeline>(path),
    (reply) => sealedEntries(reply).some((entry) => entry.type === 'outgoing-documents.document-issued'),
  );
  writeFileSync(join(options.outFolder, 'nhat-ky.json'), JSON.stringify(timeline, null, 2));
  const issued = sealedEntries(timeline).find((entry) => entry.type === 'outgoing-documents.document-issued');
  check(issued !== undefined, 'bản ghi phát hành chưa được niêm phong');
  if (issued === undefined) return;
  const proof = await clerk.get<Proof>(`/api/v1/audit/entries/${issued.id}/proof`);
  writeFileSync(join(options.outFolder, 'bang-chung-phat-hanh.json'), JSON.stringify(proof, null, 2));
  check(proofHolds(proof), 'bằng chứng niêm phong không khớp gốc cây');
  options.onStep(`Bằng chứng: bản ghi phát hành nằm trong cây nhật ký cỡ ${String(proof.treeHead.size)}, gốc ${proof.treeHead.root}`);
}

/** Recomputes everything from the entry itself, without trusting the server's hashes. */
function proofHolds(proof: Proof): boolean {
  return verifyInclusion({
    leafHash: leafHash(proof.entry),
    leafIndex: proof.leafIndex,
    treeSize: proof.treeHead.size,
    path: proof.path.map((node) => Buffer.from(node, 'base64')),
    root: Buffer.from(proof.treeHead.root, 'base64'),
  });
}

async function waitUntil<Value>(ask: () => Promise<Value>, holds: (value: Value) => boolean): Promise<Value> {
  const until = performance.now() + PATIENCE_MS;
  for (;;) {
    const value = await ask();
    if (holds(value)) return value;
    if (performance.now() > until) throw new Error('chờ quá lâu mà điều mong đợi chưa đến');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
