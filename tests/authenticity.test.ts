import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { createHttpServer } from '#kernel/http.ts';
import { anonymous } from '#kernel/actor.ts';
import { readBytes } from '#engines/files/index.ts';
import { allRoutes } from '#app/server.ts';
import { issuedDocument, openOffice, type Document, type Office } from './office.ts';

let office: Office;
let server: ReturnType<typeof createHttpServer>;
let document: Document;
let code = '';

before(async () => {
  office = await openOffice();
  server = createHttpServer({ kernel: office.house.kernel, authenticate: () => Promise.resolve(anonymous), routes: allRoutes(), checkReplies: true });
  const [clerk, director] = await Promise.all([office.signIn('vanthu.snv'), office.signIn('giamdoc.snv')]);
  const recipients = await office.agencies('Sở Tài chính');
  const id = await issuedDocument(clerk, director, recipients);
  document = (await clerk.get<Document>(`/api/v1/outgoing-documents/${id}`)).body;
  await office.house.drain();
  const [row] = await office.house.sql<{ code: string }>('select code from verification.issued_document');
  code = row?.code ?? '';
});
after(async () => {
  await server.close();
  await office.close();
});

const page = async (path: string): Promise<{ status: number; text: string }> => {
  const reply = await server.inject({ method: 'GET', url: path });
  return { status: reply.statusCode, text: reply.body };
};
const mainSha256 = (): string => document.files.find((file) => file.role === 'main')?.sha256 ?? '';

async function compare(name: string, bytes: Buffer): Promise<string> {
  const head = `--x\r\ncontent-disposition: form-data; name="file"; filename="${name}"\r\n\r\n`;
  const payload = Buffer.concat([Buffer.from(head), bytes, Buffer.from('\r\n--x--\r\n')]);
  return (await server.inject({ method: 'POST', url: `/xac-thuc/${code}`, payload, headers: { 'content-type': 'multipart/form-data; boundary=x' } })).body;
}

test('an issued document has a public page that says who issued and signed it, and nothing of its content', async () => {
  assert.match(code, /^[2-9a-hjkmnp-z]{20}$/);
  const { status, text } = await page(`/xac-thuc/${code}`);
  assert.equal(status, 200);
  assert.match(text, /Văn bản thật, đang có hiệu lực lưu hành/);
  assert.ok(text.includes(document.numberAndNotation ?? '?'));
  assert.match(text, /Sở Nội vụ/);
  assert.match(text, /Nguyễn Văn Bình/);
  assert.ok(text.includes(mainSha256()));
  const [row] = await office.house.sql<{ summary: string }>('select summary from outgoing_documents.document');
  assert.ok(row !== undefined && row.summary.length > 5 && !text.includes(row.summary), 'the summary is not for the public');
  const english = await page(`/xac-thuc/${code}?lang=en`);
  assert.match(english.text, /Genuine, in force/);
});

test('a code that nobody issued, or that is no code, finds nothing and says what to do', async () => {
  const unknown = await page(`/xac-thuc/${'2'.repeat(20)}`);
  assert.equal(unknown.status, 404);
  assert.match(unknown.text, /Không có văn bản nào được phát hành với mã này/);
  assert.equal((await page(`/xac-thuc/${encodeURIComponent("' or 1=1")}`)).status, 404);
  assert.equal((await page(`/api/v1/issued-documents/${'2'.repeat(20)}`)).status, 404);
});

test('the file that was issued is told from any other, and none is kept', async () => {
  const issued = await readBytes(office.house.kernel, mainSha256());
  assert.match(await compare('cong-van.pdf', issued), /Đúng là tệp đã phát hành/);
  const altered = Buffer.from(issued);
  altered[altered.length - 1] = 0x20;
  const before = await office.house.sql<{ count: number }>('select count(*)::int as count from files.blob');
  assert.match(await compare('sua.pdf', altered), /Không phải tệp đã phát hành/);
  assert.deepEqual(await office.house.sql('select count(*)::int as count from files.blob'), before);
});

test('programs ask the same by the API', async () => {
  const reply = await server.inject({ method: 'GET', url: `/api/v1/issued-documents/${code}` });
  assert.equal(reply.statusCode, 200);
  const body: { state: string; files: { sha256: string }[] } = reply.json();
  assert.equal(body.state, 'in_force');
  assert.deepEqual(body.files.map((file) => file.sha256), document.files.map((file) => file.sha256));
});

test('the QR code in the margin of the first page leads there', async (t) => {
  const run = promisify(execFile);
  const folder = mkdtempSync(join(tmpdir(), 'lienthong-qr-'));
  try {
    writeFileSync(join(folder, 'a.pdf'), await readBytes(office.house.kernel, mainSha256()));
    try {
      await run('pdftoppm', ['-r', '200', '-f', '1', '-l', '1', '-png', join(folder, 'a.pdf'), join(folder, 'page')]);
      await run('zbarimg', ['--version']);
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
        t.skip('pdftoppm (poppler-utils) or zbarimg (zbar-tools) is missing: npm run setup:oracles');
        return;
      }
      throw error;
    }
    const image = ['page-1.png', 'page-01.png'].map((name) => join(folder, name)).find((path) => readable(path));
    const { stdout } = await run('zbarimg', ['--quiet', '--raw', image ?? '']);
    assert.match(stdout.trim(), new RegExp(`/xac-thuc/${code}$`));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

function readable(path: string): boolean {
  try {
    return readFileSync(path).length > 0;
  } catch {
    return false;
  }
}
