import type { PersonActor } from '#kernel/actor.ts';
import { decodeCursor } from '#kernel/cursor.ts';
import type { Id } from '#kernel/ids.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { isoInVietnam, vietnamDay } from '#kernel/time.ts';
import { describeActor, describeEvent, searchEntries, type EntrySearch, type FoundEntry } from '#engines/audit/index.ts';
import { agenciesOn } from '#engines/identity/index.ts';
import { MOST_DAYS, PAGE_SIZE, type TrailPage, type TrailQuery, type TrailRow } from '../contract.ts';
import { trailErrors } from '../errors.ts';
import { readsContent, readsEverything } from '../policy.ts';

type Language = 'vi' | 'en';
type Asker = { actor: PersonActor; language: Language };

const DAY_MS = 86_400_000;
const USUAL_DAYS = 7;

/** One page of the record as the caller may see it, newest first. @throws `audit-trail.spanTooLong` */
export async function readTrail(kernel: Kernel, { actor, language }: Asker, query: TrailQuery): Promise<TrailPage> {
  const cursor = decodeCursor(query.after);
  const search = { ...searchOf(kernel, actor, query), limit: PAGE_SIZE, ...(cursor === undefined ? {} : { before: { at: cursor.at, entryId: cursor.id } }) };
  const found = await searchEntries(kernel.database.pool, search);
  const last = found.length === PAGE_SIZE ? found.at(-1) : undefined;
  return { rows: await describeRows(kernel, found, { actor, language }), next: last === undefined ? null : `${last.at}_${last.entryId}` };
}

/** One entry of it. @throws `audit-trail.entryNotFound` */
export async function readEntry(kernel: Kernel, { actor, language }: Asker, key: { agencyId: string; entryId: string }): Promise<TrailRow> {
  if (!readsEverything(actor) && key.agencyId !== actor.agencyId) throw trailErrors.entryNotFound();
  // safe because an id of no agency finds nothing
  const found = await searchEntries(kernel.database.pool, { agencyId: key.agencyId as Id<'agency'>, entryId: key.entryId, from: new Date(0), to: new Date(8.64e15), limit: 1 });
  const [row] = await describeRows(kernel, found, { actor, language });
  if (row === undefined) throw trailErrors.entryNotFound();
  return row;
}

/** The question with the caller's bounds: others than overseers ask of their own agency only. @throws `audit-trail.spanTooLong` */
export function searchOf(kernel: Kernel, actor: PersonActor, query: Omit<TrailQuery, 'after'>): Omit<EntrySearch, 'limit'> {
  const to = query.to === undefined ? new Date(kernel.clock.now().getTime() + 1) : new Date(query.to);
  const from = query.from === undefined ? new Date(to.getTime() - USUAL_DAYS * DAY_MS) : new Date(query.from);
  if (from >= to || to.getTime() - from.getTime() > MOST_DAYS * DAY_MS) throw trailErrors.spanTooLong({ values: { days: MOST_DAYS } });
  const asked = readsEverything(actor) ? query.agencyId : actor.agencyId;
  const { personId, text, subjectType, subjectId, module } = query;
  return {
    from,
    to,
    // safe because an id of no agency finds nothing
    ...(asked === undefined ? {} : { agencyId: asked as Id<'agency'> }),
    ...(personId === undefined ? {} : { personId }),
    ...(module === undefined ? {} : { typePrefix: `${module}.` }),
    ...(subjectType === undefined || subjectId === undefined ? {} : { subject: { type: subjectType, id: subjectId } }),
    ...(text === undefined || text.trim() === '' ? {} : { text: text.trim(), ...(actor.roles.includes('auditor') ? {} : { dataOf: actor.agencyId }) }),
  };
}

/** Found entries in words, as far as the caller may read them, with the names of their agencies today. */
export async function describeRows(kernel: Kernel, found: readonly FoundEntry[], { actor, language }: Asker): Promise<TrailRow[]> {
  const agencies = await agenciesOn(kernel.database.pool, [...new Set(found.map((entry) => entry.agencyId))], vietnamDay(kernel.clock.now()));
  return found.map((whole) => {
    const isContentHidden = !readsContent(actor, whole);
    const entry = isContentHidden ? { ...whole, data: {} } : whole;
    return {
      id: `${entry.agencyId}.${entry.entryId}`,
      agencyId: entry.agencyId,
      agencyName: agencies.get(entry.agencyId)?.name ?? '',
      at: isoInVietnam(new Date(entry.at)),
      text: describeEvent(kernel.modules, entry, language),
      type: entry.type,
      actorName: entry.actor.kind === 'person' ? (entry.actor.name ?? '') : describeActor(entry.actor, language),
      actorTitle: entry.actor.postTitle ?? null,
      onBehalfOf: entry.actor.onBehalfOf?.name ?? null,
      subject: entry.subject,
      requestId: entry.requestId,
      data: entry.data,
      leafHash: entry.leafHash,
      leafIndex: entry.leafIndex,
      isContentHidden,
    };
  });
}
