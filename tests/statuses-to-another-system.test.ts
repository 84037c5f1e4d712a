import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { HandlersReply } from '#capabilities/incoming-documents/contract.ts';
import { aPacket, openPacket } from '#engines/exchange/partners/adapters/provincial-axis/testing.ts';
import { openOffice, type Clerk, type Office } from './office.ts';
import { administratorOf } from './two-offices.ts';

// A vendor's system calls the API of the provincial axis from outside; what it is told is what people here really do.
const OWN = { code: 'H56.90.01', name: 'Công ty Cấp nước Thanh Hóa' };
const inbox = '/api/v1/incoming-documents';

type Item = { docId: string; messageType: string; status: string };
type AxisReply = { ErrorCode: string; ErrorDesc: string; DocId: string | null; items: Item[] };

let office: Office;
let address: string;
let access: { systemId: string; secret: string };
let clerk: Clerk;
let director: Clerk;
let officer: Clerk;
let code = '';
before(async () => {
  office = await openOffice();
  address = await office.listen();
  const made = await administratorOf(office).call<{ key: { secret: string } }>('POST', '/api/v1/exchange/systems', { body: { name: 'Phần mềm Cấp nước', systemId: 'cap-nuoc', isSandbox: false, agencies: [OWN] } });
  assert.equal(made.status, 200, JSON.stringify(made.body));
  access = { systemId: 'cap-nuoc', secret: made.body.key.secret };
  [clerk, director, officer] = [await office.signIn('vanthu.snv'), await office.signIn('giamdoc.snv'), await office.signIn('chuyenvien.snv')];
  const [row] = await office.house.sql<{ code: string }>(
    `select c.code from identity.agency_code c join identity.agency_name n on n.agency_id = c.agency_id and n.valid_to is null where c.scheme = 'qd20' and c.valid_to is null and n.name = 'Sở Nội vụ tỉnh Thanh Hóa'`,
  );
  code = row?.code ?? '';
});
after(() => office.close());

async function call(path: string, body: object | Buffer = {}): Promise<{ reply: AxisReply; bytes: Buffer }> {
  const isPacket = Buffer.isBuffer(body);
  const answer = await fetch(`${address}/v1/${path}`, {
    method: 'POST',
    headers: { 'x-systemid': access.systemId, 'x-secretkey': access.secret, 'content-type': isPacket ? 'application/octet-stream' : 'application/json' },
    body: isPacket ? new Uint8Array(body) : JSON.stringify(body),
  });
  const bytes = Buffer.from(await answer.arrayBuffer());
  // safe because the axis answers JSON in this form, but for the packets themselves
  return { bytes, reply: (answer.headers.get('content-type')?.includes('json') === true ? JSON.parse(bytes.toString('utf8')) : {}) as AxisReply };
}

type Told = { status: string; by: string; reason: string };

/** What waits for the system, as it asks: each status is fetched, read and acknowledged. */
async function statuses(): Promise<Told[]> {
  await office.house.drain();
  const told: Told[] = [];
  for (const { docId } of (await call('getReceivedEdocList', { messageType: 'status' })).reply.items) {
    const { message } = await openPacket((await call('getEdoc', { docId })).bytes);
    assert.ok(message.kind === 'status');
    assert.deepEqual([message.from.organId, message.responseFor.organId], [code, OWN.code]);
    told.push({ status: message.statusCode, by: message.staff?.staff ?? '', reason: message.description });
    assert.equal((await call('updateStatus', { docId, status: 'done' })).reply.ErrorCode, '0');
  }
  return told;
}

const pairs = (told: readonly Told[]) => told.map(({ status, by }) => [status, by]);

async function arrived(number: string): Promise<string> {
  const sent = await call('sendEdoc', await aPacket({ from: OWN, to: [code], document: { number, summary: `V/v cấp nước số ${number}` } }));
  assert.equal(sent.reply.ErrorCode, '0', sent.reply.ErrorDesc);
  await office.house.drain();
  const { body } = await clerk.get<{ rows: { id: string; number: string }[] }>(`${inbox}?state=arrived`);
  const found = body.rows.find((row) => row.number === number);
  assert.ok(found, `number ${number} arrived`);
  return found.id;
}

async function step(as: Clerk, id: string, verb: string, body: object = {}): Promise<void> {
  const reply = await as.post(`${inbox}/${id}/${verb}`, body);
  assert.ok(reply.status === 200 || reply.status === 204, `${verb}: ${JSON.stringify(reply.body)}`);
}

async function handled(number: string): Promise<{ id: string; postOf: (name: string) => string }> {
  const id = await arrived(number);
  const { leaders, assignees } = (await clerk.get<HandlersReply>(`${inbox}/handlers`)).body;
  const postOf = (name: string): string => [...leaders, ...assignees].find((post) => post.name === name)?.postId ?? '';
  await step(clerk, id, 'register');
  await step(clerk, id, 'submit', { leaderPostId: postOf('Nguyễn Văn Bình'), note: 'Trình Giám đốc' });
  return { id, postOf };
}

test('a vendor’s system asks for statuses and is told 01, 03, 04, 05 and 06, each when it happens and once, with who did it', async () => {
  const { id, postOf } = await handled('101');
  assert.deepEqual((await statuses()).map(({ status }) => status), ['01', '03']);
  await step(director, id, 'assign', { instruction: 'Tham mưu trả lời', mainPostId: postOf('Vũ Thị Phương Thảo'), dueOn: '2026-12-04' });
  assert.deepEqual(pairs(await statuses()), [['04', 'Nguyễn Văn Bình']]);
  await director.get(`${inbox}/${id}`);
  assert.deepEqual(await statuses(), [], 'whoever only reads has not begun');
  await officer.get(`${inbox}/${id}`);
  await officer.get(`${inbox}/${id}`);
  assert.deepEqual(pairs(await statuses()), [['05', 'Vũ Thị Phương Thảo']]);
  await step(officer, id, 'progress', { text: 'Đã khảo sát' });
  assert.deepEqual(await statuses(), []);
  await step(officer, id, 'complete', { result: 'done', text: 'Đã trả lời bằng văn bản' });
  assert.deepEqual(pairs(await statuses()), [['06', 'Vũ Thị Phương Thảo']]);
  assert.deepEqual(await statuses(), []);
});

test('what is completed without having been assigned is told as 03 and 06; a refusal as 02 with its reason', async () => {
  const { id } = await handled('103');
  await step(director, id, 'complete', { result: 'information', text: 'Để biết' });
  const known = await statuses();
  assert.deepEqual(known.map(({ status }) => status), ['01', '03', '06']);
  const refused = await arrived('104');
  await step(clerk, refused, 'refuse', { reason: 'Không thuộc thẩm quyền của Sở' });
  assert.deepEqual((await statuses()).map(({ status, reason }) => [status, reason]), [['01', 'Đã đến'], ['02', 'Không thuộc thẩm quyền của Sở']]);
});

test('statuses that were not fetched wait in their order, and come once however late', async () => {
  const { id, postOf } = await handled('102');
  await step(director, id, 'assign', { instruction: 'Tham mưu trả lời', mainPostId: postOf('Vũ Thị Phương Thảo'), dueOn: '2026-12-04' });
  await officer.get(`${inbox}/${id}`);
  await step(officer, id, 'complete', { result: 'done', text: 'Đã trả lời' });
  office.house.clock.advance(3 * 86_400_000);
  assert.deepEqual((await statuses()).map(({ status }) => status), ['01', '03', '04', '05', '06']);
});
