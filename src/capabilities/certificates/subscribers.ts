import { z } from 'zod';
import type { CommandContext } from '#kernel/command.ts';
import { subscribe, type DeliveredEvent } from '#kernel/events.ts';
import type { Id } from '#kernel/ids.ts';
import { closeTasks, openTasks } from '#engines/cases/index.ts';
import { credentialsByKey, noteForeignStatus, readCertificates } from '#engines/signatures/index.ts';
import { openQuestions } from './commands/ask-status.ts';
import { addCertificates, keyOf } from './inventory.ts';
import { followDecidingPosts } from './request-tasks.ts';

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
  const added = await addCertificates(ctx, certificates);
  const foreign = certificates.filter((each) => !each.isBuiltIn);
  await openQuestions(
    ctx,
    foreign.flatMap(({ agencyId, facts }) => {
      const id = added.get(keyOf(agencyId, facts.fingerprint));
      return id === undefined ? [] : [{ agencyId, id, holder: facts.holderName, serial: facts.serial }];
    }),
  );
  for (const { agencyId, credentialId } of foreign) await carryOver(ctx, agencyId, credentialId);
  for (const { agencyId, facts } of certificates) {
    ctx.record({
      type: 'certificates.certificate-listed',
      agencyId,
      subject: { type: 'certificate-serial', id: facts.serial },
      data: { holder: facts.holderName, serial: facts.serial, issuer: facts.issuerName },
    });
  }
}

/** A key that comes after its certificate was found revoked or suspended signs nothing. */
async function carryOver(ctx: CommandContext, agencyId: Id<'agency'>, credentialId: string): Promise<void> {
  const { rows } = await ctx.query(
    `select status, revoked_at, revoked_reason from certificates.certificate where agency_id = $1 and credential_id = $2 and status <> 'active'`,
    [agencyId, credentialId],
  );
  // safe because the statement selects exactly these columns
  const [row] = rows as { status: 'suspended' | 'revoked'; revoked_at: Date | null; revoked_reason: string | null }[];
  if (row === undefined) return;
  const reason = row.status === 'suspended' ? 'certificateHold' : (row.revoked_reason ?? 'unspecified');
  await noteForeignStatus(ctx, { agencyId, credentialId, revoked: { at: row.revoked_at ?? ctx.now, reason } });
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
      const { rows } = await ctx.query(
        `update certificates.certificate set status = 'revoked', revoked_at = $3, revoked_reason = $4, status_source = 'own', status_checked_at = $3
          where agency_id = $1 and credential_id = $2 and status = 'active' returning id`,
        [event.agencyId, event.subject.id, event.at, event.data.reason],
      );
      // Whatever was to be done about it, to renew it or to decide what becomes of it, is done.
      await closeTasks(ctx, rows.map((row) => ({ agencyId: event.agencyId, subject: { type: 'certificate', id: String(row['id']) } })), 'done');
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

/** Whoever decides for the province may do so in another post or agency from now on. */
export const onDecidingPosts = (['identity.post-appointed', 'identity.post-changed', 'identity.post-ended'] as const).map((event) =>
  subscribe({
    event,
    name: `follow-${event.slice('identity.'.length)}`,
    data: anything,
    batchSize: 500,
    handle: async (ctx) => {
      await followDecidingPosts(ctx);
    },
  }),
);
