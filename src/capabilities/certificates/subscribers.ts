import { z } from 'zod';
import type { CommandContext } from '#kernel/command.ts';
import { subscribe, type DeliveredEvent } from '#kernel/events.ts';
import type { Id } from '#kernel/ids.ts';
import { openTasks } from '#engines/cases/index.ts';
import { credentialsByKey, readCertificates } from '#engines/signatures/index.ts';
import { addCertificates } from './inventory.ts';

const anything = z.record(z.string(), z.unknown());

/** Whatever signs in this installation stands in the inventory, without anybody's doing. */
export const onCredentialIssued = subscribe({ event: 'signatures.credential-issued', name: 'list-issued', data: anything, batchSize: 500, handle: takeIn });
export const onCredentialImported = subscribe({ event: 'signatures.credential-imported', name: 'list-imported', data: anything, batchSize: 500, handle: takeIn });

async function takeIn(ctx: CommandContext, events: DeliveredEvent[]): Promise<void> {
  const credentials = await credentialsByKey(ctx, events.map((event) => ({ agencyId: event.agencyId, id: event.subject.id })));
  const certificates = credentials.flatMap((credential) => {
    const [facts] = readCertificates(credential.certificate);
    if (facts === undefined) return [];
    return {
      // safe because the column holds agency ids only
      agencyId: credential.agency_id as Id<'agency'>,
      holderKind: credential.kind,
      facts,
      personId: credential.person_id,
      credentialId: credential.id,
      isBuiltIn: credential.is_built_in,
      addedBy: personBehind(events.find((event) => event.subject.id === credential.id)),
    };
  });
  await addCertificates(ctx, certificates);
  for (const { agencyId, facts } of certificates) {
    ctx.record({
      type: 'certificates.certificate-listed',
      agencyId,
      subject: { type: 'certificate-serial', id: facts.serial },
      data: { holder: facts.holderName, serial: facts.serial, issuer: facts.issuerName },
    });
  }
}

/** Who is named in the inventory; what no person did, the system did. */
function personBehind(event: DeliveredEvent | undefined): string {
  return event?.actor.kind === 'person' ? (event.actor.name ?? '') : 'Hệ thống';
}

/** A revocation in the engine shows in the inventory. */
export const onCredentialRevoked = subscribe({
  event: 'signatures.credential-revoked',
  name: 'mark-revoked',
  data: z.object({ reason: z.string() }),
  handle: async (ctx, events) => {
    for (const event of events) {
      await ctx.query(
        `update certificates.certificate set status = 'revoked', revoked_at = $3, revoked_reason = $4, status_source = 'own', status_checked_at = $3
          where agency_id = $1 and credential_id = $2 and status = 'active'`,
        [event.agencyId, event.subject.id, event.at, event.data.reason],
      );
    }
  },
});

/**
 * Whoever leaves a post keeps no certificate of the agency by silence: its administrator is asked to have it revoked
 * or changed (30/2020/NĐ-CP App. VI.IV: rights end with the post).
 */
export const onPostEnded = subscribe({
  event: 'identity.post-ended',
  name: 'ask-about-certificates',
  data: z.object({ personId: z.uuid(), personName: z.string() }),
  handle: async (ctx, events) => {
    for (const event of events) {
      const { rows } = await ctx.query(`select id from certificates.certificate where agency_id = $1 and person_id = $2 and status = 'active' and valid_to > $3`, [
        event.agencyId,
        event.data.personId,
        ctx.now,
      ]);
      await openTasks(
        ctx,
        rows.map((row) => ({
          agencyId: event.agencyId,
          subject: { type: 'certificate', id: String(row['id']) },
          kind: 'certificates.holder-left',
          assignee: { role: 'agency_admin' },
          title: event.data.personName,
          dueAt: null,
          urgency: 'urgent',
          href: `/app/chung-thu-so/${event.agencyId}.${String(row['id'])}`,
        })),
      );
    }
  },
});
