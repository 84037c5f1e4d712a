/// <reference types="node" />
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

const here = dirname(fileURLToPath(import.meta.url));

/** Oldest browsers served: the last Chrome and Edge of Windows 7, which many communes still run. */
const browsers = ['chrome109', 'edge109', 'firefox115', 'safari16.4'];

export default defineConfig({
  root: here,
  base: '/app/',
  plugins: [react(), pdfViewerFiles(), compressed()],
  build: {
    outDir: join(here, '../../../build/web'),
    emptyOutDir: true,
    manifest: true,
    target: browsers,
    cssTarget: browsers,
    // A font or picture inside the script would travel even when nobody needs it.
    assetsInlineLimit: 0,
    // The PDF viewer and its worker are large, and load only when a document is opened.
    chunkSizeWarningLimit: 1500,
    reportCompressedSize: false,
  },
});

/** Character maps, standard fonts and image decoders that pdf.js fetches when a document needs them. */
function pdfViewerFiles(): Plugin {
  const source = dirname(createRequire(import.meta.url).resolve('pdfjs-dist/package.json'));
  const folders = ['cmaps', 'standard_fonts', 'wasm', 'iccs'];
  return {
    name: 'pdf-viewer-files',
    async generateBundle() {
      for (const folder of folders) {
        for (const name of await readdir(join(source, folder))) {
          if (name.startsWith('LICENSE') || isForScripting(name)) continue;
          this.emitFile({ type: 'asset', fileName: `pdf/${folder}/${name}`, source: await readFile(join(source, folder, name)) });
        }
      }
    },
  };
}

/** Writes each text file compressed beside itself, so that the server never compresses the same bytes twice. */
function compressed(): Plugin {
  const worthwhile = /\.(?:js|mjs|css|svg|wasm|json)$/;
  const leastBytes = 1000;
  const brotliQuality = 9;
  return {
    name: 'compressed',
    async writeBundle({ dir }, bundle) {
      if (dir === undefined) return;
      const files = Object.keys(bundle).filter((name) => worthwhile.test(name) && !name.startsWith('.vite/'));
      await Promise.all(
        files.map(async (name) => {
          const file = join(dir, name);
          const content = await readFile(file);
          if (content.length < leastBytes) return;
          await writeFile(`${file}.gz`, await promisify(gzip)(content, { level: 9 }));
          await writeFile(`${file}.br`, await promisify(brotliCompress)(content, { params: { [constants.BROTLI_PARAM_QUALITY]: brotliQuality } }));
        }),
      );
    },
  };
}

/** JavaScript inside a document is never run, so its engine is not even shipped. */
function isForScripting(name: string): boolean {
  return name.startsWith('quickjs');
}
