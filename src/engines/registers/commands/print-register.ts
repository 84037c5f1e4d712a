import type { CommandContext } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import type { RegisterName } from '../contract.ts';

/** Records that somebody printed part of a register: it leaves the system as an export does. */
export function printRegister(ctx: CommandContext, input: { agencyId: Id<'agency'>; register: RegisterName; from: string; to: string; count: number }): Promise<void> {
  const { agencyId, register, from, to, count } = input;
  ctx.record({ type: 'registers.register-printed', agencyId, subject: { type: 'register', id: register.id }, data: { name: register.name, year: register.year, from, to, count } });
  return Promise.resolve();
}
