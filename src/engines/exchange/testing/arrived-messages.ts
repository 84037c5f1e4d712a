/** For tests: what lies at a receiver, and a clerk who registers it. */
import assert from 'node:assert/strict';
import { run } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import type { TestHouse } from '#kernel/testkit.ts';
import { answerMessage } from '../commands/answer-message.ts';
import { aClerk } from '../testing.ts';

export type ArrivedMessage = { id: Id<'message'>; state: string; kind: string; agency_id: Id<'agency'> };

/** The message that an envelope became at an agency. */
export async function messageIn(house: TestHouse, agencyId: Id<'agency'>, envelopeId: string): Promise<ArrivedMessage> {
  const [row] = await house.sql<ArrivedMessage>('select id, state, kind, agency_id from exchange.message where agency_id = $1 and envelope_id = $2', [agencyId, envelopeId]);
  assert.ok(row);
  return row;
}

/** The agency's clerk registers it, and the answer goes its way. */
export async function register(house: TestHouse, agencyId: Id<'agency'>, envelopeId: string): Promise<Id<'message'>> {
  const { id } = await messageIn(house, agencyId, envelopeId);
  await run(house.kernel, answerMessage, { agencyId, messageId: id, status: '03' }, { actor: aClerk(agencyId) });
  await house.drain();
  return id;
}

/** The types of what an agency recorded about a subject, oldest first. */
export async function eventsAt(house: TestHouse, agencyId: Id<'agency'>, subjectId: string): Promise<string[]> {
  const rows = await house.sql<{ type: string }>('select type from audit.entry where agency_id = $1 and subject_id = $2 order by id', [agencyId, subjectId]);
  return rows.map(({ type }) => type);
}

/** How many files of a message are withheld. */
export async function withheld(house: TestHouse, messageId: string): Promise<number> {
  return (await house.sql('select 1 from exchange.withheld_file where message_id = $1', [messageId])).length;
}
