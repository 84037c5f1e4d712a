import type { PersonActor } from '#kernel/actor.ts';
import { holders, route, type Route, type RouteContext } from '#kernel/route.ts';
import { parseCalendarDay, vietnamDay, type CalendarDay } from '#kernel/time.ts';
import { exportRegister } from './commands/export-register.ts';
import { printRegister } from './commands/print-register.ts';
import { registerPage, registerPageQuery, registerQuery, type RegisterPage } from './contract.ts';
import { registersErrors } from './errors.ts';
import { missingAtEnd, openRegister, readRegister, readWholeSpan, spanOf, type RegisterRows } from './queries/read-register.ts';
import { registerWorkbook } from './register-workbook.ts';

export type { RegisterSpan } from './queries/read-register.ts';

/** A register that a capability keeps: its rows, who may read the whole of it, and who may open its documents too. */
export type RegisterSource = RegisterRows & {
  /** Of the capability, such as `/api/v1/outgoing-documents`. */
  base: string;
  readers: readonly string[];
  opens: (actor: PersonActor) => boolean;
  /** The names that stood at the head of the caller's agency's papers on a day. */
  letterhead: (http: RouteContext<PersonActor>, day: CalendarDay) => Promise<RegisterPage['letterhead']>;
};

/** The addresses under which a register is read page by page, and exported (30/2020/NĐ-CP Art. 16.2.b, 22.3.b). Of the own agency only. */
export function registerRoutes(source: RegisterSource): readonly Route[] {
  const { base, kind } = source;
  const access = holders(...source.readers);
  return [
    route({
      method: 'GET',
      url: `${base}/register`,
      summary: 'One page of a register of the agency in the columns of its form, by number',
      access,
      query: registerPageQuery,
      reply: registerPage,
      run: async (http, { query }) => {
        const { kernel, actor } = http;
        const page = await readRegister(kernel.database.pool, source, { agencyId: actor.agencyId, query, today: vietnamDay(kernel.clock.now()) });
        return { ...page, opens: source.opens(actor), letterhead: await letterheadAt(source, http, page.to) };
      },
    }),
    route({
      method: 'GET',
      url: `${base}/register.xlsx`,
      summary: 'The same days of a register as a workbook. Each export is recorded.',
      access,
      query: registerQuery,
      run: async (http, { query }) => {
        const { kernel, actor } = http;
        const { register, from, to } = await openRegister(kernel.database.pool, { agencyId: actor.agencyId, kind, query, today: vietnamDay(kernel.clock.now()) });
        if (register === null) throw registersErrors.unknownRegister();
        const span = spanOf(actor.agencyId, register, { from, to });
        const rows = await readWholeSpan(kernel.database.pool, source, span);
        const { name: agencyName } = await letterheadAt(source, http, to);
        const body = registerWorkbook(rows, { kind, register, from, to, agencyName, madeAt: kernel.clock.now(), missingAtEnd: await missingAtEnd(kernel.database.pool, source, span) });
        await http.run(exportRegister, { agencyId: actor.agencyId, register, from, to, count: rows.length });
        const name = kind === 'outgoing' ? 'so-van-ban-di' : 'so-van-ban-den';
        return { special: 'bytes' as const, body, contentType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', fileName: `${name}-${from}-${to}.xlsx` };
      },
    }),
    route({
      method: 'POST',
      url: `${base}/register/prints`,
      summary: 'Says that the same days of a register are about to be printed. Each printing is recorded.',
      access,
      body: registerQuery,
      run: async (http, { body }) => {
        const { kernel, actor } = http;
        const { register, from, to, count } = await readRegister(kernel.database.pool, source, { agencyId: actor.agencyId, query: { ...body, limit: 1 }, today: vietnamDay(kernel.clock.now()) });
        if (register === null) throw registersErrors.unknownRegister();
        await http.run(printRegister, { agencyId: actor.agencyId, register, from, to, count: count ?? 0 });
      },
    }),
  ];
}

/** A register keeps the names of its days, not those of today. */
function letterheadAt(source: RegisterSource, http: RouteContext<PersonActor>, to: string): Promise<RegisterPage['letterhead']> {
  const today = vietnamDay(http.kernel.clock.now());
  const last = parseCalendarDay(to);
  return source.letterhead(http, last === undefined || last > today ? today : last);
}
