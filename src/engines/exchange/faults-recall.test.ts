import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { run } from '#kernel/command.ts';
import { newId, type Id } from '#kernel/ids.ts';
import { nodeFlags, openTestHouse, type TestHouse } from '#kernel/testkit.ts';
import { answerMessage } from './commands/answer-message.ts';
import { answerNotice } from './commands/answer-notice.ts';
import { sendEnvelope } from './commands/send-envelope.ts';
import { sendNotice } from './commands/send-notice.ts';
import { verifyReceipt } from './domain/receipt.ts';
import { receiptKeys } from './receipt-key.ts';
import { aClerk, aDocument, aMainFile, anAgency, aSentLetter } from './testing.ts';
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

/** In the long run every statement, otherwise every twenty-ninth with a start that differs from run to run: a round has three letters to three agencies. */
const STEP = process.env['LIENTHONG_LONG'] === undefined ? 29 : 1;
const START = 1 + (process.pid % STEP);

/** Starts a worker process that dies before its n-th statement. */
function work(dieBeforeStatement: number): Promise<{ killed: boolean; output: string }> {
  const order = { config: house.kernel.config, databaseUrl: house.kernel.database.directUrl, now: house.clock.now().toISOString(), dieBeforeStatement };
  const child = spawn(process.execPath, [...nodeFlags(), join(import.meta.dirname, 'testing/fault-worker.ts')], {
    env: { ...process.env, LIENTHONG_FAULT_ORDER: JSON.stringify(order), NODE_OPTIONS: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return new Promise((resolve) => {
    child.on('close', (_code, signal) => {
      resolve({ killed: signal === 'SIGKILL', output });
    });
  });
}

/** Two letters that arrived, one of them registered by its first receiver: then one is replaced and the other recalled, and what was asked before is answered. */
async function somethingOfEach(): Promise<void> {
  const recalled = await aSentLetter(house.kernel, { from: sender, to: receivers });
  const replaced = await aSentLetter(house.kernel, { from: sender, to: receivers });
  await house.drain();
  const [registered] = await house.sql<{ agency_id: Id<'agency'>; id: Id<'message'> }>('select agency_id, id from exchange.message where envelope_id = $1 limit 1', [recalled.envelopeId]);
  assert.ok(registered);
  await run(house.kernel, answerMessage, { agencyId: registered.agency_id, messageId: registered.id, status: '03' }, { actor: aClerk(registered.agency_id) });
  await run(house.kernel, sendNotice, { agencyId: sender, subject: recalled.subject, kind: 'recall', reason: 'Sai thẩm quyền' }, { actor: aClerk(sender) });
  const subject = { type: 'outgoing-document', id: newId() };
  const replaces = { subject: replaced.subject, reason: 'Sai số liệu' };
  await run(house.kernel, sendEnvelope, { agencyId: sender, subject, recipients: receivers, document: aDocument(), files: [await aMainFile(house.kernel)], replaces }, { actor: aClerk(sender) });
  const asked = await house.sql<{ agency_id: Id<'agency'>; target: Id<'message'>; id: string }>(`select agency_id, target_message_id as target, id from exchange.message where state = 'asked' and target_message_id is not null`);
  for (const each of asked) await run(house.kernel, answerNotice, { agencyId: each.agency_id, messageId: each.target, noticeId: each.id, agree: true }, { actor: aClerk(each.agency_id) });
}

test('a worker killed before any of its statements loses no recall and no replacement, and doubles none', { timeout: 600_000 }, async () => {
  let killed = 0;
  for (let statement = START; ; statement += STEP) {
    await somethingOfEach();
    const ended = await work(statement);
    assert.ok(ended.output.startsWith('ready'), ended.output);
    house.clock.advance(house.kernel.config.jobLeaseMs + 1000);
    await house.drain();
    if (!ended.killed) break;
    killed += 1;
  }
  assert.ok(killed >= 30 / STEP, `only ${String(killed)} kills: the worker did less than expected`);
  await somethingOfEach();
  await house.drain();
  await compareRegisters();
});

/** Both sides tell the same story of each document and each notice, and each effect stands in the records once. */
async function compareRegisters(): Promise<void> {
  assert.deepEqual(await house.sql('select kind, last_error from kernel.job'), [], 'no work is left over');
  const differing = await house.sql(
    `select e.kind, d.state as sent, m.state as received, d.answer_ordinal, m.answer_ordinal as own
       from exchange.delivery d join exchange.envelope e on e.agency_id = d.agency_id and e.id = d.envelope_id
       left join exchange.message m on m.agency_id = d.recipient_agency_id and m.sender_agency_id = d.agency_id and m.envelope_id = d.envelope_id
      where m.id is null or d.answer_ordinal <> m.answer_ordinal or d.state <> case when m.state = 'asked' then 'arrived' else m.state end`,
  );
  assert.deepEqual(differing, []);
  const [counts] = await house.sql(
    `select (select count(*) from exchange.message where state = 'recalled') as recalled,
            (select count(*) from audit.entry where type = 'exchange.message-recalled') as told_recalled,
            (select count(*) from exchange.withheld_file) as withheld,
            (select count(*) from exchange.message where state = 'replaced') as replaced,
            (select count(*) from audit.entry where type = 'exchange.message-replaced') as told_replaced`,
  );
  assert.ok(Number(counts?.['recalled']) > 0 && Number(counts?.['replaced']) > 0);
  assert.deepEqual([counts?.['told_recalled'], counts?.['withheld'], counts?.['told_replaced']], [counts?.['recalled'], counts?.['recalled'], counts?.['replaced']]);
  const receipts = await house.sql(
    `select a.receipt as theirs, b.receipt as ours from exchange.message_answer a join exchange.message m on m.agency_id = a.agency_id and m.id = a.message_id
       full join exchange.delivery_answer b on b.envelope_id = m.envelope_id and b.recipient_agency_id = m.agency_id and b.ordinal = a.ordinal`,
  );
  const keys = await receiptKeys(house.kernel.database.pool);
  for (const { theirs, ours } of receipts) {
    assert.equal(theirs, ours);
    assert.equal(verifyReceipt(String(ours), keys).ok, true);
  }
}
