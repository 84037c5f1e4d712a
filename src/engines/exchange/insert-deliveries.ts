import type { CommandContext } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import type { AgencyOnDay } from '#engines/identity/index.ts';
import { NOT_CONNECTED } from './domain/route.ts';

type AgencyId = Id<'agency'>;

/** One delivery a recipient, behind those that the envelope has. A recipient without a system waits in sight. */
export function insertDeliveries(ctx: CommandContext, sent: { agencyId: AgencyId; envelopeId: string; recipients: readonly Pick<AgencyOnDay, 'id' | 'name' | 'code' | 'hosting'>[]; /** How many it has already. */ behind?: number }): void {
  ctx.write(
    `insert into exchange.delivery (agency_id, envelope_id, recipient_agency_id, position, recipient_name, recipient_code, state, problem, answer_ordinal, created_at, changed_at)
     select $1, $2, r.id, r.position + $9, r.name, r.code, case when r.local then 'waiting' else 'no_route' end, case when r.local then null else $7 end, 0, $8, $8
       from unnest($3::uuid[], $4::text[], $5::text[], $6::boolean[]) with ordinality as r (id, name, code, local, position)`,
    [
      sent.agencyId,
      sent.envelopeId,
      sent.recipients.map((agency) => agency.id),
      sent.recipients.map((agency) => agency.name),
      sent.recipients.map((agency) => agency.code),
      sent.recipients.map((agency) => agency.hosting === 'local'),
      NOT_CONNECTED,
      ctx.now,
      sent.behind ?? 0,
    ],
  );
}
