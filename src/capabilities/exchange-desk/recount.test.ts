import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { run, type CommandContext } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import { sealNow } from '#engines/audit/index.ts';
import { addRecipients, answerMessage, answerNotice, sendEnvelope, sendNotice, type SendEnvelope } from '#engines/exchange/index.ts';
import { aClerk, aDocument, aMainFile, aSentLetter } from '#engines/exchange/testing.ts';
import type { PersonActor } from '#kernel/actor.ts';
import type { FlowReply, StatisticsReply } from './contract.ts';
import { keepFigures } from './keep-figures.ts';
import { openDesk, type Desk } from './testing.ts';

let desk: Desk;
let sender: Id<'agency'>;
let commune: Id<'agency'>;
let ward: Id<'agency'>;
let press: Id<'agency'>;
let province: PersonActor;
before(async () => {
  desk = await openDesk();
  sender = await desk.agency('Sở Nội vụ');
  commune = await desk.agency('UBND xã Hoằng Hóa', { kind: 'commune' });
  ward = await desk.agency('UBND phường Hạc Thành', { kind: 'commune' });
  press = await desk.agency('Báo Thanh Hóa', { hosting: 'external' });
  province = await desk.person(await desk.agency('UBND tỉnh', { kind: 'province' }), 'Đinh Trọng Hiếu', ['province_admin']);
});
after(() => desk.house.close());

const MINUTES_A_DAY = 24 * 60;
const letter = (from: Id<'agency'>, to: Id<'agency'>[]): ReturnType<typeof aSentLetter> => aSentLetter(desk.house.kernel, { from, to });

async function messageOf(agencyId: Id<'agency'>, envelopeId: string): Promise<Id<'message'>> {
  const [row] = await desk.house.sql<{ id: Id<'message'> }>('select id from exchange.message where agency_id = $1 and envelope_id = $2', [agencyId, envelopeId]);
  assert.ok(row);
  return row.id;
}
async function answer(agencyId: Id<'agency'>, envelopeId: string, status: '02' | '03' | '04'): Promise<void> {
  const input = { agencyId, messageId: await messageOf(agencyId, envelopeId), status, ...(status === '02' ? { reason: 'Gửi nhầm nơi nhận' } : {}) };
  await run(desk.house.kernel, answerMessage, input, { actor: aClerk(agencyId) });
}
const recall = (subject: { type: string; id: string }): Promise<unknown> =>
  run(desk.house.kernel, sendNotice, { agencyId: sender, subject, kind: 'recall', reason: 'Sai thẩm quyền' }, { actor: aClerk(sender) });

