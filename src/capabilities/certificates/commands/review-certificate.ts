import type { CommandContext } from '#kernel/command.ts';
import { kernelErrors } from '#kernel/errors.ts';
import { closeTasks, openTasksOf } from '#engines/cases/index.ts';
import { getCertificate } from '../certificate-store.ts';
import { errors } from '../errors.ts';
import { mayReview, reviewable } from '../policy.ts';

/**
 * Somebody has considered a certificate whose holder left, or which its authority withdrew, and nothing more is to be done: the person keeps it,
 * nobody wants another one. What waited ends with the reason in the record; the certificate stays as it is. News about it is a task again.
 * @throws certificates.notFound · kernel.forbidden · nothingToReview also when a colleague was first
 */
export async function reviewCertificate(ctx: CommandContext, { reason, ...key }: { agencyId: string; id: string; reason: string }): Promise<void> {
  const { actor } = ctx;
  if (actor.kind !== 'person') throw kernelErrors.unauthenticated();
  // Locked, so that of two who review at once the second finds what the first did.
  const certificate = await getCertificate(ctx, actor, key, true);
  if (!mayReview(actor, certificate)) throw kernelErrors.forbidden();
  const what = { agencyId: certificate.agency_id, subject: { type: 'certificate', id: certificate.id } };
  const tasks = reviewable(actor, certificate, await openTasksOf(ctx, what));
  if (tasks.length === 0) throw errors.nothingToReview();
  await closeTasks(ctx, tasks.map((task) => ({ ...what, ...task })), 'done');
  ctx.record({
    type: 'certificates.certificate-reviewed',
    ...what,
    data: { holder: certificate.holder_name, serial: certificate.serial, reason, tasks: [...new Set(tasks.map((task) => task.kind))] },
  });
}
