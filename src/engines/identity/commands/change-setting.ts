import type { CommandContext } from '#kernel/command.ts';
import { kernelErrors } from '#kernel/errors.ts';
import { identityErrors } from '../errors.ts';
import { assertKeepsDirectory } from '../policy.ts';
import { forgetLimits } from '../settings.ts';
import type { Tables } from '../tables.ts';
import { NO_AGENCY } from './load.ts';

/** Changes a limit of passwords or sessions; every process follows within 30 seconds. @throws kernel.notFound, kernel.forbidden, identity.settingOutOfRange */
export async function changeSetting(ctx: CommandContext, input: { name: string; value: number }): Promise<void> {
  const db = ctx.tables<Tables>();
  const before = await db.selectFrom('identity.setting').select(['value', 'least', 'most']).where('name', '=', input.name).forUpdate().executeTakeFirst();
  if (before === undefined) throw kernelErrors.notFound();
  assertKeepsDirectory(ctx.actor);
  if (input.value < before.least || input.value > before.most) throw identityErrors.settingOutOfRange({ values: { least: before.least, most: before.most } });
  await db.updateTable('identity.setting').set({ value: input.value }).where('name', '=', input.name).execute();
  forgetLimits(ctx.kernel);
  ctx.record({
    type: 'identity.setting-changed',
    agencyId: ctx.actor.kind === 'person' ? ctx.actor.agencyId : NO_AGENCY,
    subject: { type: 'setting', id: input.name },
    data: { name: input.name, before: before.value, after: input.value },
  });
}
