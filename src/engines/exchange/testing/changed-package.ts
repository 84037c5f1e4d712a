import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { Kernel } from '#kernel/kernel.ts';
import { sealedContainer } from '#engines/signatures/index.ts';
import type { AsicFile } from '#engines/signatures/domain/asic/index.ts';
import { readContainer } from '#engines/signatures/offline.ts';
import { evidenceLog, evidenceManifest, type EvidenceLog, type EvidenceManifest } from '../evidence/format.ts';
import { collected } from './signed-letter.ts';

export type PackageParts = Map<string, Buffer>;

/** What is changed in a package; its list fits the parts again afterwards. */
export type PackageChange = { set?: Record<string, Buffer>; drop?: string[]; manifest?: (manifest: EvidenceManifest) => object };

/** The parts of a package by their names. */
export async function partsOf(bytes: Buffer): Promise<PackageParts> {
  const container = await readContainer(bytes);
  assert.ok(container);
  return new Map(container.members.map(({ name, content }) => [name, content ?? Buffer.alloc(0)]));
}

const isMachinery = (name: string): boolean => name === 'mimetype' || name.startsWith('META-INF/');
export const manifestOf = (of: PackageParts): EvidenceManifest => evidenceManifest.parse(JSON.parse(String(of.get('evidence.json'))));
export const logOf = (of: PackageParts): EvidenceLog => evidenceLog.parse(JSON.parse(String(of.get('log/entries.json'))));

/** The files of a package whose list fits them again after the change. */
export function changedFiles(parts: PackageParts, change: PackageChange): AsicFile[] {
  const changed = new Map([...parts, ...Object.entries(change.set ?? {})].filter(([name]) => !isMachinery(name) && name !== 'evidence.json' && change.drop?.includes(name) !== true));
  const list = [...changed].map(([name, content]) => ({ name, sha256: createHash('sha256').update(content).digest('hex'), sizeBytes: content.length }));
  const manifest = manifestOf(parts);
  const told = Buffer.from(JSON.stringify({ ...manifest, parts: list, ...change.manifest?.(manifest) }));
  return [['evidence.json', change.set?.['evidence.json'] ?? told] as const, ...changed].map(([name, content]) => ({ name, mimeType: 'application/octet-stream', read: () => once(content) }));
}

/** What somebody makes who has the installation's seal and changes what is in the package: its parts fit one another. */
export async function sealedAgain(kernel: Kernel, parts: PackageParts, change: PackageChange): Promise<Buffer> {
  return collected(await sealedContainer(kernel, { files: changedFiles(parts, change), modifiedAt: new Date(manifestOf(parts).madeAt) }));
}

export async function* once(bytes: Buffer): AsyncIterable<Buffer> {
  yield await Promise.resolve(bytes);
}
