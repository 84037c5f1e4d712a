import { setTimeout as sleep } from 'node:timers/promises';
import { run } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import { answerMessage, sendEnvelope } from '#engines/exchange/index.ts';
import { sealNow } from '#engines/audit/index.ts';
import { clerkOf, letterOf, type Post } from './city.ts';
import type { House } from './house.ts';
import type { StoredLetter } from './signed-letters.ts';

type AgencyId = Id<'agency'>;

/** A document that was sent, by the key under which its receiver keeps it. */
export type Sent = { from: AgencyId; to: AgencyId; envelopeId: Id<'envelope'>; /** When the sender's transaction had ended, by `performance.now()`. */ at: number };

/** So many clerks click at the same moment. */
const CLERKS = 6;
/** As many of the oldest are looked for at once. */
const LOOK = 500;
/** A receiver's screen asks again at most so often. */
const PAUSE_MS = 100;
const PATIENCE_MS = 600_000;

/** One document as its sender's clerk sends it: a command in a transaction of its own. */
export async function sendOne({ kernel }: House, post: Post, file: StoredLetter): Promise<Sent> {
  const envelopeId = await run(kernel, sendEnvelope, letterOf(post, file), { actor: clerkOf(post.from.id) });
  return { from: post.from.id, to: post.to.id, envelopeId, at: performance.now() };
}

/**
 * Sends documents, lets the workers carry them, registers each with its receiver (03) as soon as it has arrived, and waits until the
 * senders have the last answer and the last entry of the record is sealed.
 */
export async function carry(house: House, posts: readonly Post[], files: readonly StoredLetter[]): Promise<void> {
  const waiting: Sent[] = [];
  const answered: Sent[] = [];
  let next = 0;
  const sending = Promise.all(
    Array.from({ length: CLERKS }, async () => {
      for (let index = next++; index < posts.length; index = next++) {
        const [post, file] = [posts[index], files[index]];
        if (post !== undefined && file !== undefined) waiting.push(await sendOne(house, post, file));
      }
    }),
  );
  const answering = (async () => {
    for (let last = performance.now(); answered.length < posts.length; ) {
      const done = await registerArrived(house, waiting.slice(0, LOOK));
      if (done.size > 0) {
        last = performance.now();
        const rest = waiting.filter((each) => !done.has(each));
        waiting.splice(0, waiting.length, ...rest);
        answered.push(...done);
      }
      await sleep(PAUSE_MS);
      if (performance.now() - last > PATIENCE_MS) throw new Error(`${waiting.length} documents have not arrived`);
    }
  })();
  await Promise.all([sending, answering]);
  await untilAnswersAreBack(house, answered);
  await sealNow(house.kernel);
}

/** Registers what has arrived of these. @returns those. */
async function registerArrived(house: House, sent: readonly Sent[]): Promise<Set<Sent>> {
  const arrived = await messagesOf(house, sent);
  const queue = [...arrived];
  await Promise.all(
    Array.from({ length: CLERKS }, async () => {
      for (let each = queue.shift(); each !== undefined; each = queue.shift()) {
        const [{ to: agencyId }, messageId] = each;
        await run(house.kernel, answerMessage, { agencyId, messageId, status: '03' }, { actor: clerkOf(agencyId) });
      }
    }),
  );
  return new Set(arrived.keys());
}

/** Which of these the receivers have. */
export async function messagesOf({ kernel }: House, sent: readonly Sent[]): Promise<Map<Sent, Id<'message'>>> {
  if (sent.length === 0) return new Map();
  const { rows } = await kernel.database.pool.query<{ place: number; id: Id<'message'> }>(
    `select s.place::int as place, m.id from unnest($1::uuid[], $2::uuid[], $3::uuid[]) with ordinality as s (agency_id, sender_agency_id, envelope_id, place)
       join exchange.message m on m.agency_id = s.agency_id and m.sender_agency_id = s.sender_agency_id and m.envelope_id = s.envelope_id`,
    [sent.map(({ to }) => to), sent.map(({ from }) => from), sent.map(({ envelopeId }) => envelopeId)],
  );
  return new Map(rows.flatMap(({ place, id }) => { const each = sent[place - 1]; return each === undefined ? [] : [[each, id] as const]; }));
}

/** All of them stand as registered in their senders' records. */
async function untilAnswersAreBack({ kernel }: House, sent: readonly Sent[]): Promise<void> {
  for (const until = performance.now() + PATIENCE_MS; performance.now() < until; ) {
    const { rows } = await kernel.database.pool.query<{ missing: number }>(
      `select count(*) filter (where d.state <> 'registered') as missing from unnest($1::uuid[], $2::uuid[], $3::uuid[]) as s (agency_id, envelope_id, recipient_agency_id)
         join exchange.delivery d on d.agency_id = s.agency_id and d.envelope_id = s.envelope_id and d.recipient_agency_id = s.recipient_agency_id`,
      [sent.map(({ from }) => from), sent.map(({ envelopeId }) => envelopeId), sent.map(({ to }) => to)],
    );
    if (rows[0]?.missing === 0) return;
    await sleep(PAUSE_MS);
  }
  throw new Error('answers have not come back');
}
