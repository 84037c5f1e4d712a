import type { CommandContext } from '#kernel/command.ts';
import { closeTasks, openTasks, openTasksOf } from '#engines/cases/index.ts';
import { lockForKeeper, type StoredCertificate } from '../certificate-store.ts';
import type { DeclineReason } from '../contract.ts';
import { errors } from '../errors.ts';
import { maySayRenewal, RENEWAL } from '../policy.ts';
import { renewalTasks } from '../renewal-tasks.ts';

type Key = { agencyId: string; id: string };

/**
 * Whoever keeps the inventory says that a certificate is not to be renewed, and why. The task ends for everybody, and no reminder of the end
 * comes any more; the certificate stays as it is, and the word can be taken back while it lives.
 * @throws certificates.notFound · kernel.forbidden · noRenewalWaits also when a colleague was first · renewalAsked
 */
export async function declineRenewal(ctx: CommandContext, { reason, note, ...key }: Key & { reason: DeclineReason; note: string | null }): Promise<void> {
  const { actor, certificate } = await lockForKeeper(ctx, key);
  const what = subjectOf(certificate);
  if (!maySayRenewal(certificate, await openTasksOf(ctx, what), ctx.now).includes('decline-renewal')) throw errors.noRenewalWaits();
  await assertNotAsked(ctx, certificate);
  await ctx.query(
    `update certificates.certificate set renewal_declined_at = $3, renewal_declined_by = $4, renewal_declined_reason = $5, renewal_declined_note = $6
      where agency_id = $1 and id = $2`,
    [certificate.agency_id, certificate.id, ctx.now, actor.name, reason, note],
  );
  await closeTasks(ctx, [{ ...what, kind: RENEWAL }], 'cancelled');
  ctx.record({ type: 'certificates.renewal-declined', ...what, data: { holder: certificate.holder_name, serial: certificate.serial, reason, note: note ?? '' } });
}

/**
 * The certificate is to be renewed after all: what was to be done waits again at once, and the reminders come as the end draws nearer.
 * @throws certificates.notFound · kernel.forbidden · renewalNotDeclined also when it has ended meanwhile
 */
export async function resumeRenewal(ctx: CommandContext, key: Key): Promise<void> {
  const { certificate } = await lockForKeeper(ctx, key);
  const what = subjectOf(certificate);
  if (!maySayRenewal(certificate, [], ctx.now).includes('resume-renewal')) throw errors.renewalNotDeclined();
  await ctx.query(
    `update certificates.certificate set renewal_declined_at = null, renewal_declined_by = null, renewal_declined_reason = null, renewal_declined_note = null
      where agency_id = $1 and id = $2`,
    [certificate.agency_id, certificate.id],
  );
  await openTasks(ctx, await renewalTasks(ctx, certificate));
  ctx.record({ type: 'certificates.renewal-resumed', ...what, data: { holder: certificate.holder_name, serial: certificate.serial } });
}

/** What was asked of the province is taken back first: two words against each other help nobody. */
async function assertNotAsked(ctx: CommandContext, certificate: StoredCertificate): Promise<void> {
  const { rows } = await ctx.query(
    `select from certificates.request where agency_id = $1 and certificate_id = $2 and kind = 'renew' and state in ('submitted', 'approved') limit 1`,
    [certificate.agency_id, certificate.id],
  );
  if (rows.length > 0) throw errors.renewalAsked();
}

function subjectOf(certificate: StoredCertificate) {
  return { agencyId: certificate.agency_id, subject: { type: 'certificate', id: certificate.id } };
}
