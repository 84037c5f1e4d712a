import type { Queryable } from '#kernel/database.ts';
import { describeKey, parseCertificate, type Certificate } from '../../domain/pki/certificate.ts';
import type { AuthorityRole } from './kept-keys.ts';

export type AuthorityState = {
  keys: { role: AuthorityRole; generation: number; certificate: Certificate; /** Its kind of key in words. */ keyKind: string; /** False for a root whose key left the machine. */ isHere: boolean; /** The token that has it, as SIGNING_SERVICES names it. */ holder: string | null }[];
  /** The newest list of each issuer and generation. */
  lists: { issuer: 'issuing' | 'root'; generation: number; number: number; issuedAt: Date; nextUpdate: Date }[];
  /** Certificates of people and agencies. */
  issued: { valid: number; revoked: number; ended: number };
};

/** What there is of the built-in authority, without opening a key. Everything is empty before the first one is made. */
export async function authorityState(q: Queryable, now: Date): Promise<AuthorityState> {
  const keys = await q.query('select role, generation, certificate, container is not null or holder is not null as "isHere", holder from signatures.authority_key order by role, generation');
  const lists = await q.query(
    `select distinct on (issuer, generation) issuer, generation, number, issued_at as "issuedAt", next_update as "nextUpdate"
       from signatures.revocation_list order by issuer, generation, number desc`,
  );
  const issued = await q.query(
    `select count(*) filter (where state = 'valid' and valid_to > $1) as valid, count(*) filter (where state = 'revoked') as revoked,
            count(*) filter (where state = 'valid' and valid_to <= $1) as ended
       from signatures.issued_certificate where purpose in ('person', 'agency')`,
    [now],
  );
  // safe because the statements select exactly these columns
  return {
    keys: (keys.rows as { role: AuthorityRole; generation: number; certificate: Buffer; isHere: boolean; holder: string | null }[]).map((row) => {
      const certificate = parseCertificate(row.certificate);
      return { ...row, certificate, keyKind: describeKey(certificate).text };
    }),
    lists: lists.rows as AuthorityState['lists'],
    issued: issued.rows[0] as AuthorityState['issued'],
  };
}
