import type { z } from 'zod';
import type { PersonActor } from '#kernel/actor.ts';
import type { Id } from '#kernel/ids.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { startOfVietnamDay, vietnamDay, type CalendarDay } from '#kernel/time.ts';
import { receivedDocuments, receivedFilters, sentDocuments, sentFilters, type ReceivedDocument, type SentDocument } from '#engines/exchange/index.ts';
import { getAgencyOn } from '#engines/identity/index.ts';
import type { documentsQuery, DocumentRow, DocumentsReply } from '../contract.ts';
import { errors } from '../errors.ts';
import { mayFollow, readsContent } from '../policy.ts';

const PAGE = 50;

/** The documents of an agency behind a figure: what it sent or received in some months, late, not delivered, not answered. No content of another agency's. */
export async function exchangedDocuments(kernel: Kernel, actor: PersonActor, query: z.output<typeof documentsQuery>): Promise<DocumentsReply> {
  // safe because the address names an agency here
  const agencyId = (query.agencyId ?? actor.agencyId) as Id<'agency'>;
  if (!mayFollow(actor, agencyId)) throw errors.notFound();
  const now = kernel.clock.now();
  const agency = await getAgencyOn(kernel.database.pool, agencyId, vietnamDay(now));
  const page = { agencyId, from: firstOf(query.from), to: firstOf(nextMonth(query.to)), after: query.after, limit: PAGE + 1 };
  const { pool } = kernel.database;
  const seesContent = readsContent(actor, agencyId);
  const found =
    query.box === 'sent'
      ? (await sentDocuments(pool, { ...page, filter: sentFilters.find((each) => each === query.filter) })).map((row) => ({ key: row.key, row: rowOfSent(row) }))
      : (await receivedDocuments(pool, { ...page, filter: receivedFilters.find((each) => each === query.filter) })).map((row) => ({ key: row.key, row: rowOfReceived(row, now) }));
  const rows = found.slice(0, PAGE);
  return {
    agencyId,
    agencyName: agency.name,
    rows: rows.map(({ row }) => (seesContent ? row : { ...row, summary: null })),
    next: found.length > PAGE ? (rows.at(-1)?.key ?? null) : null,
  };
}

// safe because a month that was checked has a first day
const firstOf = (month: string): Date => startOfVietnamDay(`${month}-01` as CalendarDay);

function nextMonth(month: string): string {
  const [year, number] = [Number(month.slice(0, 4)), Number(month.slice(5, 7))];
  return number === 12 ? `${String(year + 1)}-01` : `${String(year)}-${String(number + 1).padStart(2, '0')}`;
}

function rowOfSent(row: SentDocument): DocumentRow {
  const { envelopeId: id, senderName, kind, isSigned, sentAt, sendDueAt, recipients, arrived, troubled } = row;
  const isLate = sendDueAt === null ? null : Date.parse(sentAt) > Date.parse(sendDueAt);
  return { id, ...named(row), senderName, kind, isSigned, at: sentAt, dueAt: sendDueAt, isLate, toldAt: null, recipients, arrived, troubled };
}

function rowOfReceived(row: ReceivedDocument, now: Date): DocumentRow {
  const { messageId: id, senderName, kind, isSigned, arrivedAt, toldAt, state } = row;
  const day = vietnamDay(new Date(arrivedAt));
  const isOver = vietnamDay(now) > day;
  const isLate = toldAt === null ? (state === 'arrived' && isOver ? true : null) : vietnamDay(new Date(toldAt)) > day;
  return { id, ...named(row), senderName, kind, isSigned, at: arrivedAt, dueAt: null, isLate, toldAt, recipients: null, arrived: null, troubled: null };
}

function named({ number, notation, summary }: { number: string; notation: string; summary: string }): Pick<DocumentRow, 'number' | 'summary'> {
  return { number: [number, notation].filter((part) => part !== '').join('/'), summary };
}
