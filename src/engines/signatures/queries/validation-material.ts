import type { Queryable } from '#kernel/database.ts';

export type ValidationMaterial = { sha256: string; kind: 'certificate' | 'crl' | 'ocsp'; content: Buffer };

const MOST = 1000;

/** What the newest validation of a file rested on besides the file: certificates, revocation lists and OCSP answers, as they came. */
export async function validationMaterialOf(q: Queryable, sha256: string): Promise<ValidationMaterial[]> {
  const { rows } = await q.query(
    `select m.sha256, m.kind, m.content from signatures.validation_evidence e join signatures.validation_material m on m.sha256 = e.material_sha256
      where e.sha256 = $1 and e.validated_at = (select max(validated_at) from signatures.validation where sha256 = $1) order by m.kind, m.sha256 limit $2`,
    [sha256, MOST],
  );
  // safe because the statement selects exactly these columns
  return rows as ValidationMaterial[];
}
