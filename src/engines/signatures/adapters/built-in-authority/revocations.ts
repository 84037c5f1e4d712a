import { systemActor } from '#kernel/actor.ts';
import { run, type CommandContext } from '#kernel/command.ts';
import type { Queryable } from '#kernel/database.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { revocationReasons, type RevocationReason } from '../../domain/pki/crl.ts';
import type { CertificateId, CertificateStatus } from '../../domain/pki/ocsp.ts';
import { parseOcspRequest } from '../../domain/pki/ocsp.ts';
import { writeOcspFailure, writeOcspResponse } from '../../domain/pki/ocsp-responder.ts';
import { writeRevocationList } from '../../domain/pki/revocation-list.ts';
import { PkiError } from '../../domain/pki/errors.ts';
import { installation } from '../../events.ts';
import type { Tables } from '../../tables.ts';
import { builtInAuthority } from './keys.ts';

const DAY_MS = 86_400_000;
const LIST_LOCK = 7_249_102;

/** How long a list holds, and how old it may get before the next one is published. The root revokes almost never. */
const lives = { issuing: { holdsMs: 7 * DAY_MS, renewMs: DAY_MS }, root: { holdsMs: 180 * DAY_MS, renewMs: 60 * DAY_MS } } as const;

export type ListIssuer = keyof typeof lives;

/** An answer holds this long: verifiers may keep it, and a revocation reaches them after it at the latest. */
const OCSP_HOLDS_MS = 3_600_000;

/** Publishes the next revocation list of an issuer, with everything that is revoked at this moment. */
export async function publishRevocationList(ctx: CommandContext, { issuer }: { issuer: ListIssuer }): Promise<void> {
  const authority = await builtInAuthority(ctx.kernel);
  await ctx.query('select pg_advisory_xact_lock($1)', [LIST_LOCK]);
  const { rows } = await ctx.query('select coalesce(max(number), 0) + 1 as number from signatures.revocation_list where issuer = $1', [issuer]);
  const number = Number(rows[0]?.['number']);
  const revoked = await ctx
    .tables<Tables>()
    .selectFrom('signatures.issued_certificate')
    .select(['serial', 'revoked_at', 'reason'])
    .where('state', '=', 'revoked')
    .where('purpose', issuer === 'root' ? 'in' : 'not in', ['issuing'])
    // Expired certificates leave the list (RFC 5280 section 3.3).
    .where('valid_to', '>', ctx.now)
    .orderBy('revoked_at')
    .orderBy('serial')
    .execute();
  const nextUpdate = new Date(ctx.now.getTime() + lives[issuer].holdsMs);
  const content = writeRevocationList(authority[issuer], {
    number: BigInt(number),
    now: ctx.now,
    nextUpdate,
    revoked: revoked.map((row) => ({ serial: Buffer.from(row.serial, 'hex'), revokedAt: row.revoked_at ?? ctx.now, reason: readReason(row.reason) })),
  });
  await ctx.tables<Tables>().insertInto('signatures.revocation_list').values({ issuer, number, issued_at: ctx.now, next_update: nextUpdate, content }).execute();
  ctx.record({
    type: 'signatures.revocation-list-published',
    agencyId: installation,
    subject: { type: 'authority', id: installation },
    data: { issuer, number, revoked: revoked.length },
  });
}

/** Publishes the lists whose turn has come. */
export async function publishDueRevocationLists(kernel: Kernel): Promise<void> {
  for (const issuer of ['issuing', 'root'] as const) {
    const latest = await findLatestList(kernel.database.pool, issuer);
    const isDue = latest === undefined || kernel.clock.now().getTime() - latest.issuedAt.getTime() >= lives[issuer].renewMs;
    if (isDue) await run(kernel, publishRevocationList, { issuer }, { actor: systemActor('signatures.publish-revocation-lists') });
  }
}

/** The list in force; the first one is made when somebody asks for it. */
export async function currentRevocationList(kernel: Kernel, issuer: ListIssuer): Promise<Buffer> {
  const latest = await findLatestList(kernel.database.pool, issuer);
  if (latest !== undefined && latest.nextUpdate > kernel.clock.now()) return latest.content;
  await run(kernel, publishRevocationList, { issuer }, { actor: systemActor('signatures.publish-revocation-lists') });
  const made = await findLatestList(kernel.database.pool, issuer);
  if (made === undefined) throw new Error('the revocation list vanished while it was being published');
  return made.content;
}

type LatestList = { content: Buffer; issuedAt: Date; nextUpdate: Date };

async function findLatestList(q: Queryable, issuer: ListIssuer): Promise<LatestList | undefined> {
  const { rows } = await q.query(
    `select content, issued_at as "issuedAt", next_update as "nextUpdate" from signatures.revocation_list
      where issuer = $1 order by number desc limit 1`,
    [issuer],
  );
  // safe because the statement selects exactly these columns
  return rows[0] as LatestList | undefined;
}

/** Answers an OCSPRequest from the table of issued certificates, so a revocation counts from its commit on. */
export async function answerOcsp(kernel: Kernel, request: Buffer): Promise<Buffer> {
  try {
    const { ids, nonce } = parseOcspRequest(request);
    const authority = await builtInAuthority(kernel);
    const statuses = await statusesOf(kernel.database.pool, ids);
    const now = kernel.clock.now();
    return writeOcspResponse({
      responder: authority.ocsp,
      issuer: authority.issuing.certificate,
      ids,
      statusOf: (id) => statuses.get(id.serial.toString('hex')) ?? { status: 'unknown' },
      nonce,
      now,
      nextUpdate: new Date(now.getTime() + OCSP_HOLDS_MS),
    });
  } catch (error) {
    if (error instanceof PkiError) return writeOcspFailure('malformedRequest');
    throw error;
  }
}

async function statusesOf(q: Queryable, ids: readonly CertificateId[]): Promise<Map<string, CertificateStatus>> {
  const { rows } = await q.query('select serial, state, revoked_at, reason from signatures.issued_certificate where serial = any($1)', [
    ids.map((id) => id.serial.toString('hex')),
  ]);
  return new Map(
    // safe because the statement selects exactly these columns
    (rows as { serial: string; state: string; revoked_at: Date | null; reason: string | null }[]).map((row) => [
      row.serial,
      row.revoked_at === null ? { status: 'good' } : { status: 'revoked', revokedAt: row.revoked_at, reason: readReason(row.reason) },
    ]),
  );
}

export function readReason(text: string | null): RevocationReason {
  // safe because the key was just found in the table
  return text !== null && Object.hasOwn(revocationReasons, text) ? (text as RevocationReason) : 'unspecified';
}
