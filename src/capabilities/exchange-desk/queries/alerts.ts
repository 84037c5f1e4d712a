import type { z } from 'zod';
import type { PersonActor } from '#kernel/actor.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { canSendMail } from '../adapters/mail.ts';
import { RULE_COLUMNS } from '../alert-rule.ts';
import type { alertsQuery, AlertRow, AlertsReply, RulesReply } from '../contract.ts';
import { endOf } from '../domain/alert-rules.ts';
import { mayAcknowledge, mayKeepRules, overseesExchange } from '../policy.ts';

const PAGE = 50;

/** The alerts that the caller may see, newest first: those that stand, or all. */
export async function listAlerts(kernel: Kernel, actor: PersonActor, { state, after }: z.output<typeof alertsQuery>): Promise<AlertsReply> {
  const { rows } = await kernel.database.pool.query<{ alert: Omit<AlertRow, 'abilities' | 'endsAt'> }>(
    `select json_build_object('id', a.id, 'kind', a.kind, 'rule', r.name, 'about', a.subject_name, 'cause', a.cause, 'subjectId', a.subject_id, 'agencyId', a.agency_id, 'state', a.state, 'since', a.since, 'openedAt', a.opened_at,
              'toldAt', a.told_at, 'overAt', a.over_at, 'count', a.count, 'acknowledgedAt', a.acknowledged_at, 'acknowledgedBy', a.acknowledged_by ->> 'name', 'note', a.note) as alert
       from exchange_desk.alert a join exchange_desk.alert_rule r on r.id = a.rule_id
      where ($1::uuid is null or a.agency_id = $1) and ($2 = 'all' or a.state <> 'over') and ($3::uuid is null or a.id < $3)
      order by a.id desc limit $4`,
    [overseesExchange(actor) ? null : actor.agencyId, state, after ?? null, PAGE + 1],
  );
  const found = rows.slice(0, PAGE).map(({ alert }): AlertRow => ({ ...alert, endsAt: alert.kind === 'connection_ends' ? endOf(new Date(alert.since)).toISOString() : null, abilities: mayAcknowledge(actor, alert) ? ['acknowledge'] : [] }));
  return { rows: found, next: rows.length > PAGE ? (found.at(-1)?.id ?? null) : null };
}

/** The rules, and whether e-mail can be offered. */
export async function listRules(kernel: Kernel, actor: PersonActor): Promise<RulesReply> {
  const { rows } = await kernel.database.pool.query<RulesReply['rules'][number]>(`select ${RULE_COLUMNS} from exchange_desk.alert_rule order by kind, name, id`);
  return { rules: rows, canMail: canSendMail(kernel.config), abilities: mayKeepRules(actor) ? ['keep'] : [] };
}
