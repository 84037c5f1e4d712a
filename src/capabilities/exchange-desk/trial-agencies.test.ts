import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { PersonActor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import { newId, type Id } from '#kernel/ids.ts';
import { sendEnvelope } from '#engines/exchange/index.ts';
import { storeBytes } from '#engines/files/index.ts';
import type { FlowReply, StatisticsReply } from './contract.ts';
import { openDesk, type Desk } from './testing.ts';

let desk: Desk;
let trial: Id<'agency'>;
let other: Id<'agency'>;
let province: PersonActor;
before(async () => {
  desk = await openDesk();
  [trial, other] = [await desk.agency('Cơ quan thử nghiệm A'), await desk.agency('Cơ quan thử nghiệm B')];
  await desk.house.sql('insert into exchange.axis_sandbox (agency_id) values ($1), ($2)', [trial, other]);
  province = await desk.person(await desk.agency('UBND tỉnh', { kind: 'province' }), 'Đinh Trọng Hiếu', ['province_admin']);
});
after(() => desk.house.close());

test('what agencies for trying send each other stands in no figure, no flow and no throughput of the province', async () => {
  const { kernel } = desk.house;
  const stored = await storeBytes(kernel, Buffer.from('thử kết nối'), { limitBytes: 1000 });
  const document = {
    code: 'Z99.A.2026.1', number: '1', notation: 'TNA', issuedOn: '2026-11-20', documentType: 'cong-van', typeName: 'Công văn', summary: 'V/v thử kết nối', urgency: 'normal' as const, answerDue: null,
    signerName: 'Nguyễn Văn Thử', signerTitle: 'Giám đốc', senderName: 'Cơ quan thử nghiệm A', senderCode: 'Z99.A', pageCount: 1,
  };
  const files = [{ ...stored, name: 'thu.txt', mediaType: 'text/plain', role: 'main' as const }];
  await run(kernel, sendEnvelope, { agencyId: trial, subject: { type: 'sandbox-letter', id: newId() }, recipients: [other], document, files }, { actor: province });
  await desk.house.drain();
  await desk.pass(1);
  await desk.pass(1);
  const { body: statistics } = await desk.call<StatisticsReply>(province, 'GET', '/statistics?from=2026-11&to=2026-11');
  assert.deepEqual([statistics.agencies, statistics.total.sent, statistics.total.received], [[], 0, 0]);
  const { body: flow } = await desk.call<FlowReply>(province, 'GET', '/flow?span=day');
  assert.deepEqual([flow.nodes, flow.sent, flow.throughput.filter(({ sent, arrived }) => sent + arrived > 0)], [[], 0, []]);
});
