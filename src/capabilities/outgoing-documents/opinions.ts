import type { PersonActor } from '#kernel/actor.ts';
import type { CommandContext } from '#kernel/command.ts';
import type { Queryable } from '#kernel/database.ts';
import { newId } from '#kernel/ids.ts';
import type { OpinionView } from './contract.ts';
import type { DocumentRow, OpinionRow, Tables } from './tables.ts';

/** Keeps what somebody said about a document; said in another's place, both are named. */
export async function addOpinion(ctx: CommandContext, document: DocumentRow, { kind, text, person }: { kind: OpinionView['kind']; text: string; person: PersonActor }): Promise<void> {
  await ctx
    .tables<Tables>()
    .insertInto('outgoing_documents.opinion')
    .values({
      agency_id: document.agency_id,
      document_id: document.id,
      id: newId<'opinion'>(),
      kind,
      text,
      person_name: person.name,
      person_title: person.postTitle,
      on_behalf_of_name: person.onBehalfOf?.name ?? null,
      on_behalf_of_title: person.onBehalfOf?.postTitle ?? null,
      said_at: ctx.now,
    })
    .execute();
}

/** What was said about a document, the newest last; of very many the newest hundred. */
export async function opinionsOf(q: Queryable, document: { agency_id: string; id: string }): Promise<OpinionView[]> {
  const { rows } = await q.query('select * from outgoing_documents.opinion where agency_id = $1 and document_id = $2 order by said_at desc, id desc limit 100', [document.agency_id, document.id]);
  // safe because the statement selects the table's own columns
  return (rows as OpinionRow[]).toReversed().map((row) => ({
    id: row.id,
    kind: row.kind,
    text: row.text,
    person: { name: row.person_name, title: row.person_title },
    onBehalfOf: row.on_behalf_of_name === null ? null : { name: row.on_behalf_of_name, title: row.on_behalf_of_title ?? '' },
    saidAt: row.said_at.toISOString(),
  }));
}
