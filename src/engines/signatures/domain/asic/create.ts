/**
 * Making an ASiC-E container with one CAdES signature over several files (ETSI EN 319 162-1), in two phases: `prepareAsic` reads each file
 * once and answers the attributes to be signed; `writeAsic` reads them again and streams the container. Memory does not grow with the files.
 */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { cadesAttributes } from '../cades/index.ts';
import type { CmsSigner } from '../cms/sign.ts';
import type { HashName } from '../pki/algorithms.ts';
import { AsicError } from './errors.ts';
import { writeManifest } from './manifest.ts';
import { assertDistinct, assertPlainName, mimetypeName, nameKey, signatureFolder } from './names.ts';
import { writeZip } from './zip-writer.ts';
import type { StoredEntry } from './zip-writer.ts';

export interface AsicFile {
  /** Vietnamese names are fine; folders are separated by `/`. */
  readonly name: string;
  readonly mimeType?: string;
  /** The content from the beginning, each time it is called. */
  readonly read: () => AsyncIterable<Uint8Array>;
}

/** Between the phases; everything in it can be stored. */
export interface PreparedAsic {
  readonly manifest: Buffer;
  /** What the key holder signs (the hash of it), see `cadesAttributes`. */
  readonly attributes: Buffer;
  readonly files: readonly { readonly name: string; readonly sizeBytes: number; readonly crc: number }[];
}

export const asicMimeType = { 'ASiC-E': 'application/vnd.etsi.asic-e+zip', 'ASiC-S': 'application/vnd.etsi.asic-s+zip' } as const;
const manifestName = `${signatureFolder}ASiCManifest.xml`;
const signatureName = `${signatureFolder}signature.p7s`;

/** Throws AsicError `asic.name`, `asic.duplicate`; TypeError without any file. */
export async function prepareAsic(signer: CmsSigner, { files, signingTime }: { readonly files: readonly AsicFile[]; readonly signingTime: Date }): Promise<PreparedAsic> {
  if (files.length === 0) throw new TypeError('a container needs a file');
  for (const { name } of files) assertUsable(name);
  assertDistinct(files.map(({ name }) => name));
  const measured = [];
  for (const file of files) measured.push({ name: file.name, mimeType: file.mimeType, hash: signer.hash, ...(await measure(file, signer.hash)) });
  const manifest = writeManifest({ signatureName, files: measured });
  const digest = createHash(signer.hash).update(manifest).digest();
  return {
    manifest,
    attributes: cadesAttributes(signer, { digest, signingTime, mimeType: 'text/xml' }),
    files: measured.map(({ name, sizeBytes, crc }) => ({ name, sizeBytes, crc })),
  };
}

function assertUsable(name: string): void {
  assertPlainName(name);
  if (nameKey(name) === mimetypeName || nameKey(name).startsWith(nameKey(signatureFolder))) throw new AsicError('asic.name', name);
}

async function measure({ read }: AsicFile, hash: HashName): Promise<{ digest: Buffer; sizeBytes: number; crc: number }> {
  const digest = createHash(hash);
  let sizeBytes = 0;
  let crc = 0;
  for await (const piece of read()) {
    digest.update(piece);
    crc = crc32(piece, crc);
    sizeBytes += piece.length;
  }
  return { digest: digest.digest(), sizeBytes, crc };
}

export interface AsicParts {
  /** The same files, read again. */
  readonly files: readonly AsicFile[];
  /** From `embedCades` over the prepared attributes. */
  readonly signature: Buffer;
  /** Stands beside each name in the container. */
  readonly modifiedAt: Date;
}

/**
 * The container, piece by piece: `mimetype` first and stored, the files, the manifest, the signature. Throws AsicError
 * `asic.fileChanged` when a file is not what was prepared, and `asic.tooLarge` from 4 GiB on.
 */
export function writeAsic(prepared: PreparedAsic, { files, signature, modifiedAt }: AsicParts): AsyncIterable<Buffer> {
  const documents = prepared.files.map((measured): StoredEntry => {
    const file = files.find(({ name }) => name === measured.name);
    if (file === undefined) throw new AsicError('asic.fileChanged', measured.name);
    return { ...measured, read: file.read };
  });
  const entries = [
    inMemory(mimetypeName, Buffer.from(asicMimeType['ASiC-E'])),
    ...documents,
    inMemory(manifestName, prepared.manifest),
    inMemory(signatureName, signature),
  ];
  return writeZip(entries, modifiedAt);
}

function inMemory(name: string, bytes: Buffer): StoredEntry {
  return { name, sizeBytes: bytes.length, crc: crc32(bytes), read: () => once(bytes) };
}

async function* once(bytes: Buffer): AsyncIterable<Buffer> {
  yield await Promise.resolve(bytes);
}