const ZONE = `'Asia/Ho_Chi_Minh'`;
/** What is kept, and what a plain count of the exchange's rows says, for the same time; both as sorted lines. */
async function keptAndCounted(): Promise<{ kept: string[]; counted: string[] }> {
  const lines = async (text: string): Promise<string[]> => (await desk.house.sql<{ line: string }>(text)).map((row) => row.line).toSorted();
  const at = (grain: string, column: string): string => (grain === 'day' ? `date_trunc('day', ${column} at time zone ${ZONE}) at time zone ${ZONE}` : `date_trunc('${grain}', ${column})`);
  const now = desk.house.kernel.clock.now().toISOString();
  const since = { minute: `date_trunc('hour', timestamptz '${now}' - interval '47 hours')`, hour: `timestamptz '${now}' - interval '38 days'`, day: `'-infinity'` };
  const kept: string[] = [];
  const counted: string[] = [];
  for (const [grain, from] of Object.entries(since)) {
    kept.push(...(await lines(`select concat_ws(' ', grain, agency_id, starts_at, other_agency_id, sent, arrived, returned, received) as line from exchange_desk.flow where grain = '${grain}' and starts_at >= ${from}`)));
    counted.push(
      ...(await lines(
        `select concat_ws(' ', '${grain}', agency, at, other, sum(sent), sum(arrived), sum(returned), sum(received)) as line
           from (select e.agency_id as agency, ${at(grain, 'e.sent_at')} as at, coalesce(d.delivered_to_agency_id, d.recipient_agency_id) as other, 1 as sent, (d.arrived_at is not null)::int as arrived,
                        (d.state in ('returned', 'no_route', 'refused'))::int as returned, 0 as received
                   from exchange.envelope e, exchange.delivery d where d.agency_id = e.agency_id and d.envelope_id = e.id and d.state <> 'cancelled'
                 union all select agency_id, ${at(grain, 'arrived_at')}, sender_agency_id, 0, 0, 0, 1 from exchange.message) t
          where at >= ${from} group by agency, at, other`,
      )),
    );
  }
  kept.push(...(await lines(`select concat_ws(' ', agency_id, day, sent, recipients, arrived, refused, need_paper, waiting, received, notice_on_time, notice_late, notice_open) as line from exchange_desk.day_statistic`)));
  counted.push(
    ...(await lines(
      `with day as (select distinct agency, (at at time zone ${ZONE})::date as day from (select agency_id as agency, sent_at as at from exchange.envelope union all select agency_id, arrived_at from exchange.message) t),
            gone as (select e.agency_id as agency, (e.sent_at at time zone ${ZONE})::date as day, d.* from exchange.envelope e join exchange.delivery d on d.agency_id = e.agency_id and d.envelope_id = e.id
                      where e.kind in ('new', 'replace') and d.state <> 'cancelled'),
            come as (select m.agency_id as agency, (m.arrived_at at time zone ${ZONE})::date as day, m.state,
                            (select (min(a.at) at time zone ${ZONE})::date from exchange.message_answer a where a.agency_id = m.agency_id and a.message_id = m.id and a.status in ('02', '03')) as told
                       from exchange.message m where m.kind in ('new', 'replace'))
       select concat_ws(' ', agency, day,
                (select count(*) from exchange.envelope e where e.agency_id = day.agency and (e.sent_at at time zone ${ZONE})::date = day.day and e.kind in ('new', 'replace')),
                (select concat_ws(' ', count(*), count(*) filter (where arrived_at is not null), count(*) filter (where state = 'refused'), count(*) filter (where state = 'no_route'), count(*) filter (where state = 'waiting'))
                   from gone where gone.agency = day.agency and gone.day = day.day),
                (select concat_ws(' ', count(*), count(*) filter (where told = come.day), count(*) filter (where told > come.day), count(*) filter (where told is null and state = 'arrived')) from come where come.agency = day.agency and come.day = day.day)
              ) as line from day`,
    )),
  );
  return { kept, counted };
}

async function assertEqualsRecount(when: string): Promise<void> {
  const { kept, counted } = await keptAndCounted();
  assert.ok(counted.length > 0);
  assert.deepEqual(kept, counted, when);
}

test('after each turn the figures are those of a plain count: answers, refusals, recalls, callings off, further recipients, replacements, late and very late changes', async () => {
  const first = await letter(sender, [commune, ward]);
  const second = await letter(sender, [commune, press]);
  const third = await letter(commune, [sender, ward]);
  await desk.house.drain();
  await desk.pass(1);
  await assertEqualsRecount('what was sent and arrived');
  await answer(commune, first.envelopeId, '03');
  await answer(ward, third.envelopeId, '02');
  await desk.house.drain();
  await desk.pass(1);
  await assertEqualsRecount('an answer and a refusal');
  await recall(second.subject);
  await desk.house.drain();
  await desk.pass(1);
  await assertEqualsRecount('a recall of what had arrived, and the calling off of what had not');
  await desk.pass(3 * MINUTES_A_DAY);
  await answer(ward, first.envelopeId, '03');
  await run(desk.house.kernel, addRecipients, { agencyId: commune, subject: third.subject, recipients: [press] }, { actor: aClerk(commune) });
  const replacing: SendEnvelope = { agencyId: sender, subject: { type: 'outgoing-document', id: 'bản thay thế' }, recipients: [commune, ward], document: aDocument(), files: [await aMainFile(desk.house.kernel)], replaces: { subject: first.subject, reason: 'Sai số liệu' } };
  await run(desk.house.kernel, sendEnvelope, replacing, { actor: aClerk(sender) });
  await desk.house.drain();
  await desk.pass(1);
  await assertEqualsRecount('days later');
  await desk.pass(45 * MINUTES_A_DAY);
  await answer(sender, third.envelopeId, '03');
  await recall(first.subject);
  await desk.house.drain();
  const asked = await desk.house.sql<{ agency_id: Id<'agency'>; id: Id<'message'>; target: Id<'message'> }>(`select agency_id, id, target_message_id as target from exchange.message where state = 'asked'`);
  for (const notice of asked) await run(desk.house.kernel, answerNotice, { agencyId: notice.agency_id, messageId: notice.target, noticeId: notice.id, agree: true }, { actor: aClerk(notice.agency_id) });
  await desk.house.drain();
  await desk.pass(1);
  await assertEqualsRecount('weeks later, when the hours are kept no more');
});

