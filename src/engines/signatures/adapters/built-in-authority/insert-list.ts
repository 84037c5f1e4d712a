import type { CommandContext } from '#kernel/command.ts';
import { revocationReasons, type RevocationReason } from '../../domain/pki/crl.ts';
import type { RevokedCertificate } from '../../domain/pki/revocation-list.ts';
import { installation } from '../../events.ts';
import type { Tables } from '../../tables.gen.ts';
import { signRevocationList, type AuthorityKey } from './authority-key.ts';

export type ListIssuer = 'issuing' | 'root';

const LIST_LOCK = 7_249_102;

export type NewList = { issuer: ListIssuer; generation: number; authority: AuthorityKey; holdsMs: number };

/** One list after another: whoever waits here reads the numbers and revocations of whoever was first. */
export async function takeTurn(ctx: CommandContext): Promise<void> {
  await ctx.query('select pg_advisory_xact_lock($1)', [LIST_LOCK]);
}

/**
 * Signs and keeps the next list of an issuer, with everything that it ever revoked. Numbers grow by one and times never go back, whichever
 * of two transactions began first (RFC 5280 section 5.2.3). @returns its number
 * @throws signatures.authorityTokenUnavailable, when nothing is lost: the list is made at the next round
 */
export async function insertRevocationList(ctx: CommandContext, { issuer, generation, authority, holdsMs }: NewList): Promise<number> {
  await takeTurn(ctx);
  const { rows } = await ctx.query('select coalesce(max(number), 0) + 1 as number, max(issued_at) as latest from signatures.revocation_list where issuer = $1', [issuer]);
  // safe because the statement selects exactly these columns
  const { number, latest } = rows[0] as { number: number; latest: Date | null };
  const issuedAt = latest !== null && latest > ctx.now ? latest : ctx.now;
  const nextUpdate = new Date(issuedAt.getTime() + holdsMs);
  const revoked = await revokedUnder(ctx, issuer, authority);
  const content = await signRevocationList(authority, { number: BigInt(number), now: issuedAt, nextUpdate, revoked });
  await ctx.tables<Tables>().insertInto('signatures.revocation_list').values({ issuer, generation, number, issued_at: issuedAt, next_update: nextUpdate, content }).execute();
  ctx.record({
    type: 'signatures.revocation-list-published',
    agencyId: installation,
    subject: { type: 'authority', id: installation },
    data: { issuer, number, revoked: revoked.length },
  });
  return number;
}

/** All that an issuer ever revoked, expired ones too: the list says that it keeps them, and old signatures depend on it. */
export async function revokedUnder(q: Pick<CommandContext, 'query'>, issuer: ListIssuer, authority: { certificate: { subject: { raw: Buffer } } }): Promise<RevokedCertificate[]> {
  // Generations have different names, and each certificate carries its issuer's as it is encoded.
  const { rows } = await q.query(
    `select serial, revoked_at, reason from signatures.issued_certificate
      where state = 'revoked' and (purpose = 'issuing') = $1 and position($2::bytea in certificate) > 0 order by revoked_at, serial`,
    [issuer === 'root', authority.certificate.subject.raw],
  );
  // safe because the statement selects exactly these columns
  const found = rows as { serial: string; revoked_at: Date; reason: string | null }[];
  return found.map(({ serial, revoked_at, reason }) => ({ serial: Buffer.from(serial, 'hex'), revokedAt: revoked_at, reason: readReason(reason) }));
}

export function readReason(text: string | null): RevocationReason {
  // safe because the key was just found in the table
  return text !== null && Object.hasOwn(revocationReasons, text) ? (text as RevocationReason) : 'unspecified';
}
