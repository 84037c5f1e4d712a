import { actorRecord } from '#kernel/actor.ts';
import type { CommandContext } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import { agencyOf, closeAlertTasks } from '../alerts.ts';
import { errors } from '../errors.ts';
import { mayAcknowledge, maySeeAlert } from '../policy.ts';

/** Takes note of an alert: it is not told again, and leaves everybody's list of work; it stands until its cause is gone. @throws alertNotFound · alertOver */
export async function acknowledgeAlert(ctx: CommandContext, input: { alertId: string; note: string | null }): Promise<void> {
  const { actor } = ctx;
  if (actor.kind !== 'person') throw errors.alertNotFound();
  const { rows } = await ctx.query(
    `select a.agency_id as "agencyId", a.state, a.subject_name as name, a.task_agencies as "taskAgencies", r.name as rule
       from exchange_desk.alert a join exchange_desk.alert_rule r on r.id = a.rule_id where a.id = $1 for update of a`,
    [input.alertId],
  );
  // safe because the statement selects exactly these columns
  const [alert] = rows as { agencyId: string | null; state: string; name: string; taskAgencies: Id<'agency'>[]; rule: string }[];
  if (alert === undefined || !maySeeAlert(actor, alert)) throw errors.alertNotFound();
  if (alert.state !== 'open') throw errors.alertOver();
  if (!mayAcknowledge(actor, alert)) throw errors.alertNotFound();
  await ctx.query(`update exchange_desk.alert set state = 'acknowledged', acknowledged_at = $2, acknowledged_by = $3, note = $4 where id = $1`, [
    input.alertId,
    ctx.now,
    JSON.stringify(actorRecord(actor)),
    input.note,
  ]);
  await closeAlertTasks(ctx, { alertId: input.alertId, agencies: alert.taskAgencies });
  ctx.record({ type: 'exchange-desk.alert-acknowledged', agencyId: agencyOf(alert.agencyId), subject: { type: 'exchange-alert', id: input.alertId }, data: { rule: alert.rule, about: alert.name, note: input.note } });
}
