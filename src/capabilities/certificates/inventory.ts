import type { CommandContext } from '#kernel/command.ts';
import { newId, type Id } from '#kernel/ids.ts';
import { toTsvector } from '#kernel/search-text.ts';
import { closeTasks } from '#engines/cases/index.ts';
import type { CertificateFacts } from '#engines/signatures/index.ts';
import type { HolderKind } from './contract.ts';

export type NewCertificate = {
  agencyId: Id<'agency'>;
  holderKind: HolderKind;
  facts: CertificateFacts;
  personId: string | null;
  credentialId: string | null;
  isBuiltIn: boolean;
  addedBy: string;
};

/**
 * Adds certificates to the inventories of their agencies, set by set. One that an agency has already is left as it is, but learns of its key
 * when that comes later.
 * @returns the ids of the new ones by agency and fingerprint.
 */
export async function addCertificates(ctx: CommandContext, certificates: readonly NewCertificate[]): Promise<Map<string, Id<'certificate'>>> {
  const rows = certificates.map((each) => ({ ...each, id: newId<'certificate'>() }));
  const { rows: inserted } = await ctx.query(
    `insert into certificates.certificate (agency_id, id, holder_kind, holder_name, person_id, credential_id, issuer_name, issuer, subject, serial,
       fingerprint, content, is_built_in, valid_from, valid_to, status, status_source, search, added_at, added_by)
     select c.agency_id, c.id, c.holder_kind, c.holder_name, c.person_id, c.credential_id, c.issuer_name, c.issuer, c.subject, c.serial,
       c.fingerprint, decode(c.content, 'base64'), c.is_built_in, c.valid_from, c.valid_to, 'active', case when c.is_built_in then 'own' else 'none' end,
       c.search::tsvector, $2::timestamptz, c.added_by
       from jsonb_to_recordset($1) as c (agency_id uuid, id uuid, holder_kind text, holder_name text, person_id uuid, credential_id uuid, issuer_name text,
         issuer text, subject text, serial text, fingerprint text, content text, is_built_in boolean, valid_from timestamptz, valid_to timestamptz,
         search text, added_by text)
     on conflict (agency_id, fingerprint) do update
        set credential_id = excluded.credential_id, person_id = coalesce(excluded.person_id, certificate.person_id)
      where certificate.credential_id is null and excluded.credential_id is not null
     returning agency_id, id, fingerprint`,
    [JSON.stringify(rows.map(columnsOf)), ctx.now],
  );
  const fresh = new Set(rows.map((row) => row.id));
  // safe because the statement returns exactly these columns
  const returned = inserted as { agency_id: string; id: Id<'certificate'>; fingerprint: string }[];
  const added = returned.filter((row) => fresh.has(row.id));
  await endRenewals(ctx, added);
  return new Map(added.map((row) => [keyOf(row.agency_id, row.fingerprint), row.id]));
}

/**
 * Whoever has a certificate that lasts longer need not get another one in place of the one before, which ends or was revoked. Where it is known of
 * both whose they are, that decides; else the name does, which two people may share.
 */
async function endRenewals(ctx: CommandContext, newer: readonly { agency_id: string; id: string }[]): Promise<void> {
  const { rows } = await ctx.query(
    `select distinct c.agency_id as "agencyId", c.id from unnest($1::uuid[], $2::uuid[]) as f (agency_id, id)
       join certificates.certificate n on n.agency_id = f.agency_id and n.id = f.id
       join certificates.certificate c on c.agency_id = n.agency_id and c.holder_kind = n.holder_kind and c.valid_to < n.valid_to
        and case when c.person_id is null or n.person_id is null then c.holder_name = n.holder_name else c.person_id = n.person_id end
      where c.warned_days is not null or c.status <> 'active'`,
    [newer.map((row) => row.agency_id), newer.map((row) => row.id)],
  );
  const kinds = ['certificates.renew', 'certificates.withdrawn'];
  // safe because the column holds agency ids only
  await closeTasks(ctx, rows.flatMap((row) => kinds.map((kind) => ({ agencyId: row['agencyId'] as Id<'agency'>, subject: { type: 'certificate', id: String(row['id']) }, kind }))), 'done');
}

/** How one certificate of one agency is found in the result of `addCertificates`. */
export function keyOf(agencyId: string, fingerprint: string): string {
  return `${agencyId} ${fingerprint}`;
}

function columnsOf({ agencyId, id, holderKind, facts, personId, credentialId, isBuiltIn, addedBy }: NewCertificate & { id: string }) {
  return {
    agency_id: agencyId,
    id,
    holder_kind: holderKind,
    holder_name: facts.holderName.slice(0, 300),
    person_id: personId,
    credential_id: credentialId,
    issuer_name: facts.issuerName,
    issuer: facts.issuer,
    subject: facts.subject,
    serial: facts.serial,
    fingerprint: facts.fingerprint,
    content: facts.content.toString('base64'),
    is_built_in: isBuiltIn,
    valid_from: facts.validFrom.toISOString(),
    valid_to: facts.validTo.toISOString(),
    search: toTsvector(`${facts.holderName} ${facts.issuerName} ${facts.serial} ${facts.subject}`),
    added_by: addedBy,
  };
}
