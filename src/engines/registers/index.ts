import { join } from 'node:path';
import { z } from 'zod';
import type { CommandContext } from '#kernel/command.ts';
import type { Queryable } from '#kernel/database.ts';
import { newId, type Id } from '#kernel/ids.ts';
import type { Module } from '#kernel/module.ts';
import { vietnamDay, type CalendarDay } from '#kernel/time.ts';
import type { RegisterKind } from './contract.ts';
import { registersErrors } from './errors.ts';
import { documentTypesOn, type DocumentType } from './queries/document-types.ts';
import { routes } from './routes.ts';
import type { Tables } from './tables.gen.ts';

export { notationOf, numberAndNotation, officialNumber } from './domain/notation.ts';
export { registerRoutes, type RegisterSource, type RegisterSpan } from './register-routes.ts';
export type { RegisterRow } from './contract.ts';

/** Document types as data, and registers whose numbers have neither gaps nor twins. */
export const registersModule: Module = {
  name: 'registers',
  migrations: join(import.meta.dirname, 'migrations'),
  routes,
  events: {
    'register-opened': { data: z.object({ kind: z.string(), name: z.string() }), vi: 'Mở {name}', en: 'Opened the register {name}' },
    'register-exported': {
      data: z.object({ name: z.string(), year: z.number().int(), from: z.string(), to: z.string(), count: z.number().int() }),
      vi: 'Xuất {name} năm {year}, từ {from} đến {to}: {count} văn bản',
      en: 'Exported the register {name} of {year}, {from} to {to}: {count} documents',
    },
    'register-printed': {
      data: z.object({ name: z.string(), year: z.number().int(), from: z.string(), to: z.string(), count: z.number().int() }),
      vi: 'In {name} năm {year}, từ {from} đến {to}: {count} văn bản',
      en: 'Printed the register {name} of {year}, {from} to {to}: {count} documents',
    },
  },
};

/** @throws registers.unknownType when no type of this code is in force on the day. */
export async function getDocumentType(q: Queryable, code: string, day: CalendarDay): Promise<DocumentType> {
  const found = (await documentTypesOn(q, day)).find((type) => type.code === code);
  if (found === undefined) throw registersErrors.unknownType();
  return found;
}

const REGISTER_NAMES: Record<RegisterKind, string> = { outgoing: 'Sổ đăng ký văn bản đi', incoming: 'Sổ đăng ký văn bản đến', copy: 'Sổ đăng ký bản sao' };

export type RegisterNumber = { registerId: Id<'register'>; year: number; number: number };

/**
 * Takes the next number of the agency's default register of a kind in the calendar year of `day` (30/2020/NĐ-CP Art. 15.1, 22.2;
 * copies of all kinds share one: App. I, Part II.II.1.c).
 * The register is opened at its first use. The number is the transaction's: it is given back when the transaction fails,
 * so the series has no gap, and concurrent clerks wait for each other, so it has no twins.
 */
export async function takeNumber(ctx: CommandContext, options: { agencyId: Id<'agency'>; kind: RegisterKind; day: CalendarDay }): Promise<RegisterNumber> {
  const registerId = await defaultRegister(ctx, options.agencyId, options.kind);
  const year = Number(options.day.slice(0, 4));
  const { rows } = await ctx.query(
    `insert into registers.counter as c (agency_id, register_id, year, last_number) values ($1, $2, $3, 1)
     on conflict (agency_id, register_id, year) do update set last_number = c.last_number + 1
     returning last_number`,
    [options.agencyId, registerId, year],
  );
  return { registerId, year, number: Number(rows[0]?.['last_number']) };
}

async function defaultRegister(ctx: CommandContext, agencyId: Id<'agency'>, kind: RegisterKind): Promise<Id<'register'>> {
  const db = ctx.tables<Tables>();
  const find = () =>
    db
      .selectFrom('registers.register')
      .select('id')
      .where('agency_id', '=', agencyId)
      .where('kind', '=', kind)
      .where('is_default', '=', true)
      .where('closed_on', 'is', null)
      .executeTakeFirst();
  const existing = await find();
  // safe because the column holds register ids only
  if (existing !== undefined) return existing.id as Id<'register'>;
  const id = newId<'register'>();
  const opened = await ctx.query(
    `insert into registers.register (agency_id, id, kind, name, is_default, opened_on) values ($1, $2, $3, $4, true, $5)
     on conflict (agency_id, kind) where is_default and closed_on is null do nothing`,
    [agencyId, id, kind, REGISTER_NAMES[kind], vietnamDay(ctx.now)],
  );
  if (opened.rowCount === 1) {
    ctx.record({ type: 'registers.register-opened', agencyId, subject: { type: 'register', id }, data: { kind, name: REGISTER_NAMES[kind] } });
    return id;
  }
  // A neighbour opened it between our two looks and has committed by now.
  const raced = await find();
  if (raced === undefined) throw new Error('the default register vanished while it was being opened');
  // safe because the column holds register ids only
  return raced.id as Id<'register'>;
}
