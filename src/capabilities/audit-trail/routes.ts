import { Readable } from 'node:stream';
import { z } from 'zod';
import { holders, route, type Route } from '#kernel/route.ts';
import { vietnamDay } from '#kernel/time.ts';
import type { Id } from '#kernel/ids.ts';
import { countDue, listHolds, listRetentionRules } from '#engines/audit/index.ts';
import { agenciesOn } from '#engines/identity/index.ts';
import { liftTrailHold, placeTrailHold, setTrailRule } from './commands/keeping.ts';
import { recordExport } from './commands/record-export.ts';
import { exportQuery, holdBody, keeping, liftBody, ruleBody, trailPage, trailQuery, trailRow } from './contract.ts';
import { abilitiesOnKeeping } from './policy.ts';
import { exportTrail } from './queries/export-trail.ts';
import { readEntry, readTrail, searchOf } from './queries/read-trail.ts';

const base = '/api/v1/audit-trail';
const readers = holders('agency_admin', 'province_admin', 'auditor');
const overseers = holders('province_admin', 'auditor');

export const trailRoutes: readonly Route[] = [
  route({
    method: 'GET',
    url: `${base}/entries`,
    summary: 'One page of what happened, newest first: by agency, person, module, subject, words and time. Of the own agency, or of all for those who oversee the province.',
    access: readers,
    query: trailQuery,
    reply: trailPage,
    run: (http, { query }) => readTrail(http.kernel, http, query),
  }),
  route({
    method: 'GET',
    url: `${base}/entries/:agencyId/:entryId`,
    summary: 'One entry of the record.',
    access: readers,
    params: z.object({ agencyId: z.uuid(), entryId: z.uuid() }),
    reply: trailRow,
    run: (http, { params }) => readEntry(http.kernel, http, params),
  }),
  route({
    method: 'GET',
    url: `${base}/export`,
    summary: 'The whole answer to the same question as CSV or JSON, for an inspector. Each export is recorded.',
    access: readers,
    query: exportQuery,
    run: async (http, { query: { format, ...query } }) => {
      const search = searchOf(http.kernel, http.actor, query);
      await http.run(recordExport, { agencyId: http.actor.agencyId, format, from: search.from.toISOString(), to: search.to.toISOString(), asked: askedOf(query) });
      const body = Readable.from(exportTrail(http.kernel, { search, format, language: http.language, actor: http.actor }), { objectMode: false });
      const contentType = format === 'csv' ? 'text/csv; charset=utf-8' : 'application/json; charset=utf-8';
      return { special: 'bytes', body, contentType, fileName: `nhat-ky-${vietnamDay(search.from)}-${vietnamDay(search.to)}.${format}` };
    },
  }),
  route({
    method: 'GET',
    url: `${base}/keeping`,
    summary: 'For how long the record is kept, what is held back from that, and how many entries are due.',
    access: overseers,
    reply: keeping,
    run: async ({ kernel, actor }) => {
      const q = kernel.database.pool;
      const [holds, rules, due] = [await listHolds(q), await listRetentionRules(q), await countDue(q, kernel.clock.now())];
      // safe because ids of agencies that are none name nobody
      const agencies = await agenciesOn(q, holds.flatMap((hold) => (hold.agencyId === null ? [] : [hold.agencyId as Id<'agency'>])), vietnamDay(kernel.clock.now()));
      return { rules, due, abilities: abilitiesOnKeeping(actor), holds: holds.map(({ agencyId, ...hold }) => ({ ...hold, agencyName: agencyId === null ? null : (agencies.get(agencyId as Id<'agency'>)?.name ?? agencyId) })) };
    },
  }),
  route({
    method: 'POST',
    url: `${base}/holds`,
    summary: 'Keeps part of the record whatever the rules of retention say.',
    access: overseers,
    body: holdBody,
    reply: z.object({ id: z.uuid() }),
    run: (http, { body }) => http.run(placeTrailHold, { agencyId: http.actor.agencyId, hold: body }),
  }),
  route({
    method: 'POST',
    url: `${base}/holds/:id/lift`,
    summary: 'Lifts a hold, with the reason.',
    access: overseers,
    params: z.object({ id: z.uuid() }),
    body: liftBody,
    run: (http, { params, body }) => http.run(liftTrailHold, { agencyId: http.actor.agencyId, ...params, ...body }),
  }),
  route({
    method: 'POST',
    url: `${base}/rules`,
    summary: 'For how many years, from today on, the entries of a module are kept.',
    access: holders('province_admin'),
    body: ruleBody,
    run: (http, { body }) => http.run(setTrailRule, { agencyId: http.actor.agencyId, rule: body }),
  }),
];

/** The filters beside the span, for the record: what somebody looked for is part of what they took. */
function askedOf(query: Omit<z.output<typeof exportQuery>, 'format'>): Record<string, string> {
  return Object.fromEntries(Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined && !['from', 'to'].includes(entry[0])));
}
