import type { PersonActor } from '#kernel/actor.ts';
import { holders, route, type Route, type RouteContext } from '#kernel/route.ts';
import { vietnamDay } from '#kernel/time.ts';
import { exportRegister } from './commands/export-register.ts';
import { registerPage, registerPageQuery, registerQuery } from './contract.ts';
import { registersErrors } from './errors.ts';
import { openRegister, readRegister, readWholeSpan, spanOf, type RegisterRows } from './queries/read-register.ts';
import { registerWorkbook } from './register-workbook.ts';

export type { RegisterSpan } from './queries/read-register.ts';

/** A register that a capability keeps: its rows, who may read the whole of it, and who may open its documents too. */
export type RegisterSource = RegisterRows & {
  /** Of the capability, such as `/api/v1/outgoing-documents`. */
  base: string;
  readers: readonly string[];
  opens: (actor: PersonActor) => boolean;
  agencyName: (http: RouteContext<PersonActor>) => Promise<string>;
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
      run: async ({ kernel, actor }, { query }) => {
        const page = await readRegister(kernel.database.pool, source, { agencyId: actor.agencyId, query, today: vietnamDay(kernel.clock.now()) });
        return { ...page, opens: source.opens(actor) };
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
        const rows = await readWholeSpan(kernel.database.pool, source, spanOf(actor.agencyId, register, { from, to }));
        const body = registerWorkbook(rows, { kind, register, from, to, agencyName: await source.agencyName(http), madeAt: kernel.clock.now() });
        await http.run(exportRegister, { agencyId: actor.agencyId, register, from, to, count: rows.length });
        const name = kind === 'outgoing' ? 'so-van-ban-di' : 'so-van-ban-den';
        return { special: 'bytes' as const, body, contentType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', fileName: `${name}-${from}-${to}.xlsx` };
      },
    }),
  ];
}
