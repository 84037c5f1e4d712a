import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { access, chmod, constants, mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { brotliDecompress, createBrotliDecompress } from 'node:zlib';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type LaunchOptions } from 'playwright-core';

const root = dirname(import.meta.dirname);
const args = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage'];
const usualPaths = [
  '/usr/bin/chromium', '/usr/bin/google-chrome', '/usr/bin/google-chrome-stable', '/usr/lib/chromium/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome', 'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

type Program = { executablePath: string; env: Record<string, string> };

/**
 * Starts a headless Chromium: the one of CHROMIUM_PATH, the one inside the npm package @sparticuz/chromium (Linux on x64; unpacked once into .cache), which
 * has no window to draw and costs a quarter less than the system's, or the system's. `use: 'bundled'` takes the second only. A candidate that does not start is
 * passed over; throws with the reason of each when none starts. The caller closes the browser.
 */
export async function launchBrowser({ use = 'any' }: { use?: 'any' | 'bundled' } = {}): Promise<Browser> {
  return firstThatStarts(use, (program) => chromium.launch({ ...program, args } satisfies LaunchOptions));
}

/** Starts one with a profile of its own in `folder`, which remembers from start to start what people's browsers remember. The caller closes it. */
export async function launchProfile(folder: string, options: BrowserContextOptions): Promise<BrowserContext> {
  return firstThatStarts('any', (program) => chromium.launchPersistentContext(folder, { ...program, ...options, args }));
}

async function firstThatStarts<Started>(use: 'any' | 'bundled', start: (program: Program) => Promise<Started>): Promise<Started> {
  const reasons: string[] = [];
  for await (const program of candidates(use, reasons)) {
    try {
      return await start(program);
    } catch (error) {
      reasons.push(`${program.executablePath}: ${String(error)}`);
    }
  }
  throw new Error(`Không mở được Chromium. Hãy cài chromium, hoặc đặt CHROMIUM_PATH. No Chromium starts; install one or set CHROMIUM_PATH.\n${reasons.join('\n')}`);
}

async function* candidates(use: 'any' | 'bundled', reasons: string[]): AsyncGenerator<Program> {
  const env = await environment();
  const wanted = use === 'bundled' ? undefined : process.env['CHROMIUM_PATH'];
  if (wanted !== undefined && (await isProgram(wanted))) yield { executablePath: wanted, env };
  else if (wanted !== undefined) reasons.push(`CHROMIUM_PATH=${wanted}: not an executable file`);
  try {
    yield await bundled(env);
  } catch (error) {
    reasons.push(`@sparticuz/chromium: ${String(error)}`);
  }
  for (const executablePath of use === 'bundled' ? [] : usualPaths) if (await isProgram(executablePath)) yield { executablePath, env };
}

function isProgram(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(() => true, () => false);
}

/** Chromium wants a home directory that it can write to; the person who runs the tests may have none. */
async function environment(): Promise<Record<string, string>> {
  const env = Object.fromEntries(Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined));
  const isHomeWritable = await access(env['HOME'] ?? '', constants.W_OK).then(() => true, () => false);
  return isHomeWritable ? env : { ...env, HOME: tmpdir() };
}

async function bundled(env: Record<string, string>): Promise<Program> {
  if (process.platform !== 'linux' || process.arch !== 'x64') throw new Error('the package holds a program for Linux on x64 only');
  const packed = join(dirname(dirname(createRequire(import.meta.url).resolve('@sparticuz/chromium'))), 'bin');
  const { version } = JSON.parse(await readFile(join(dirname(packed), 'package.json'), 'utf8')) as { version: string }; // safe because npm wrote it
  const directory = join(root, '.cache', `chromium-${version}`);
  const isUnpacked = await access(join(directory, 'chromium')).then(() => true, () => false);
  if (!isUnpacked) await unpack(packed, directory);
  const libraries = [join(directory, 'lib'), env['LD_LIBRARY_PATH']].filter(Boolean).join(':');
  return { executablePath: join(directory, 'chromium'), env: { ...env, LD_LIBRARY_PATH: libraries, FONTCONFIG_FILE: join(directory, 'fonts.conf') } };
}

/** Unpacks beside the place and renames, so that test files that run at once never see half a browser. */
async function unpack(packed: string, directory: string): Promise<void> {
  const building = `${directory}.${randomUUID()}`;
  await mkdir(building, { recursive: true });
  await pipeline(createReadStream(join(packed, 'chromium.br')), createBrotliDecompress(), createWriteStream(join(building, 'chromium'), { mode: 0o755 }));
  // nss and nspr, which a bare machine lacks, and a font for machines that have none.
  for (const archive of ['al2023.tar.br', 'fonts.tar.br']) await untar(await promisify(brotliDecompress)(await readFile(join(packed, archive))), building);
  await writeFile(join(building, 'fonts.conf'), fontConfiguration(directory, [join(directory, 'fonts'), join(root, 'node_modules/@expo-google-fonts/tinos'), '/usr/share/fonts', '/usr/local/share/fonts']));
  await rename(building, directory).catch(() => rm(building, { recursive: true, force: true })); // another test file was quicker
}

function fontConfiguration(home: string, directories: string[]): string {
  const escape = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  const lines = directories.map((path) => `<dir>${escape(path)}</dir>`);
  return `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>${lines.join('')}<cachedir>${escape(join(home, 'fontconfig'))}</cachedir></fontconfig>\n`;
}

/** Reads the plain files and links of a ustar archive: 512-byte headers, each followed by its content in blocks of 512 bytes. */
async function untar(archive: Buffer, directory: string): Promise<void> {
  for (let at = 0; at + 512 <= archive.length && archive[at] !== 0; ) {
    const field = (start: number, length: number) => archive.toString('utf8', at + start, at + start + length).split('\0')[0] ?? '';
    const [name, mode, size, type] = [field(0, 100), parseInt(field(100, 8), 8), parseInt(field(124, 12), 8), field(156, 1)];
    const path = join(directory, name);
    if (!path.startsWith(`${directory}/`)) throw new Error(`archive member outside its directory: ${name}`);
    await mkdir(type === '5' ? path : dirname(path), { recursive: true });
    if (type === '0' || type === '') {
      await writeFile(path, archive.subarray(at + 512, at + 512 + size));
      await chmod(path, mode);
    } else if (type === '2') {
      await symlink(field(157, 100), path);
    }
    at += 512 + Math.ceil(size / 512) * 512;
  }
}
