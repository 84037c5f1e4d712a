import type { CommandContext } from '#kernel/command.ts';
import { kernelErrors } from '#kernel/errors.ts';
import { newId, type Id } from '#kernel/ids.ts';
import { getPost, type PostId } from '#engines/identity/index.ts';
import { canSendMail } from '../adapters/mail.ts';
import type { AlertRule } from '../alert-rule.ts';
import type { RuleBody } from '../contract.ts';
import type { AlertKind } from '../domain/alert-rules.ts';
import { errors } from '../errors.ts';
import { mayKeepRules } from '../policy.ts';

/** Adds a rule. @throws kernel.forbidden · nobodyTold · mailNotOffered · identity.postNotFound */
export async function addAlertRule(ctx: CommandContext, input: RuleBody & { kind: AlertKind }): Promise<string> {
  const posts = await checkRule(ctx, input);
  const id = newId();
  await ctx.query(
    `insert into exchange_desk.alert_rule (id, kind, name, threshold_minutes, quiet_minutes, is_on, agency_roles, keeper_roles, posts, emails, changed_at, changed_by) values ($1, $12, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [id, ...columnsOf(ctx, input, posts), input.kind],
  );
  recordRule(ctx, id, input);
  return id;
}

/** Changes a rule, switches it on or off. @throws ruleNotFound and as `addAlertRule` */
export async function changeAlertRule(ctx: CommandContext, { ruleId, ...input }: RuleBody & { ruleId: string }): Promise<void> {
  const posts = await checkRule(ctx, input);
  const { rowCount } = await ctx.query(
    `update exchange_desk.alert_rule set name = $2, threshold_minutes = $3, quiet_minutes = $4, is_on = $5, agency_roles = $6, keeper_roles = $7, posts = $8, emails = $9, changed_at = $10, changed_by = $11 where id = $1`,
    [ruleId, ...columnsOf(ctx, input, posts)],
  );
  if (rowCount === 0) throw errors.ruleNotFound();
  recordRule(ctx, ruleId, input);
}

async function checkRule(ctx: CommandContext, input: RuleBody): Promise<AlertRule['posts']> {
  if (ctx.actor.kind !== 'person' || !mayKeepRules(ctx.actor)) throw kernelErrors.forbidden();
  if (input.emails.length > 0 && !canSendMail(ctx.kernel.config)) throw errors.mailNotOffered();
  const isAddressed = [input.agencyRoles, input.keeperRoles, input.postIds, input.emails].some((list) => list.length > 0);
  if (input.isOn && !isAddressed) throw errors.nobodyTold();
  const posts: AlertRule['posts'] = [];
  for (const each of input.postIds) {
    // safe because the body names an agency and a post here
    const post = await getPost(ctx, each.agencyId as Id<'agency'>, each.postId as PostId);
    posts.push({ agencyId: post.agencyId, postId: post.postId, name: `${post.name} (${post.title})` });
  }
  return posts;
}

function columnsOf(ctx: CommandContext, input: RuleBody, posts: AlertRule['posts']): unknown[] {
  const { name, thresholdMinutes, quietMinutes, isOn, agencyRoles, keeperRoles, emails } = input;
  return [name, thresholdMinutes, quietMinutes, isOn, agencyRoles, keeperRoles, JSON.stringify(posts), [...new Set(emails)], ctx.now, ctx.actor.kind === 'person' ? ctx.actor.name : ''];
}

function recordRule(ctx: CommandContext, id: string, input: RuleBody): void {
  if (ctx.actor.kind !== 'person') return;
  ctx.record({
    type: 'exchange-desk.alert-rule-changed',
    agencyId: ctx.actor.agencyId,
    subject: { type: 'exchange-alert-rule', id },
    data: { rule: input.name, isOn: input.isOn, thresholdMinutes: input.thresholdMinutes, quietMinutes: input.quietMinutes },
  });
}
