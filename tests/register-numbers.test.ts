import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { issuedDocument, openOffice, type Clerk, type Office } from './office.ts';
import { numberProblems } from './register-numbers.ts';

let office: Office;
let receiver: Clerk;
before(async () => {
  office = await openOffice();
  const [sender, director, finance] = [await office.signIn('vanthu.snv'), await office.signIn('giamdoc.snv'), await office.agencies('Sở Tài chính')];
  receiver = await office.signIn('vanthu.stc');
  for (let turn = 0; turn < 3; turn += 1) await issuedDocument(sender, director, finance);
  await office.house.drain();
  const { body } = await receiver.get<{ rows: { id: string }[] }>('/api/v1/incoming-documents');
  assert.equal(body.rows.length, 3);
  for (const { id } of body.rows.slice(0, 2)) assert.equal((await receiver.post(`/api/v1/incoming-documents/${id}/register`)).status, 200);
  await office.house.drain();
});
after(() => office.close());

const problems = () => numberProblems((text) => office.house.sql(text));

/** What is found while something is wrong, which is put right again. */
async function whileWrong(wrong: string, right: string): Promise<string[]> {
  await office.house.sql(wrong);
  const found = await problems();
  await office.house.sql(right);
  assert.deepEqual(await problems(), []);
  return found;
}

test('what the registers gave stands on the documents, going out and coming in, and whoever was told so is registered', async () => {
  assert.deepEqual(await problems(), []);
});

for (const kind of ['outgoing', 'incoming'] as const) {
  test(`a number of the ${kind} register that stands on no document is found`, async () => {
    const of = `from registers.register r where r.id = c.register_id and r.kind = '${kind}'`;
    const found = await whileWrong(`update registers.counter c set last_number = last_number + 1 ${of}`, `update registers.counter c set last_number = last_number - 1 ${of}`);
    assert.equal(found.length, 1);
    assert.match(found[0] ?? '', kind === 'outgoing' ? /^outgoing register .*: gave 4 numbers, 3 stand on documents, the highest is 3$/ : /^incoming register .*: gave 3 numbers, 2 stand on documents, the highest is 2$/);
  });
}

test('an arrival number that the register did not give, and one of which nobody was told, are found', async () => {
  const found = await whileWrong(
    `update incoming_documents.document set arrival_number = 9 where arrival_number = 2`,
    `update incoming_documents.document set arrival_number = 2 where arrival_number = 9`,
  );
  assert.match(found.join(), /^incoming register .*: gave 2 numbers, 2 stand on documents, the highest is 9$/);
  const told = await whileWrong(`update exchange.message_answer set status = '04' where status = '03'`, `update exchange.message_answer set status = '03' where status = '04'`);
  assert.deepEqual(told.map((each) => each.replace(/^message [^:]+/, 'message')).toSorted(), ['message: arrival number 1, and nobody was told', 'message: arrival number 2, and nobody was told']);
});
