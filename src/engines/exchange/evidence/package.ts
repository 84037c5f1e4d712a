import { createHash } from 'node:crypto';
import type { Kernel } from '#kernel/kernel.ts';
import { openBytes } from '#engines/files/index.ts';
import { sealedContainer, type AsicFile, type ValidationMaterial } from '#engines/signatures/index.ts';
import { partNames, VERSION, type EvidenceManifest } from './format.ts';
import { gatherEvidence, type Evidence, type EvidenceOf, type HeldReceipt } from './gather.ts';
import { readmeText } from './readme.ts';

export type EvidencePackage = { fileName: string; body: AsyncIterable<Buffer>; /** What it is about, for the record. */ about: { envelopeId: string; subject: { type: string; id: string } } };

/** A part of the package with what the manifest says of it. */
type Part = { name: string; sha256: string; sizeBytes: number; mimeType: string; read: () => AsyncIterable<Uint8Array> };

/**
 * The evidence package of an envelope (see README): one ASiC-E container with the document's files, the envelope, the receipts, the entries of
 * the record with their proofs, and the material that the signatures rest on, sealed and time-stamped by the installation. It verifies by
 * itself, see `verifyEvidence`.
 * @throws as `gatherEvidence` and `sealedContainer`; `files.notStored` when a file is gone from the store
 */
export async function evidencePackage(kernel: Kernel, of: EvidenceOf): Promise<EvidencePackage> {
  const evidence = await gatherEvidence(kernel, of);
  // To the even second, which is the finest that a ZIP can say: the verifier writes the container again and compares.
  const madeAt = new Date(Math.floor(kernel.clock.now().getTime() / 2000) * 2000);
  const documents = documentParts(kernel, evidence);
  const receipts = evidence.receipts.map((held, index) => textPart(`${partNames.folders.receipts}${numbered(index)}-${held.status}.txt`, held.receipt));
  const reports = [...evidence.reports].map(([sha256, { report }]) => jsonPart(`${partNames.folders.reports}${sha256}.json`, report));
  const parts = [
    ...documents,
    textPart(partNames.envelope, evidence.original, 'application/json'),
    ...receipts,
    jsonPart(partNames.receiptKeys, { keys: evidence.keys }),
    jsonPart(partNames.log, evidence.log),
    ...reports,
    ...materialParts(evidence),
    textPart(partNames.readme, readmeText(evidence, madeAt)),
  ];
  const manifest = manifestOf(evidence, { madeAt, documents, receipts, parts });
  const files = [jsonPart(partNames.manifest, manifest), ...parts].map(({ name, mimeType, read }): AsicFile => ({ name, mimeType, read }));
  const about = { envelopeId: evidence.envelope.envelopeId, subject: evidence.subject };
  return { fileName: fileNameOf(evidence), body: await sealedContainer(kernel, { files, modifiedAt: madeAt }), about };
}

type Described = { madeAt: Date; documents: readonly Part[]; receipts: readonly Part[]; parts: readonly Part[] };

function manifestOf(evidence: Evidence, { madeAt, documents, receipts, parts }: Described): EvidenceManifest {
  const { envelope } = evidence;
  const { code, number, notation, issuedOn, typeName, summary, senderName } = envelope.document;
  return {
    format: 'lienthong-evidence',
    version: VERSION,
    madeAt: madeAt.toISOString(),
    side: evidence.side,
    agency: evidence.agency,
    envelopeId: envelope.envelopeId,
    contentHash: evidence.contentHash,
    document: { code, number, notation, issuedOn, typeName, summary, senderName },
    files: envelope.files.map(({ sha256, name }, index) => ({
      part: documents[index]?.name ?? '',
      sha256,
      name,
      report: evidence.reports.has(sha256) ? `${partNames.folders.reports}${sha256}.json` : null,
    })),
    recipientAgencyId: evidence.recipientAgencyId,
    receipts: evidence.receipts.map((held, index) => ({ part: receipts[index]?.name ?? '', ...listedAnswer(held) })),
    unsigned: evidence.unsigned.map(listedAnswer),
    parts: parts.map(({ name, sha256, sizeBytes }) => ({ name, sha256, sizeBytes })),
  };
}

function listedAnswer({ recipientName, ordinal, status, at, recipient }: HeldReceipt): EvidenceManifest['unsigned'][number] {
  return { recipientName, ordinal, status, at: at.toISOString(), recipient };
}

/** The files under names that any system can write; what they were called stands in the manifest. */
function documentParts(kernel: Kernel, { envelope }: Evidence): Part[] {
  return envelope.files.map(({ sha256, sizeBytes, mediaType, name }, index) => {
    const extension = /\.[A-Za-z0-9]{1,8}$/.exec(name)?.[0].toLowerCase() ?? '';
    return { name: `${partNames.folders.files}${numbered(index)}${extension}`, sha256, sizeBytes, mimeType: mediaType, read: () => storedBytes(kernel, sha256) };
  });
}

async function* storedBytes(kernel: Kernel, sha256: string): AsyncIterable<Uint8Array> {
  // safe because the store's streams carry bytes
  for await (const piece of await openBytes(kernel, sha256)) yield piece as Uint8Array;
}

const extensions: Record<ValidationMaterial['kind'], string> = { certificate: 'cer', crl: 'crl', ocsp: 'ocsp' };

/** What several files' signatures rest on stands once. */
function materialParts({ reports }: Evidence): Part[] {
  const all = new Map([...reports.values()].flatMap(({ material }) => material.map((each) => [each.sha256, each] as const)));
  return [...all.values()].map(({ sha256, kind, content }) => bytesPart(`${partNames.folders.material}${sha256}.${extensions[kind]}`, content, 'application/octet-stream'));
}

function jsonPart(name: string, value: unknown): Part {
  return textPart(name, `${JSON.stringify(value, null, 1)}\n`, 'application/json');
}

function textPart(name: string, text: string, mimeType = 'text/plain'): Part {
  return bytesPart(name, Buffer.from(text, 'utf8'), mimeType);
}

function bytesPart(name: string, bytes: Buffer, mimeType: string): Part {
  return { name, sha256: createHash('sha256').update(bytes).digest('hex'), sizeBytes: bytes.length, mimeType, read: () => once(bytes) };
}

async function* once(bytes: Buffer): AsyncIterable<Buffer> {
  yield await Promise.resolve(bytes);
}

function numbered(index: number): string {
  return String(index + 1).padStart(3, '0');
}

function fileNameOf({ envelope, side }: Evidence): string {
  const { number, notation } = envelope.document;
  return `chung-cu-${number}-${notation}-${side === 'sender' ? 'noi-gui' : 'noi-nhan'}.asice`.replace(/[^\p{L}\p{N}.-]+/gu, '-');
}