test('a rebuild and a second turn at the same moment give the same figures', async () => {
  assert.equal((await desk.call(province, 'POST', '/statistics/rebuild')).status, 204);
  await Promise.all([keepFigures(desk.house.kernel), keepFigures(desk.house.kernel)]);
  await assertEqualsRecount('after a rebuild');
  const [left] = await desk.house.sql<{ count: number }>('select count(*)::int as count from exchange_desk.history');
  assert.equal(left?.count, 0);
});

test('a round whose counting died in the middle is gone on with, and only then are the figures complete', async () => {
  const { kernel } = desk.house;
  const [before] = await desk.house.sql<{ at: Date }>('select complete_at as at from exchange_desk.reading');
  await letter(sender, [commune, ward, press]);
  await desk.house.drain();
  await sealNow(kernel);
  desk.house.clock.advance(1000);
  // As a process leaves it that noted what is due and died before it counted.
  await desk.house.sql(`insert into exchange_desk.due_hour select agency_id, hour from exchange_desk.hour_statistic on conflict do nothing`);
  await desk.house.sql(`update exchange_desk.hour_statistic set sent = sent + 7`);
  await desk.house.sql(`update exchange_desk.reading set is_counting = true, round_until = $1`, [kernel.clock.now()]);
  await keepFigures(kernel);
  await assertEqualsRecount('after what was left behind');
  const [after] = await desk.house.sql<{ at: Date; due: number; counting: boolean }>('select complete_at as at, is_counting as counting, (select count(*)::int from exchange_desk.due_hour) as due from exchange_desk.reading');
  assert.ok(after);
  assert.deepEqual([after.due, after.counting], [0, false]);
  assert.ok(after.at > (before?.at ?? after.at));
});

test('what changes no figure writes no row, and no event makes a job for the figures', async () => {
  const { envelopeId } = await letter(sender, [commune]);
  await desk.house.drain();
  await answer(commune, envelopeId, '03');
  await desk.house.drain();
  await desk.pass(1);
  await desk.pass(10);
  const versions = (): Promise<object[]> =>
    desk.house.sql(`select 'flow' as of, xmin::text as version, ctid::text as place from exchange_desk.flow union all select 'hour', xmin::text, ctid::text from exchange_desk.hour_statistic
                    union all select 'day', xmin::text, ctid::text from exchange_desk.day_statistic order by 1, 2, 3`);
  const before = await versions();
  await answer(commune, envelopeId, '04');
  assert.deepEqual(await desk.house.sql(`select kind from kernel.job where kind like 'exchange-desk.%'`), []);
  await desk.house.drain();
  await desk.pass(1);
  assert.deepEqual(await versions(), before);
});

