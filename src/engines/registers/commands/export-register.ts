import type { CommandContext } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import type { RegisterName } from '../contract.ts';

/** Records that somebody took part of a register along. */
export function exportRegister(ctx: CommandContext, input: { agencyId: Id<'agency'>; register: RegisterName; from: string; to: string; count: number }): Promise<void> {
  const { agencyId, register, from, to, count } = input;
  ctx.record({ type: 'registers.register-exported', agencyId, subject: { type: 'register', id: register.id }, data: { name: register.name, year: register.year, from, to, count } });
  return Promise.resolve();
}
