import { kernelErrors } from '#kernel/errors.ts';
import type { CommandContext } from '#kernel/command.ts';
import type { z } from 'zod';
import type { practiceBody } from '../contract.ts';
import { personOf } from '../document-store.ts';
import { maySetPractice } from '../policy.ts';

/** Chooses for the whole agency what initials look like from now on. @throws kernel.forbidden */
export async function changePractice(ctx: CommandContext, input: z.output<typeof practiceBody>): Promise<void> {
  const person = personOf(ctx);
  if (!maySetPractice(person)) throw kernelErrors.forbidden();
  await ctx.query(
    `insert into outgoing_documents.practice (agency_id, initials_look, changed_at, changed_by) values ($1, $2, $3, $4)
     on conflict (agency_id) do update set initials_look = excluded.initials_look, changed_at = excluded.changed_at, changed_by = excluded.changed_by`,
    [person.agencyId, input.initialsLook, ctx.now, person.name],
  );
  ctx.record({ type: 'outgoing-documents.practice-changed', agencyId: person.agencyId, subject: { type: 'agency', id: person.agencyId }, data: { initialsLook: input.initialsLook } });
}
