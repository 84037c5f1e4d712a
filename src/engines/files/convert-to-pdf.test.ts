import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { strToU8, zipSync } from 'fflate';
import { AppError } from '#kernel/errors.ts';
import { kernelModule } from '#kernel/kernel-module.ts';
import { openTestHouse, somebody, type TestHouse } from '#kernel/testkit.ts';
import { auditModule } from '#engines/audit/index.ts';
import { convertToPdf, convertUpload, filesModule, findOffice, readBytes, storeBytes } from './index.ts';
import { smallPdf, uploadFile } from './testing.ts';

/** A folder on the PATH, where a program takes the place of LibreOffice: the outside world of this engine. */
const programs = mkdtempSync(join(tmpdir(), 'lienthong-office-'));
const path = process.env['PATH'] ?? '';
let house: TestHouse;
before(async () => {
  house = await openTestHouse({ modules: [kernelModule, auditModule, filesModule] });
  process.env['PATH'] = `${programs}${delimiter}${path}`;
});
afterEach(() => {
  rmSync(join(programs, 'soffice'), { force: true });
});
after(async () => {
  process.env['PATH'] = path;
  rmSync(programs, { recursive: true, force: true });
  await house.close();
});

const isCode = (code: string) => (error: unknown) => error instanceof AppError && error.code === code;

/** Installs a program that is called as LibreOffice is; `$OUT` is the folder for the result. */
function install(script: string): void {
  const file = join(programs, 'soffice');
  writeFileSync(file, `#!/bin/sh\nwhile [ $# -gt 0 ]; do case "$1" in --outdir) OUT="$2"; shift;; -env:UserInstallation=*) PROFILE="$1";; esac; INPUT="$1"; shift; done\n${script}\n`);
  chmodSync(file, 0o755);
}

const docx = (text: string): Buffer =>
  Buffer.from(
    zipSync({
      '[Content_Types].xml': strToU8(
        '<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>',
      ),
      '_rels/.rels': strToU8(
        '<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>',
      ),
      'word/document.xml': strToU8(
        `<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>${text}</w:t></w:r></w:p></w:body></w:document>`,
      ),
    }),
  );

const stored = async (text: string): Promise<string> => (await storeBytes(house.kernel, docx(text), { limitBytes: 1_000_000 })).sha256;

test('where LibreOffice is missing, the message says so and what to do, in both languages', async (t) => {
  if ((await findOffice()) !== undefined) {
    t.skip('LibreOffice is installed on this machine');
    return;
  }
  await assert.rejects(convertToPdf(house.kernel, await stored('a')), isCode('files.libreofficeMissing'));
  const server = house.server(() => Promise.resolve(somebody()));
  const vi = (await server.inject({ url: '/api/v1/files/capabilities' })).json<{ docxToPdf: boolean; docxToPdfHint: string }>();
  assert.equal(vi.docxToPdf, false);
  assert.match(vi.docxToPdfHint, /chưa cài LibreOffice.*Lưu thành PDF/);
  const en = (await server.inject({ url: '/api/v1/files/capabilities', headers: { 'x-language': 'en' } })).json<{ docxToPdfHint: string }>();
  assert.match(en.docxToPdfHint, /not installed.*save it as PDF/);
});

test('an uploaded DOCX becomes a stored PDF, and asking again gives the same without another run', async () => {
  const mai = somebody();
  const server = house.server(() => Promise.resolve(mai));
  const runs = join(programs, 'runs');
  writeFileSync(join(programs, 'result.pdf'), smallPdf(3));
  install(`echo "$PROFILE" >> ${runs}; cp ${join(programs, 'result.pdf')} "$OUT/input.pdf"`);
  assert.equal((await server.inject({ url: '/api/v1/files/capabilities' })).json<{ docxToPdf: boolean }>().docxToPdf, true);
  const uploadId = await uploadFile(server, { name: 'Tờ trình.docx', bytes: docx('Kính gửi') });
  const pdf = await convertUpload(house.kernel, mai, uploadId);
  assert.ok(pdf);
  assert.deepEqual(await readBytes(house.kernel, pdf.sha256), readFileSync(join(programs, 'result.pdf')));
  assert.deepEqual(await convertUpload(house.kernel, mai, uploadId), pdf);
  const profiles = readFileSync(runs, 'utf8').trim().split('\n');
  assert.equal(profiles.length, 1);
  assert.match(profiles[0] ?? '', /^-env:UserInstallation=file:\/\/\/.*\/profile$/);
  const pdfUpload = await uploadFile(server, { name: 'a.pdf', bytes: smallPdf() });
  assert.equal(await convertUpload(house.kernel, mai, pdfUpload), undefined);
  await assert.rejects(convertUpload(house.kernel, somebody(), uploadId), isCode('files.uploadNotFound'));
});

test('a conversion that does not end is ended, with everything that it started', async () => {
  const alive = join(programs, 'alive');
  install(`(while true; do date +%s%N > ${alive}; sleep 0.05; done) & sleep 60`);
  const sha256 = await stored('b');
  await assert.rejects(convertToPdf(house.kernel, sha256, { timeLimitMs: 500 }), isCode('files.conversionTooSlow'));
  assert.ok(existsSync(alive));
  const last = readFileSync(alive, 'utf8');
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.equal(readFileSync(alive, 'utf8'), last);
});

test('a conversion that fails, leaves nothing, or leaves something else is refused, and its folder is removed', async () => {
  const folders = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith('lienthong-pdf-'));
  const before = folders();
  for (const script of ['echo "source file could not be loaded" >&2; exit 1', 'exit 0', 'echo "no pdf" > "$OUT/input.pdf"']) {
    install(script);
    await assert.rejects(convertToPdf(house.kernel, await stored(script.slice(0, 4))), isCode('files.conversionFailed'), script);
  }
  assert.deepEqual(folders(), before);
});

test('conversions wait for each other', async () => {
  const log = join(programs, 'order');
  writeFileSync(join(programs, 'result.pdf'), smallPdf(3));
  install(`echo begin >> ${log}; sleep 0.2; cp ${join(programs, 'result.pdf')} "$OUT/input.pdf"; echo end >> ${log}`);
  const hashes = await Promise.all(['x', 'y', 'z'].map((text) => stored(text)));
  await Promise.all(hashes.map((sha256) => convertToPdf(house.kernel, sha256)));
  assert.equal(readFileSync(log, 'utf8'), 'begin\nend\n'.repeat(3));
});
