import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

const debianJars = '/usr/share/java';
/** Where `npm run setup:oracles` puts what no distribution packages. */
const fetchedJars = process.env['LIENTHONG_ORACLES'] ?? join(homedir(), '.cache/lienthong-oracles');
const bouncyCastle = ['bcprov.jar', 'bcpkix.jar', 'bcutil.jar'].map((name) => join(debianJars, name));

/** Programs that others read our files with, by the libraries that they need. */
const readers = {
  PDFBox: { jars: [...['pdfbox2.jar', 'fontbox2.jar', 'commons-logging.jar'].map((name) => join(debianJars, name)), ...bouncyCastle], main: [join(import.meta.dirname, 'readers/PdfBoxReader.java')] },
  iText: { jars: [join(debianJars, 'itext5.jar'), ...bouncyCastle], main: [join(import.meta.dirname, 'readers/ITextReader.java')] },
  veraPDF: { jars: [join(fetchedJars, 'verapdf.jar')], main: ['org.verapdf.apps.GreenfieldCliWrapper', '--format', 'text', '--verbose'] },
} as const;
export type ReferenceReader = keyof typeof readers;

/** Skips the test, loudly, when the reader's libraries or a Java that compiles are not on the machine. */
export function hasReader(t: TestContext, name: ReferenceReader): boolean {
  const isThere = readers[name].jars.every((jar) => existsSync(jar)) && spawnSync('javac', ['--version'], { stdio: 'ignore' }).error === undefined;
  if (!isThere) t.skip(`${name} is not installed (npm run setup:oracles): what it would judge was NOT checked`);
  return isThere;
}

/** Has a reader read files, all in one run of Java; answers its lines by file. A reader that finds fault and says so has read. */
export function readWith(name: ReferenceReader, files: readonly Buffer[]): readonly string[][] {
  const { jars, main } = readers[name];
  const folder = mkdtempSync(join(tmpdir(), 'lienthong-'));
  try {
    const names = files.map((_, i) => `${i}.pdf`);
    files.forEach((pdf, i) => {
      writeFileSync(join(folder, names[i] ?? ''), pdf);
    });
    const lines = run(['-Djava.awt.headless=true', '-cp', jars.join(':'), ...main, ...names], folder).split('\n');
    return names.map((file) => lines.filter((line) => line.startsWith(`${file} `)).map((line) => line.slice(file.length + 1)));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The same with veraPDF, which says PASS or FAIL of each file, and of each rule that it breaks: answers the broken rules of each file. */
export function rulesBroken(files: readonly Buffer[], flavour = '2b'): readonly string[][] {
  const { jars, main } = readers.veraPDF;
  const folder = mkdtempSync(join(tmpdir(), 'lienthong-'));
  try {
    const names = files.map((_, i) => `${i}.pdf`);
    files.forEach((pdf, i) => {
      writeFileSync(join(folder, names[i] ?? ''), pdf);
    });
    const lines = run(['-cp', jars.join(':'), ...main, '--flavour', flavour, ...names], folder).split('\n');
    return names.map((name) => {
      const at = lines.findIndex((line) => /^(PASS|FAIL) /.test(line) && line.includes(`/${name} `));
      if (at < 0) throw new Error(`veraPDF did not judge the file: ${lines.join('\n')}`);
      const next = lines.findIndex((line, i) => i > at && !line.startsWith(' '));
      return lines[at]?.startsWith('PASS') ? [] : lines.slice(at, next < 0 ? undefined : next);
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function run(args: readonly string[], folder: string): string {
  try {
    return execFileSync('java', [...args], { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 32_000_000 });
  } catch (error) {
    // veraPDF ends with 1 after a file that does not keep the standard.
    if (error instanceof Error && 'status' in error && error.status === 1 && 'stdout' in error && /^(PASS|FAIL) /.test(String(error.stdout))) return String(error.stdout);
    throw error;
  }
}
