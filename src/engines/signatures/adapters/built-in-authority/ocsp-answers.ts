import { createHash } from 'node:crypto';
import type { CommandContext } from '#kernel/command.ts';
import type { Queryable } from '#kernel/database.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { parseCertificate } from '../../domain/pki/certificate.ts';
import { PkiError } from '../../domain/pki/errors.ts';
import { parseOcspRequest, type CertificateId, type CertificateStatus } from '../../domain/pki/ocsp.ts';
import { isOfIssuer, isUsualId, parseCertificateId, writeOcspFailure } from '../../domain/pki/ocsp-responder.ts';
import { isTokenAway, signOcspResponse } from './authority-key.ts';
import { readReason } from './insert-list.ts';
import { builtInAuthority, type AuthorityGeneration, type BuiltInAuthority } from './keys.ts';

/** An answer holds this long: verifiers may keep it, and a revocation reaches them after it at the latest. */
const HOLDS_MS = 3_600_000;
/** Answers that somebody asked for are signed anew when no more than this is left of them. */
const RENEW_BEFORE_MS = HOLDS_MS / 2;
/** Signed in one go; the rest has its turn at the next round. */
const BATCH = 500;
const ROUNDS = 20;

export type OcspReply = {
  body: Buffer;
  /** What a cache on the way may know of it; absent for an answer to one requester alone (with a nonce) and for failures. */
  cacheable?: { etag: string; thisUpdate: Date; nextUpdate: Date };
};

/**
 * Answers an OCSPRequest. A question about one certificate without nonce gets an answer that was signed before, if there is one (RFC 5019); a nonce is
 * answered live. A kept answer counts only while its state is the state of the certificate's row, so a revocation is in effect
 * with its commit, in every process.
 */
export async function answerOcsp(kernel: Kernel, request: Buffer): Promise<OcspReply> {
  try {
    const { ids, nonce } = parseOcspRequest(request);
    const [id] = ids;
    if (id === undefined) return { body: writeOcspFailure('malformedRequest') };
    const isKeepable = ids.length === 1 && nonce === undefined && isUsualId(id);
    const kept = isKeepable ? await findKept(kernel, id) : undefined;
    if (kept !== undefined) return withTimes(kept);
    return await answerLive(kernel, { ids, nonce, isKeepable });
  } catch (error) {
    if (error instanceof PkiError) return { body: writeOcspFailure('malformedRequest') };
    if (!isTokenAway(error)) throw error;
    kernel.log.warn({ err: error }, 'an OCSP answer could not be signed');
    return { body: writeOcspFailure('tryLater') };
  }
}

type Kept = { content: Buffer; thisUpdate: Date; nextUpdate: Date };

function withTimes({ content, thisUpdate, nextUpdate }: Kept): OcspReply {
  return { body: content, cacheable: { etag: createHash('sha256').update(content).digest('hex').slice(0, 32), thisUpdate, nextUpdate } };
}

const kept = {
  name: 'signatures.kept-ocsp-answer',
  text: `select answer.content, answer.this_update as "thisUpdate", answer.next_update as "nextUpdate", answer.is_asked as "isAsked"
           from signatures.ocsp_answer as answer join signatures.issued_certificate as issued using (serial)
          where answer.certificate_id = $1 and answer.state = issued.state and answer.next_update > $2`,
};

async function findKept(kernel: Kernel, id: CertificateId): Promise<Kept | undefined> {
  const { rows } = await kernel.database.prepared(kept, [id.raw, kernel.clock.now()]);
  // safe because the statement selects exactly these columns
  const [found] = rows as (Kept & { isAsked: boolean })[];
  if (found?.isAsked === false) await kernel.database.pool.query('update signatures.ocsp_answer set is_asked = true where certificate_id = $1', [id.raw]);
  return found;
}

type Question = { ids: readonly CertificateId[]; nonce: Buffer | undefined; isKeepable: boolean };

async function answerLive(kernel: Kernel, { ids, nonce, isKeepable }: Question): Promise<OcspReply> {
  const authority = await builtInAuthority(kernel);
  const responsible = responsibleFor(authority, ids) ?? authority;
  const statuses = await statusesOf(kernel.database.pool, responsible, ids);
  const now = wholeSecond(kernel.clock.now());
  const nextUpdate = new Date(now.getTime() + HOLDS_MS);
  const content = await sign(responsible, { ids, statuses, nonce, now, nextUpdate });
  const status = statuses.get(serialOf(ids[0]));
  if (!isKeepable || status === undefined) return { body: content };
  await keep(kernel.database.pool, [{ id: ids[0]?.raw, serial: serialOf(ids[0]), state: status.status === 'good' ? 'valid' : 'revoked', content }], { now, nextUpdate, isAsked: true });
  return withTimes({ content, thisUpdate: now, nextUpdate });
}

function responsibleFor({ generations }: BuiltInAuthority, ids: readonly CertificateId[]): AuthorityGeneration | undefined {
  return generations.find(({ issuing }) => ids.some((id) => isOfIssuer(id, issuing.certificate)));
}

