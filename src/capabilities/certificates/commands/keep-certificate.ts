import type { CommandContext } from '#kernel/command.ts';
import { closeTasks } from '#engines/cases/index.ts';
import { postsOfPerson, type PersonId } from '#engines/identity/index.ts';
import { noteForeignStatus } from '#engines/signatures/index.ts';
import { startOfVietnamDay, vietnamDay, type CalendarDay } from '#kernel/time.ts';
import { lockForAction, type StoredCertificate } from '../certificate-store.ts';
import { errors } from '../errors.ts';

type Key = { agencyId: string; id: string };

/** Sets what no certificate says: the number of the token, a note, and whose it is among the agency's people. */
export async function editCertificate(ctx: CommandContext, input: Key & { tokenSerial: string | null; note: string | null; personId: string | null }): Promise<void> {
  const { certificate } = await lockForAction(ctx, input, 'edit');
  if (input.personId !== null && input.personId !== certificate.person_id) await assertWorksThere(ctx, certificate, input.personId);
  await ctx.query('update certificates.certificate set token_serial = $3, note = $4, person_id = $5 where agency_id = $1 and id = $2', [
    certificate.agency_id,
    certificate.id,
    input.tokenSerial,
    input.note,
    input.personId,
  ]);
  say(ctx, 'certificates.certificate-edited', certificate, { tokenSerial: input.tokenSerial ?? '' });
}

async function assertWorksThere(ctx: CommandContext, certificate: StoredCertificate, personId: string): Promise<void> {
  // safe because it is only compared with the directory's ids
  const posts = await postsOfPerson(ctx, personId as PersonId, vietnamDay(ctx.now));
  if (!posts.some((post) => post.agencyId === certificate.agency_id)) throw errors.personNotThere();
}

/** Records that another authority revoked a certificate, as its notice says; whoever signs here with its key does so no more. */
export async function markRevoked(ctx: CommandContext, input: Key & { revokedOn: CalendarDay; reason: string }): Promise<void> {
  const { certificate } = await lockForAction(ctx, input, 'mark-revoked');
  await ctx.query(
    `update certificates.certificate set status = 'revoked', revoked_at = $3, revoked_reason = $4, status_source = 'person', status_checked_at = $5
      where agency_id = $1 and id = $2`,
    [certificate.agency_id, certificate.id, startOfVietnamDay(input.revokedOn), input.reason, ctx.now],
  );
  if (certificate.credential_id !== null) {
    const revoked = { at: startOfVietnamDay(input.revokedOn), reason: 'unspecified' };
    await noteForeignStatus(ctx, { agencyId: certificate.agency_id, credentialId: certificate.credential_id, revoked });
  }
  await closeTasks(ctx, [{ agencyId: certificate.agency_id, subject: { type: 'certificate', id: certificate.id } }], 'done');
  say(ctx, 'certificates.revocation-noted', certificate, { reason: input.reason, revokedOn: input.revokedOn });
}

/** Takes a certificate that was listed by mistake out of the inventory; the record keeps that it was there. */
export async function removeCertificate(ctx: CommandContext, input: Key): Promise<void> {
  const { certificate } = await lockForAction(ctx, input, 'remove');
  const asked = await ctx.query('select from certificates.request where agency_id = $1 and certificate_id = $2 limit 1', [certificate.agency_id, certificate.id]);
  if (asked.rows.length > 0) throw errors.hasRequests();
  await ctx.query('delete from certificates.certificate where agency_id = $1 and id = $2', [certificate.agency_id, certificate.id]);
  await closeTasks(ctx, [{ agencyId: certificate.agency_id, subject: { type: 'certificate', id: certificate.id } }], 'cancelled');
  say(ctx, 'certificates.certificate-removed', certificate, {});
}

function say(ctx: CommandContext, type: string, certificate: StoredCertificate, more: Record<string, string>): void {
  ctx.record({
    type,
    agencyId: certificate.agency_id,
    subject: { type: 'certificate', id: certificate.id },
    data: { holder: certificate.holder_name, serial: certificate.serial, ...more },
  });
}
