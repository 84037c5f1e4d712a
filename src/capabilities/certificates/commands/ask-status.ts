import { z } from 'zod';
import { systemActor, type PersonActor } from '#kernel/actor.ts';
import { run, type CommandContext } from '#kernel/command.ts';
import { kernelErrors } from '#kernel/errors.ts';
import type { Id } from '#kernel/ids.ts';
import { outsideJob } from '#kernel/jobs.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { askCertificateStatus } from '#engines/signatures/index.ts';
import { getCertificate } from '../certificate-store.ts';
import { errors } from '../errors.ts';
import { abilitiesOnCertificate } from '../policy.ts';
import { noteStatus } from './note-status.ts';

export type CertificateKey = { agencyId: string; id: string };

/**
 * Has the authorities of certificates asked what these are worth now. The answers come by jobs; `askedAt` is how one follows them.
 * @throws certificates.notFound for one that the caller may not see · notAsked when all are of this installation or revoked · kernel.forbidden
 */
export async function askStatus(ctx: CommandContext, { keys }: { keys: readonly CertificateKey[] }): Promise<{ askedAt: Date; count: number }> {
  const { actor } = ctx;
  if (actor.kind !== 'person') throw kernelErrors.unauthenticated();
  // In one order, so that two who ask about the same at once wait for each other.
  const ordered = [...new Map(keys.map((key) => [`${key.agencyId} ${key.id}`, key])).entries()].sort(([a], [b]) => (a < b ? -1 : 1));
  const certificates: AskedCertificate[] = [];
  for (const [, key] of ordered) certificates.push(...(await getToAsk(ctx, actor, key)));
  if (certificates.length === 0) throw errors.notAsked();
  await openQuestions(ctx, certificates);
  return { askedAt: ctx.now, count: certificates.length };
}

/** None for a certificate of this installation and for one that is revoked: whoever selects a page need not sort those out. */
async function getToAsk(ctx: CommandContext, actor: PersonActor, key: CertificateKey): Promise<AskedCertificate[]> {
  const certificate = await getCertificate(ctx, actor, key, true);
  if (certificate.is_built_in || certificate.status === 'revoked') return [];
  if (!abilitiesOnCertificate(actor, certificate).includes('ask-status')) throw kernelErrors.forbidden();
  return [{ agencyId: certificate.agency_id, id: certificate.id, holder: certificate.holder_name, serial: certificate.serial }];
}

export type AskedCertificate = { agencyId: Id<'agency'>; id: string; holder: string; serial: string };

/** Marks certificates as asked about and queues the questions, each once however often it is asked. */
export async function openQuestions(ctx: CommandContext, certificates: readonly AskedCertificate[]): Promise<void> {
  await ctx.query(
    `update certificates.certificate c set asked_at = $3, asked_by = $4 from unnest($1::uuid[], $2::uuid[]) as k (agency_id, id) where c.agency_id = k.agency_id and c.id = k.id`,
    [certificates.map((each) => each.agencyId), certificates.map((each) => each.id), ctx.now, ctx.actor.kind === 'person' ? ctx.actor.personId : null],
  );
  for (const { agencyId, id, holder, serial } of certificates) {
    ctx.enqueue({ kind: 'certificates.ask-status', agencyId, payload: { id }, dedupeKey: id });
    if (ctx.actor.kind === 'person') ctx.record({ type: 'certificates.status-asked', agencyId, subject: { type: 'certificate', id }, data: { holder, serial } });
  }
}

/** Asks one authority about one certificate, outside any transaction, and notes what it said. Asked twice, it is noted twice with the same effect. */
export const askStatusJob = outsideJob({
  kind: 'certificates.ask-status',
  payload: z.object({ id: z.uuid() }),
  handle: async (kernel, { agencyId, payload: { id } }) => {
    const { rows } = await kernel.database.pool.query<{ content: Buffer }>(`select content from certificates.certificate where agency_id = $1 and id = $2 and not is_built_in`, [agencyId, id]);
    const [row] = rows;
    if (row === undefined) return;
    const answer = await askCertificateStatus(kernel, row.content);
    await run(kernel, noteStatus, { agencyId, id, answer }, { actor: systemActor('certificates') });
  },
});

/** Each certificate from elsewhere is asked about once a day as long as it may still change: in force or suspended, and not ended. */
const EVERY_MS = 20 * 3_600_000;
const BATCH = 500;

/** Opens the questions that are due. @returns how many, at most 500 */
export async function askDue(kernel: Kernel): Promise<number> {
  return run(kernel, openDue, undefined, { actor: systemActor('certificates') });
}

async function openDue(ctx: CommandContext): Promise<number> {
  // Whoever comes second finds the row asked about already, and leaves it.
  const { rows } = await ctx.query(
    `update certificates.certificate c set asked_at = $1, asked_by = null
       from (select agency_id, id from certificates.certificate
              where not is_built_in and status <> 'revoked' and valid_to > $1 and (asked_at is null or asked_at < $2)
              order by asked_at nulls first, agency_id, id limit ${String(BATCH)}) as due
      where c.agency_id = due.agency_id and c.id = due.id and (c.asked_at is null or c.asked_at < $2)
      returning c.agency_id as "agencyId", c.id, c.holder_name as holder, c.serial`,
    [ctx.now, new Date(ctx.now.getTime() - EVERY_MS)],
  );
  // safe because the statement selects exactly these columns
  const due = rows as AskedCertificate[];
  await openQuestions(ctx, due);
  return due.length;
}