test('a transaction that began long before others and ends after them is counted all the same', async () => {
  const file = await aMainFile(desk.house.kernel);
  let finish: () => void = () => undefined;
  const end = new Promise<void>((resolve) => {
    finish = resolve;
  });
  let begun: () => void = () => undefined;
  const hasBegun = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const slowly = async (ctx: CommandContext): Promise<void> => {
    await sendEnvelope(ctx, { agencyId: ward, subject: { type: 'outgoing-document', id: 'gửi chậm' }, recipients: [press], document: aDocument(), files: [file] });
    begun();
    await end;
  };
  const slow = run(desk.house.kernel, slowly, undefined, { actor: aClerk(ward) });
  await hasBegun;
  await letter(sender, [commune]);
  await desk.house.drain();
  await desk.pass(20);
  await assertEqualsRecount('what had ended');
  finish();
  await slow;
  await desk.pass(1);
  await assertEqualsRecount('what ended later');
});

test('a change that stands in nobody’s record is counted once its hour is over', async () => {
  await desk.house.sql(`update exchange.delivery set state = 'no_route' where envelope_id = (select envelope_id from exchange.delivery order by created_at desc, envelope_id desc limit 1)`);
  await desk.pass(70);
  await assertEqualsRecount('the hour after');
});

test('a document is sent signed by its main file, alone or with attachments, whatever an attachment is', async () => {
  const { house } = desk;
  const { kernel } = house;
  const attachment = { ...(await aMainFile(kernel)), name: 'phu-luc.txt', role: 'attachment' as const };
  const [alone, together, unsigned] = [await letter(press, [commune]), await aSentLetter(kernel, { from: press, to: [commune], files: [await aMainFile(kernel), attachment] }), await aSentLetter(kernel, { from: press, to: [commune], files: [await aMainFile(kernel), attachment] })];
  await house.drain();
  const sign = (envelopeId: string, place: number): Promise<unknown> =>
    house.sql(`update exchange.envelope set inspection = jsonb_set(jsonb_set(inspection, array[$2, 'signatureCount'], '1'), array[$2, 'indication'], '"TOTAL-PASSED"') where id = $1`, [envelopeId, String(place)]);
  const mainPlace = async (envelopeId: string): Promise<number> => {
    const [row] = await house.sql<{ place: number }>(
      `select n::int - 1 as place from exchange.envelope e, jsonb_array_elements(e.inspection) with ordinality i (value, n), json_array_elements(e.original::json -> 'files') f
        where e.id = $1 and f.value ->> 'role' = 'main' and f.value ->> 'sha256' = i.value ->> 'sha256'`,
      [envelopeId],
    );
    assert.ok(row);
    return row.place;
  };
  await sign(alone.envelopeId, 0);
  await sign(together.envelopeId, await mainPlace(together.envelopeId));
  await sign(unsigned.envelopeId, 1 - (await mainPlace(unsigned.envelopeId)));
  await desk.pass(1);
  const figures = (await desk.call<StatisticsReply>(province, 'GET', '/statistics?from=2026-10&to=2027-12')).body.agencies.find((each) => each.agencyId === press)?.figures;
  assert.deepEqual([figures?.sent, figures?.sentSigned, figures?.sentValid], [3, 2, 2]);
});

test('the screens say until when the figures are complete, not when they were looked at', async () => {
  const until = async (): Promise<(string | null)[]> => [
    (await desk.call<FlowReply>(province, 'GET', '/flow?span=day')).body.until,
    (await desk.call<StatisticsReply>(province, 'GET', '/statistics?from=2026-10&to=2027-12')).body.countedAt,
  ];
  await desk.pass(1);
  const turn = desk.house.kernel.clock.now().toISOString();
  assert.deepEqual(await until(), [turn, turn]);
  desk.house.clock.advance(60_000);
  await letter(sender, [commune]);
  assert.deepEqual(await until(), [turn, turn], 'looking is no counting');
  await sealNow(desk.house.kernel);
  const seal = desk.house.kernel.clock.now().toISOString();
  desk.house.clock.advance(60_000);
  await letter(sender, [ward]);
  await keepFigures(desk.house.kernel);
  assert.deepEqual(await until(), [seal, seal], 'what is not sealed yet was not read');
});
