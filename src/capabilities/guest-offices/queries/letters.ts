import type { PersonActor } from '#kernel/actor.ts';
import type { Queryable } from '#kernel/database.ts';
import type { z } from 'zod';
import { deliveriesOf } from '#engines/exchange/index.ts';
import { PAGE_SIZE, type LetterDetail, type LetterList, type LetterRow, type letterQuery } from '../contract.ts';
import { errors } from '../errors.ts';
import { letterSubject } from '../letters.ts';

const COLUMNS = `l.id, l.state, l.recipient_name as "recipientName", l.number, l.notation, l.issued_on as "issuedOn", l.summary, l.author_name as "authorName",
  l.created_at as "createdAt", l.sent_at as "sentAt"`;

type Row = Omit<LetterRow, 'createdAt' | 'sentAt' | 'delivery'> & { createdAt: Date; sentAt: Date | null };

/** One page of the letters of the guest's own office, newest first, each with what became of it. */
export async function listLetters(q: Queryable, actor: PersonActor, query: z.output<typeof letterQuery>): Promise<LetterList> {
  const cursor = /^(\d{4}-[\dT:.Z-]+)_([\da-f-]{36})$/.exec(query.after ?? '');
  const { rows } = await q.query(
    `select ${COLUMNS} from guest_offices.letter l
      where l.agency_id = $1 and ($2::timestamptz is null or (l.created_at, l.id) < ($2, $3::uuid)) and ($4::uuid is null or l.reply_to_document_id = $4)
      order by l.created_at desc, l.id desc limit ${String(PAGE_SIZE + 1)}`,
    [actor.agencyId, cursor?.[1] ?? null, cursor?.[2] ?? null, query.replyTo ?? null],
  );
  // safe because these are the columns selected above
  const page = (rows as Row[]).slice(0, PAGE_SIZE);
  const last = rows.length > PAGE_SIZE ? page.at(-1) : undefined;
  return {
    rows: await Promise.all(page.map(async (row) => viewOf(row, await deliveryOf(q, actor, row)))),
    next: last === undefined ? null : `${last.createdAt.toISOString()}_${last.id}`,
  };
}

/** @throws guest-offices.notFound, also for letters of other offices */
export async function getLetter(q: Queryable, actor: PersonActor, id: string): Promise<LetterDetail> {
  const { rows } = await q.query(
    `select ${COLUMNS}, l.reply_to_document_id as "replyToId", l.reply_to_label as "replyToLabel",
            (select json_agg(json_build_object('fileId', f.file_id, 'sha256', f.sha256, 'name', f.name, 'mediaType', f.media_type, 'sizeBytes', f.size_bytes, 'role', f.role) order by f.position)
               from guest_offices.letter_file f where f.agency_id = l.agency_id and f.letter_id = l.id) as files
       from guest_offices.letter l where l.agency_id = $1 and l.id = $2`,
    [actor.agencyId, id],
  );
  // safe because these are the columns selected above
  const row = rows[0] as (Row & { replyToId: string | null; replyToLabel: string | null; files: LetterDetail['files'] }) | undefined;
  if (row === undefined) throw errors.notFound();
  const { replyToId, replyToLabel, files, ...letter } = row;
  const line = await deliveryOf(q, actor, letter);
  return {
    ...viewOf(letter, line),
    files,
    envelopeId: line?.envelopeId ?? null,
    replyTo: replyToId === null ? null : { documentId: replyToId, label: replyToLabel ?? '' },
    abilities: letter.state === 'draft' ? ['sign', 'drop'] : [],
  };
}

type Line = Awaited<ReturnType<typeof deliveriesOf>>[number];

async function deliveryOf(q: Queryable, actor: PersonActor, row: Pick<Row, 'id' | 'state'>): Promise<Line | undefined> {
  return row.state === 'draft' ? undefined : (await deliveriesOf(q, { agencyId: actor.agencyId, subject: letterSubject(row.id) })).at(0);
}

function viewOf(row: Row, line: Line | undefined): LetterRow {
  const delivery =
    line === undefined
      ? null
      : { state: line.state, arrivedAt: line.arrivedAt, openedAt: line.openedAt, answeredAt: line.answeredAt, answeredBy: line.answeredBy, reason: line.reason ?? line.answers.findLast(({ reason }) => reason !== null)?.reason ?? null };
  return { ...row, createdAt: row.createdAt.toISOString(), sentAt: row.sentAt?.toISOString() ?? null, delivery };
}
