import type { PersonActor } from '#kernel/actor.ts';
import type { Queryable } from '#kernel/database.ts';
import { numberAndNotation } from '#engines/registers/index.ts';
import { validationOf } from '#engines/signatures/index.ts';
import type { CopyView, IncomingDetail } from '../contract.ts';
import { kindsOf, sourcesOf, type CopyKind, type Medium } from '../domain/copy-rules.ts';
import { mayCopy, type PolicySubject } from '../policy.ts';
import type { CopyRow } from '../tables.ts';

/** The copies of a document, the first first, and what the caller may make copies of. A sao y or sao lục that is there is not offered again. */
export async function copiesOf(q: Queryable, actor: PersonActor, document: PolicySubject & { id: string; medium: Medium }): Promise<IncomingDetail['copies']> {
  const { rows } = await q.query(`select * from incoming_documents.copy where agency_id = $1 and document_id = $2 and state <> 'withdrawn' order by created_at, id`, [document.agency_id, document.id]);
  // safe because the statement selects the table's own columns
  const copies = rows as CopyRow[];
  const list = await Promise.all(copies.map((copy) => viewOf(q, copy)));
  if (!mayCopy(actor, document)) return { list, choices: [] };
  const isThere = new Set<CopyKind>(copies.flatMap(({ state, kind }) => (state === 'sealed' && kind !== 'extract' ? [kind] : [])));
  return { list, choices: sourcesOf(document.medium).map((source) => ({ source, kinds: kindsOf(source).filter((kind) => !isThere.has(kind)) })) };
}

async function viewOf(q: Queryable, copy: CopyRow): Promise<CopyView> {
  return {
    id: copy.id,
    kind: copy.kind,
    source: copy.source,
    createdAt: copy.created_at.toISOString(),
    createdBy: copy.created_by,
    base: { fileId: copy.base_file_id, extractUploadId: copy.extract_upload_id },
    sealed: await sealedOf(q, copy),
  };
}

async function sealedOf(q: Queryable, copy: CopyRow): Promise<CopyView['sealed']> {
  const { file_id: fileId, sha256, number, notation, sealed_at: at } = copy;
  if (fileId === null || sha256 === null || number === null || notation === null || at === null) return null;
  const report = await validationOf(q, sha256);
  return {
    fileId,
    name: copy.name ?? '',
    sizeBytes: copy.size_bytes ?? 0,
    numberAndNotation: numberAndNotation(number, notation),
    at: at.toISOString(),
    by: copy.sealed_by ?? '',
    verdict: report?.indication ?? null,
  };
}

/** The SHA-256 of a copy's file; undefined while there is none. */
export async function findSealedFile(q: Queryable, key: { agencyId: string; documentId: string; copyId: string }): Promise<string | undefined> {
  const { rows } = await q.query(`select sha256 from incoming_documents.copy where agency_id = $1 and document_id = $2 and id = $3 and state = 'sealed'`, [key.agencyId, key.documentId, key.copyId]);
  // safe because the column is text
  return rows[0]?.['sha256'] as string | undefined;
}

/** The SHA-256 of the file with the arrival mark; undefined while there is none. */
export async function findStampedFile(q: Queryable, key: { agencyId: string; documentId: string }): Promise<string | undefined> {
  const { rows } = await q.query('select stamp_sha256 as sha256 from incoming_documents.document where agency_id = $1 and id = $2', [key.agencyId, key.documentId]);
  // safe because the column is text
  return (rows[0]?.['sha256'] as string | null | undefined) ?? undefined;
}
