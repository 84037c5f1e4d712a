// npm run pack:evidence -- [FOLDER]: writes the verifier of evidence packages as an npm package of its own, which needs Node 20 and nothing else.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ensureInstalled, root } from './install.mjs';

const program = `#!/usr/bin/env node
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 15)) {
  console.error('Cần Node.js từ bản 20.15 / Node.js 20.15 or newer is needed.');
  process.exitCode = 3;
} else {
  const { evidenceCommand } = await import('./verifier.mjs');
  const given = process.argv.slice(2);
  process.exitCode = await evidenceCommand(given[0] === 'verify' ? given : ['verify', ...given]);
}
`;

const readme = `# lienthong-evidence

Kiểm tra gói chứng cứ gửi, nhận văn bản của Liên Thông: không cần mạng, không cần cơ sở dữ liệu, không tin bên lập gói.
Verifies evidence packages of Liên Thông: no network, no database, no belief in whoever made them.

    npx lienthong-evidence TỆP --trust=THƯ_MỤC_CHỨNG_THƯ_GỐC [--log-key=KHÓA] [--witness=TỆP] [--consistency=TỆP] [--json]

Kết thúc với 0 chỉ khi mọi điều đều đúng. It ends with 0 only when all of it holds.
`;

/** What is bundled in is told with its licence, as that licence asks. */
function licences(names) {
  return names
    .map((name) => {
      const folder = join(root, 'node_modules', name);
      const file = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each));
      const { version, license, homepage = '' } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
      return `${name} ${version} · ${license} · ${homepage}\n\n${file === undefined ? '' : readFileSync(join(folder, file), 'utf8')}`;
    })
    .join('\n\n');
}

async function bundle(outDir) {
  const { build } = await import('vite');
  const input = { verifier: 'src/engines/exchange/offline.ts', 'reader-process': 'src/engines/signatures/adapters/document-reader/reader-process.ts' };
  const output = { entryFileNames: '[name].mjs', chunkFileNames: '[name]-[hash].mjs' };
  const result = await build({
    root,
    configFile: false,
    logLevel: 'warn',
    ssr: { noExternal: true },
    build: { ssr: true, outDir, emptyOutDir: true, target: 'node20', minify: false, copyPublicDir: false, rolldownOptions: { input: Object.fromEntries(Object.entries(input).map(([name, file]) => [name, join(root, file)])), output } },
  });
  const modules = result.output.flatMap((chunk) => (chunk.type === 'chunk' ? Object.entries(chunk.modules).flatMap(([id, { renderedLength }]) => (renderedLength > 0 ? [id] : [])) : []));
  return [...new Set(modules.flatMap((id) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(id.replaceAll('\\', '/'))?.[1] ?? []))].sort();
}

async function main([folder = 'build']) {
  await ensureInstalled({ dev: false });
  const { version, license, engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const target = resolve(folder);
  mkdirSync(target, { recursive: true });
  const made = mkdtempSync(join(tmpdir(), 'lienthong-evidence-'));
  try {
    const inside = await bundle(made);
    writeFileSync(join(made, 'lienthong-evidence.mjs'), program, { mode: 0o755 });
    writeFileSync(join(made, 'README.md'), readme);
    writeFileSync(join(made, 'THIRD-PARTY.txt'), licences(inside));
    for (const name of ['LICENSE', 'NOTICE']) copyFileSync(join(root, name), join(made, name));
    const description = 'Verifies evidence packages of Liên Thông offline, without the installation that made them';
    writeFileSync(join(made, 'package.json'), JSON.stringify({ name: 'lienthong-evidence', version, description, license, type: 'module', engines, bin: { 'lienthong-evidence': 'lienthong-evidence.mjs' } }, null, 2));
    const [{ filename }] = JSON.parse(execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', target], { cwd: made, encoding: 'utf8', shell: process.platform === 'win32' }));
    console.log(join(target, filename));
  } finally {
    rmSync(made, { recursive: true, force: true });
  }
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
