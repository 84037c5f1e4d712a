import { createHash } from 'node:crypto';
import { closeSync, fstatSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assembleCms, estimateCmsBytes, signAttributes, signedAttributes } from '#engines/signatures/domain/cms/sign.ts';
import { fileSource } from '#engines/signatures/domain/pdf/reader/index.ts';
import type { PdfSource } from '#engines/signatures/domain/pdf/reader/index.ts';
import { prepareSignatureOf } from '#engines/signatures/domain/pdf/signing/index.ts';
import { buildPdf } from '#engines/signatures/domain/pdf/testing.ts';
import type { Credential } from './signing-kit.ts';

const pieceBytes = 1024 * 1024;

export type LargeFile = { readonly source: PdfSource; sign(credential: Credential): void; remove(): void };

/** A PDF of this size on the disk, one image after the other, which is never in memory as a whole. */
export function makeLargeFile(sizeBytes: number): LargeFile {
  const folder = mkdtempSync(join(tmpdir(), 'lienthong-large-'));
  const path = join(folder, 'large.pdf');
  const file = openSync(path, 'w+');
  writeLarge(file, sizeBytes);
  const open = (): PdfSource => {
    const { size } = fstatSync(file);
    return fileSource({ sizeBytes: size, readAt: (into, position) => readSync(file, into, 0, into.length, position) });
  };
  return {
    get source() {
      return open();
    },
    sign(credential) {
      const source = open();
      const { signer } = credential;
      const prepared = prepareSignatureOf(source, { fieldName: 'Signature1', signingTime: new Date(), reserveBytes: estimateCmsBytes(signer) });
      const base = createHash(signer.hash);
      for (let at = 0; at < source.sizeBytes; at += pieceBytes) base.update(source.read(at, Math.min(at + pieceBytes, source.sizeBytes)));
      const attributes = signedAttributes(signer, prepared.digest(base));
      const { tail } = prepared.finish(assembleCms(signer, { attributes, signature: signAttributes(signer, credential.key, attributes) }));
      writeSync(file, tail, 0, tail.length, source.sizeBytes);
    },
    remove() {
      closeSync(file);
      rmSync(folder, { recursive: true });
    },
  };
}

/** The objects of a small file, then as many streams as fill it, then a table of them all. */
function writeLarge(file: number, sizeBytes: number): void {
  const small = buildPdf({ pages: 1 });
  const start = small.lastIndexOf('xref\n', small.lastIndexOf('trailer'), 'latin1');
  const size = Number(/\/Size (\d+)/.exec(small.subarray(start).toString('latin1'))?.[1]);
  const root = /\/Root (\d+ \d+ R)/.exec(small.subarray(start).toString('latin1'))?.[1] ?? '';
  let at = writeSync(file, small.subarray(0, start));
  const offsets: number[] = [];
  const filler = Buffer.alloc(4 * pieceBytes, 0x61);
  while (at < sizeBytes) {
    offsets.push(at);
    at += writeSync(file, `${String(size + offsets.length - 1)} 0 obj\n<</Length ${String(filler.length)}>>\nstream\n`);
    at += writeSync(file, filler);
    at += writeSync(file, '\nendstream\nendobj\n');
  }
  const old = small.subarray(start).toString('latin1').split('\ntrailer')[0]?.split('\n').slice(2) ?? [];
  const rows = [...old.map((row) => row.trim()), ...offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n`)];
  writeSync(file, `xref\n0 ${String(rows.length)}\n${rows.map((row) => `${row} \n`).join('')}trailer\n<</Size ${String(rows.length)}/Root ${root}>>\nstartxref\n${String(at)}\n%%EOF\n`);
}
