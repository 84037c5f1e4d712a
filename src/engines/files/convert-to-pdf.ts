import { spawn } from 'node:child_process';
import { access, constants, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { PersonActor } from '#kernel/actor.ts';
import { service, type Kernel } from '#kernel/kernel.ts';
import { readBytes, storeBytes, type StoredBlob } from './blobs.ts';
import { knownTypes } from './domain/media-types.ts';
import { filesErrors } from './errors.ts';
import { assertFinished, getUpload, UPLOAD_LIFE_MS } from './uploads/upload-record.ts';

const TIME_LIMIT_MS = 90_000;
const LONGEST_COMPLAINT = 4000;
/** Where installers put it when they do not put it on the PATH. */
const USUAL_PLACES = ['/Applications/LibreOffice.app/Contents/MacOS', 'C:\\Program Files\\LibreOffice\\program', '/opt/libreoffice/program', '/snap/bin'];

/** One conversion at a time in a process: each takes some hundred megabytes. */
const queueOf: (kernel: Kernel) => { last: Promise<unknown> } = service(Symbol('conversions'), () => ({ last: Promise.resolve() }));

/** The path of LibreOffice on this machine; undefined where it is not installed. */
export async function findOffice(path = process.env['PATH'] ?? ''): Promise<string | undefined> {
  const names = process.platform === 'win32' ? ['soffice.exe'] : ['soffice', 'libreoffice'];
  for (const folder of [...path.split(delimiter), ...USUAL_PLACES]) {
    for (const name of names) {
      const file = join(folder, name);
      if (folder !== '' && (await isExecutable(file))) return file;
    }
  }
  return undefined;
}

/** What LibreOffice is asked to turn into PDF: texts, not sheets, whose pages depend on a printer. */
const CONVERTIBLE = new Set(['docx', 'odt', 'doc', 'rtf'].map((extension) => knownTypes.get(extension)?.mediaType));

/**
 * The PDF of an upload that is a text document; undefined when it is something else, a PDF in particular.
 * @throws AppError as `convertToPdf`, and as `getUpload` for an upload that is not finished or not this person's.
 */
export async function convertUpload(kernel: Kernel, owner: PersonActor, uploadId: string): Promise<StoredBlob | undefined> {
  const upload = assertFinished(await getUpload(kernel.database.pool, owner, { uploadId, now: kernel.clock.now() }));
  return CONVERTIBLE.has(upload.mediaType) ? convertToPdf(kernel, upload.sha256) : undefined;
}

/**
 * Turns a stored text document (DOCX, ODT, DOC, RTF) into PDF and stores that. Runs LibreOffice with a profile of its
 * own, and ends it after the time limit. The same document gives the same PDF again. Call it outside a transaction,
 * from a job or before a command, which then keeps the PDF.
 * @throws AppError `files.libreofficeMissing`, `files.conversionFailed`, `files.conversionTooSlow`.
 */
export async function convertToPdf(kernel: Kernel, sha256: string, options: { timeLimitMs?: number } = {}): Promise<StoredBlob> {
  const queue = queueOf(kernel);
  const turn = queue.last.then(async () => {
    const earlier = await findConversion(kernel, sha256);
    if (earlier !== undefined) return earlier;
    const office = await findOffice();
    if (office === undefined) throw filesErrors.libreofficeMissing();
    const pdf = await convert(kernel, { office, sha256, timeLimitMs: options.timeLimitMs ?? TIME_LIMIT_MS });
    await noteConversion(kernel, sha256, pdf);
    return pdf;
  });
  queue.last = turn.catch(() => undefined);
  return turn;
}

/** An earlier PDF that is kept, or fresh enough not to be swept away before it is. */
async function findConversion(kernel: Kernel, sha256: string): Promise<StoredBlob | undefined> {
  const { rows } = await kernel.database.pool.query<StoredBlob>(
    `select encode(b.sha256, 'hex') as sha256, b.size_bytes as "sizeBytes" from files.conversion c join files.blob b on b.sha256 = c.pdf_sha256
      where c.source_sha256 = $1 and b.damage is null and (b.kept or b.last_stored_at > $2)`,
    [Buffer.from(sha256, 'hex'), new Date(kernel.clock.now().getTime() - UPLOAD_LIFE_MS / 2)],
  );
  return rows[0];
}

async function noteConversion(kernel: Kernel, sha256: string, pdf: StoredBlob): Promise<void> {
  await kernel.database.pool.query(
    `insert into files.conversion (source_sha256, pdf_sha256, converted_at) values ($1, $2, $3)
     on conflict (source_sha256) do update set pdf_sha256 = excluded.pdf_sha256, converted_at = excluded.converted_at`,
    [Buffer.from(sha256, 'hex'), Buffer.from(pdf.sha256, 'hex'), kernel.clock.now()],
  );
}

type Conversion = { office: string; sha256: string; timeLimitMs: number };

async function convert(kernel: Kernel, conversion: Conversion): Promise<StoredBlob> {
  const folder = await mkdtemp(join(tmpdir(), 'lienthong-pdf-'));
  try {
    const input = join(folder, 'input');
    await writeFile(input, await readBytes(kernel, conversion.sha256), { mode: 0o600 });
    await mkdir(join(folder, 'out'));
    await runOffice(conversion, folder, input);
    const pdf = await readFile(join(folder, 'out', 'input.pdf')).catch((error: unknown) => {
      throw filesErrors.conversionFailed({ cause: error, internal: 'no output file' });
    });
    if (!pdf.subarray(0, 5).equals(Buffer.from('%PDF-'))) throw filesErrors.conversionFailed({ internal: 'the output is no PDF' });
    return await storeBytes(kernel, pdf, { limitBytes: Number.MAX_SAFE_INTEGER, provisional: true });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function runOffice(conversion: Conversion, folder: string, input: string): Promise<void> {
  const profile = pathToFileURL(join(folder, 'profile')).href;
  const child = spawn(
    conversion.office,
    [`-env:UserInstallation=${profile}`, '--headless', '--norestore', '--nolockcheck', '--nodefault', '--convert-to', 'pdf', '--outdir', join(folder, 'out'), input],
    // A group of its own, since the program that is started hands over to another one, and both must end.
    { cwd: folder, detached: process.platform !== 'win32', stdio: ['ignore', 'ignore', 'pipe'], env: { PATH: process.env['PATH'] ?? '', HOME: folder, LANG: 'vi_VN.UTF-8' } },
  );
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaint = (complaint + chunk.toString('utf8')).slice(-LONGEST_COMPLAINT);
  });
  const slow = new AbortController();
  const timer = setTimeout(() => {
    slow.abort();
    killGroup(child.pid);
  }, conversion.timeLimitMs);
  try {
    const status = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', resolve);
    });
    if (slow.signal.aborted) throw filesErrors.conversionTooSlow({ values: { seconds: Math.round(conversion.timeLimitMs / 1000) } });
    if (status !== 0) throw filesErrors.conversionFailed({ internal: { status, complaint } });
  } finally {
    clearTimeout(timer);
    killGroup(child.pid);
  }
}

/** Ends the program and all that it started; nothing happens when they have ended already. */
function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

async function isExecutable(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
