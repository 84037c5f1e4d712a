/// <reference types="node" />
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

/** One entry of the manifest that the build writes. */
type Chunk = { file: string; isEntry?: boolean; src?: string; imports?: string[]; css?: string[] };

export type FirstLoad = {
  /** Scripts that the page fetches before anything is clicked, each compressed on its own as a server sends it. */
  scriptBytes: number;
  styleBytes: number;
  files: { file: string; bytes: number; gzipBytes: number }[];
};

/** The most that the first load of the workplace may weigh, in bytes of compressed script, before the PDF viewer. */
export const firstLoadLimitBytes = 250_000;

const buildFolder = join(dirname(fileURLToPath(import.meta.url)), '../../../build/web');

/**
 * Measures what the browser loads first: the entry with all its static imports, and the code of one screen besides.
 * @param screen source of a screen that loads late, such as `src/capabilities/my-work/web/my-work-page.tsx`.
 * @throws Error when the workplace was not built, or the screen is no chunk of it.
 */
export function measureFirstLoad(screen?: string): FirstLoad {
  const manifestFile = join(buildFolder, '.vite/manifest.json');
  if (!existsSync(manifestFile)) throw new Error('build/web is missing: build the workplace first (npm start does)');
  // safe because the build that wrote it and this reader are of one version
  const manifest = JSON.parse(readFileSync(manifestFile, 'utf8')) as Record<string, Chunk>;
  const roots = Object.entries(manifest).filter(([source, chunk]) => chunk.isEntry === true || (screen !== undefined && source.endsWith(screen.replace(/^src\//, ''))));
  if (screen !== undefined && roots.length < 2) throw new Error(`${screen} is no chunk of the build`);
  const files = new Set<string>();
  const styles = new Set<string>();
  const visit = (name: string): void => {
    const chunk = manifest[name];
    if (chunk === undefined || files.has(chunk.file)) return;
    files.add(chunk.file);
    for (const style of chunk.css ?? []) styles.add(style);
    for (const imported of chunk.imports ?? []) visit(imported);
  };
  for (const [name] of roots) visit(name);
  const measured = [...files, ...styles].map(measure);
  const sum = (ending: string) => measured.filter(({ file }) => file.endsWith(ending)).reduce((total, { gzipBytes }) => total + gzipBytes, 0);
  return { scriptBytes: sum('.js'), styleBytes: sum('.css'), files: measured };
}

function measure(file: string): FirstLoad['files'][number] {
  const content = readFileSync(join(buildFolder, file));
  return { file, bytes: content.length, gzipBytes: gzipSync(content, { level: 9 }).length };
}

if (import.meta.main) {
  const load = measureFirstLoad(process.argv[2]);
  for (const { file, bytes, gzipBytes } of load.files) process.stdout.write(`${String(gzipBytes).padStart(8)} ${String(bytes).padStart(9)}  ${file}\n`);
  process.stdout.write(`script ${String(load.scriptBytes)} B compressed (limit ${String(firstLoadLimitBytes)}), style ${String(load.styleBytes)} B\n`);
  process.exitCode = load.scriptBytes < firstLoadLimitBytes ? 0 : 1;
}