type Signing = { ids: readonly CertificateId[]; statuses: ReadonlyMap<string, CertificateStatus>; nonce?: Buffer | undefined; now: Date; nextUpdate: Date };

function sign({ ocsp, issuing }: AuthorityGeneration, { ids, statuses, nonce, now, nextUpdate }: Signing): Promise<Buffer> {
  return signOcspResponse({ responder: ocsp, issuer: issuing.certificate, ids, statusOf: (id) => statuses.get(serialOf(id)) ?? { status: 'unknown' }, nonce, now, nextUpdate });
}

function serialOf(id: CertificateId | undefined): string {
  return id?.serial.toString('hex') ?? '';
}

function wholeSecond(instant: Date): Date {
  return new Date(Math.floor(instant.getTime() / 1000) * 1000);
}

/** What the register says of the serials that this very issuer gave; of any other it knows nothing. */
async function statusesOf(q: Queryable, { issuing }: AuthorityGeneration, ids: readonly CertificateId[]): Promise<Map<string, CertificateStatus>> {
  const own = ids.filter((id) => isOfIssuer(id, issuing.certificate));
  const { rows } = await q.query('select serial, certificate, revoked_at, reason from signatures.issued_certificate where serial = any($1)', [own.map(serialOf)]);
  // safe because the statement selects exactly these columns
  const found = rows as { serial: string; certificate: Buffer; revoked_at: Date | null; reason: string | null }[];
  return new Map(
    found
      .filter(({ certificate }) => parseCertificate(certificate).issuer.raw.equals(issuing.certificate.subject.raw))
      .map((row) => [row.serial, row.revoked_at === null ? { status: 'good' } : { status: 'revoked', revokedAt: row.revoked_at, reason: readReason(row.reason) }]),
  );
}

type NewAnswer = { id: Buffer | undefined; serial: string; state: 'valid' | 'revoked'; content: Buffer };

async function keep(q: Queryable, answers: readonly NewAnswer[], { now, nextUpdate, isAsked }: { now: Date; nextUpdate: Date; isAsked: boolean }): Promise<void> {
  await q.query(
    `insert into signatures.ocsp_answer (certificate_id, serial, state, content, this_update, next_update, is_asked)
     select *, $5::timestamptz, $6::timestamptz, $7::boolean from unnest($1::bytea[], $2::text[], $3::text[], $4::bytea[])
     on conflict (certificate_id) do update
        set state = excluded.state, content = excluded.content, this_update = excluded.this_update, next_update = excluded.next_update, is_asked = excluded.is_asked
      where ocsp_answer.this_update <= excluded.this_update`,
    [answers.map(({ id }) => id), answers.map(({ serial }) => serial), answers.map(({ state }) => state), answers.map(({ content }) => content), now, nextUpdate, isAsked],
  );
}

/** Forgets answers that a revocation made untrue, in the revoking transaction. They would not be given out any more either way. */
export async function dropOutdatedAnswers(ctx: CommandContext): Promise<void> {
  await ctx.query(
    `delete from signatures.ocsp_answer as answer using signatures.issued_certificate as issued
      where issued.serial = answer.serial and issued.state <> answer.state`,
  );
}

/**
 * Signs anew, before they end, the answers that somebody asked for since they were signed, and forgets those that ended unasked.
 * @returns how many were signed
 */
export async function signOcspAnswersAhead(kernel: Kernel): Promise<number> {
  await kernel.database.pool.query('delete from signatures.ocsp_answer where next_update <= $1 and not is_asked', [kernel.clock.now()]);
  let signed = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const count = await signBatch(kernel);
    signed += count;
    if (count < BATCH) break;
  }
  return signed;
}

async function signBatch(kernel: Kernel): Promise<number> {
  const authority = await builtInAuthority(kernel);
  const now = wholeSecond(kernel.clock.now());
  const nextUpdate = new Date(now.getTime() + HOLDS_MS);
  const { rows } = await kernel.database.pool.query<{ id: Buffer }>(
    'select certificate_id as id from signatures.ocsp_answer where is_asked and next_update < $1 order by next_update, certificate_id limit $2',
    [new Date(now.getTime() + RENEW_BEFORE_MS), BATCH],
  );
  const ids = rows.map(({ id }) => parseCertificateId(id));
  for (const generation of authority.generations) {
    const own = ids.filter((id) => isOfIssuer(id, generation.issuing.certificate));
    const statuses = await statusesOf(kernel.database.pool, generation, own);
    const answers: NewAnswer[] = [];
    for (const id of own) {
      const status = statuses.get(serialOf(id));
      if (status === undefined) continue;
      const content = await sign(generation, { ids: [id], statuses, now, nextUpdate });
      answers.push({ id: id.raw, serial: serialOf(id), state: status.status === 'good' ? 'valid' : 'revoked', content });
    }
    await keep(kernel.database.pool, answers, { now, nextUpdate, isAsked: false });
  }
  return ids.length;
}
