import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { run } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import { nodeFlags, openTestHouse, type TestHouse } from '#kernel/testkit.ts';
import { answerMessage } from './commands/answer-message.ts';
import { verifyReceipt } from './domain/receipt.ts';
import { receiptKeys } from './receipt-key.ts';
import { aClerk, anAgency, aSentLetter } from './testing.ts';
import { faultHouse } from './testing/faults.ts';

let house: TestHouse;
let sender: Id<'agency'>;
const receivers: Id<'agency'>[] = [];
before(async () => {
  house = await openTestHouse({ modules: faultHouse });
  sender = await anAgency(house.kernel, 'Sở Nội vụ');
  for (const name of ['UBND xã Hoằng Hóa', 'UBND phường Hạc Thành', 'UBND xã Nông Cống']) receivers.push(await anAgency(house.kernel, name));
});
after(() => house.close());

/** In the long run every statement, otherwise every ninth with a start that differs from run to run. */
const STEP = process.env['LIENTHONG_LONG'] === undefined ? 9 : 1;
const START = 1 + (process.pid % STEP);
const RANDOM_KILLS = process.env['LIENTHONG_LONG'] === undefined ? 3 : 120;

type Ended = { killed: boolean; output: string };

/** Starts a worker process; it dies before its n-th statement, or is killed from outside after some milliseconds. */
function work(fate: { dieBeforeStatement?: number; killAfterMs?: number } = {}): Promise<Ended> {
  const order = { config: house.kernel.config, databaseUrl: house.kernel.database.directUrl, now: house.clock.now().toISOString(), dieBeforeStatement: fate.dieBeforeStatement ?? null };
  const child = spawn(process.execPath, [...nodeFlags(), join(import.meta.dirname, 'testing/fault-worker.ts')], {
    env: { ...process.env, LIENTHONG_FAULT_ORDER: JSON.stringify(order), NODE_OPTIONS: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
    if (chunk.toString().startsWith('ready') && fate.killAfterMs !== undefined) setTimeout(() => child.kill('SIGKILL'), fate.killAfterMs);
  });
  return new Promise((resolve) => {
    child.on('close', (_code, signal) => {
      resolve({ killed: signal === 'SIGKILL', output });
    });
  });
}

/** The leases of the dead run out, and what they left is done. */
async function recover(): Promise<void> {
  house.clock.advance(house.kernel.config.jobLeaseMs + 1000);
  await house.drain();
}

async function sendAndAnswer(): Promise<void> {
  await aSentLetter(house.kernel, { from: sender, to: receivers });
  const open = await house.sql<{ agency_id: Id<'agency'>; id: Id<'message'>; answer_ordinal: number }>(`select agency_id, id, answer_ordinal from exchange.message where state = 'arrived' order by id limit 4`);
  for (const [index, message] of open.entries()) {
    const answer = index % 2 === 0 ? { status: '03' as const } : { status: '02' as const, reason: 'Không đúng thẩm quyền' };
    await run(house.kernel, answerMessage, { agencyId: message.agency_id, messageId: message.id, ...answer }, { actor: aClerk(message.agency_id) });
  }
}

test('a worker killed before any of its statements loses nothing and doubles nothing', async () => {
  let killed = 0;
  for (let statement = START; ; statement += STEP) {
    await sendAndAnswer();
    const ended = await work({ dieBeforeStatement: statement });
    assert.ok(ended.output.startsWith('ready'), ended.output);
    await recover();
    if (!ended.killed) break;
    killed += 1;
  }
  assert.ok(killed >= 25 / STEP, `only ${String(killed)} kills: the worker did less than expected`);
  await compareRegisters();
});

test('workers killed at any moment, two at a time, lose nothing and double nothing', async () => {
  for (let round = 0; round < RANDOM_KILLS; round += 1) {
    await sendAndAnswer();
    await Promise.all([work({ killAfterMs: Math.random() * 150 }), work({ killAfterMs: Math.random() * 150 })]);
    if (round % 3 === 2) await recover();
    else house.clock.advance(house.kernel.config.jobLeaseMs + 1000);
  }
  await recover();
  await compareRegisters();
});

/** Both sides' registers, complete and row by row. */
async function compareRegisters(): Promise<void> {
  assert.deepEqual(await house.sql('select kind, last_error from kernel.job'), [], 'no work is left over');
  const sides = await house.sql(
    `select d.envelope_id, d.recipient_agency_id, d.state as sent_state, d.answer_ordinal as sent_ordinal, count(m.id) as messages,
            min(m.state) as received_state, min(m.answer_ordinal) as received_ordinal, bool_and(m.content_hash = e.content_hash and m.original = e.original) as same_content
       from exchange.delivery d join exchange.envelope e on e.agency_id = d.agency_id and e.id = d.envelope_id
       left join exchange.message m on m.agency_id = d.recipient_agency_id and m.sender_agency_id = d.agency_id and m.envelope_id = d.envelope_id
      group by 1, 2, 3, 4`,
  );
  const [sent] = await house.sql('select sum(recipient_count) as count from exchange.envelope');
  assert.equal(sides.length, sent?.['count']);
  for (const side of sides) {
    assert.deepEqual([side['messages'], side['same_content'], side['received_state'], side['received_ordinal']], [1, true, side['sent_state'], side['sent_ordinal']], JSON.stringify(side));
  }
  assert.equal((await house.sql('select count(*) as count from exchange.message'))[0]?.['count'], sides.length, 'nothing arrived that was not sent');
  await compareReceipts();
  await compareRecords();
}

async function compareReceipts(): Promise<void> {
  const differing = await house.sql(
    `select 1 from (select m.envelope_id, m.agency_id, a.ordinal, a.status, a.receipt from exchange.message_answer a join exchange.message m on m.agency_id = a.agency_id and m.id = a.message_id) mine
       full join (select envelope_id, recipient_agency_id, ordinal, status, receipt from exchange.delivery_answer) theirs
         on theirs.envelope_id = mine.envelope_id and theirs.recipient_agency_id = mine.agency_id and theirs.ordinal = mine.ordinal
      where mine.receipt is distinct from theirs.receipt or mine.status is distinct from theirs.status`,
  );
  assert.equal(differing.length, 0, 'each side holds the same receipts');
  const keys = await receiptKeys(house.kernel.database.pool);
  for (const { receipt } of await house.sql('select receipt from exchange.delivery_answer')) assert.equal(verifyReceipt(String(receipt), keys).ok, true);
}

/** Every arrival, every reaction to it and every answer stands in the records exactly once. */
async function compareRecords(): Promise<void> {
  const [row] = await house.sql(
    `select (select count(*) from exchange.message) as messages,
            (select count(*) from audit.entry where type = 'exchange.message-arrived') as arrivals,
            (select count(distinct subject_id) from audit.entry where type = 'exchange.message-arrived') as arrived_messages,
            (select count(*) from audit.entry where type = 'inbox-probe.letter-noted') as notes,
            (select count(distinct subject_id) from audit.entry where type = 'inbox-probe.letter-noted') as noted_messages,
            (select sum((data->>'count')::int) from audit.entry where type = 'exchange.deliveries-arrived') as told,
            (select count(*) from exchange.message_answer where ordinal > 1) as answers,
            (select count(*) from audit.entry where type = 'exchange.message-answered') as answered,
            (select count(*) from audit.entry where type = 'exchange.delivery-answered') as heard,
            (select count(*) from exchange.message_file) as files, (select count(*) from files.file) as file_rows`,
  );
  const { messages, answers, ...counts } = row ?? {};
  assert.deepEqual(counts, { arrivals: messages, arrived_messages: messages, notes: messages, noted_messages: messages, told: messages, answered: answers, heard: answers, files: messages, file_rows: messages });
}
