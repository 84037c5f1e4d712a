import { systemActor } from '#kernel/actor.ts';
import { run, type CommandContext } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { vietnamDay } from '#kernel/time.ts';
import { agenciesOn } from '#engines/identity/index.ts';
import { storeBytes } from '#engines/files/index.ts';
import { answerMessage } from '../../../commands/answer-message.ts';
import { answerNotice } from '../../../commands/answer-notice.ts';
import { sendEnvelope } from '../../../commands/send-envelope.ts';
import { sendNotice } from '../../../commands/send-notice.ts';
import type { AnswerStatus } from '../../../contract.ts';
import type { PartnerId } from '../../adapter.ts';
import { derivedId } from '../edxml-packets/derived-id.ts';
import { counterpartIds } from '../edxml-packets/sandbox-agencies.ts';

type AgencyId = Id<'agency'>;
const actor = { actor: systemActor('exchange.sandbox') };
const BATCH = 50;
/** Each answer can be seen for a while before the next one. */
const PAUSE_MS = 3000;

/**
 * The two agencies for trying, at work: they register, assign, work on and finish what vendors' systems send them, agree to
 * recalls, and write two letters to each system that has reported itself; the second is recalled once it was registered. All of
 * it goes by the same commands and the same line as between real agencies.
 */
export async function playSandbox(kernel: Kernel): Promise<void> {
  const [first, second] = [...(await counterpartIds(kernel.database.pool))];
  if (first === undefined || second === undefined) return;
  // safe because the table holds ids of agencies
  const counterparts = [first, second] as AgencyId[];
  for (const agencyId of counterparts) await answerAll(kernel, agencyId);
  for (const system of await systemsToWriteTo(kernel)) for (const [index, from] of counterparts.entries()) await writeLetter(kernel, { system, from, ordinal: index + 1 });
  for (const system of await systemsToWriteTo(kernel)) await recallSecond(kernel, { system, from: counterparts[1] ?? second });
}

const NEXT: Record<string, AnswerStatus> = { arrived: '03', registered: '04', assigned: '05', in_process: '06' };

async function answerAll(kernel: Kernel, agencyId: AgencyId): Promise<void> {
  const { pool } = kernel.database;
  const before = new Date(kernel.clock.now().getTime() - PAUSE_MS);
  const open = await pool.query(
    `select m.id, m.state, exists (select from exchange.axis_sandbox s where s.agency_id = m.sender_agency_id and s.partner_id is not null) as "isTrial" from exchange.message m
      where m.agency_id = $1 and m.kind in ('new', 'replace') and m.state in ('arrived', 'registered', 'assigned', 'in_process') and m.changed_at <= $2 order by m.arrived_at limit $3`,
    [agencyId, before, BATCH],
  );
  // safe because the statement selects exactly these columns
  for (const { id, state, isTrial } of open.rows as { id: Id<'message'>; state: string; isTrial: boolean }[]) {
    const status = NEXT[state];
    if (isTrial && status !== undefined) await run(kernel, answerMessage, { agencyId, messageId: id, status }, actor);
    else if (state === 'arrived') await run(kernel, answerMessage, { agencyId, messageId: id, status: '02', reason: 'Cơ quan thử nghiệm không nhận văn bản thật.' }, actor);
  }
  const asked = await pool.query(`select n.id, n.target_message_id as "messageId" from exchange.message n where n.agency_id = $1 and n.state = 'asked' and n.target_message_id is not null and n.changed_at <= $2 limit $3`, [
    agencyId,
    before,
    BATCH,
  ]);
  // safe because the statement selects exactly these columns
  for (const { id, messageId } of asked.rows as { id: string; messageId: Id<'message'> }[]) await run(kernel, answerNotice, { agencyId, messageId, noticeId: id, agree: true }, actor);
}

type System = { partnerId: PartnerId; agencyId: AgencyId };

/** Systems in sandbox mode that have reported their agency. */
async function systemsToWriteTo(kernel: Kernel): Promise<System[]> {
  const { rows } = await kernel.database.pool.query(
    `select s.partner_id as "partnerId", s.agency_id as "agencyId" from exchange.axis_sandbox s
       join exchange.partner p on p.id = s.partner_id and p.state = 'active' and (p.config ->> 'isSandbox')::boolean
       join exchange.axis_step t on t.partner_id = s.partner_id and t.step = 'registered' and t.done_at is not null
      order by s.partner_id`,
  );
  // safe because the statement selects exactly these columns
  return rows as System[];
}

const subjectOf = (system: System, ordinal: number) => ({ type: 'sandbox-letter', id: derivedId('sandbox letter', system.partnerId, String(ordinal)) });

async function writeLetter(kernel: Kernel, letter: { system: System; from: AgencyId; ordinal: number }): Promise<void> {
  const { system, from, ordinal } = letter;
  const subject = subjectOf(system, ordinal);
  const sent = await kernel.database.pool.query('select 1 from exchange.envelope where agency_id = $1 and subject_type = $2 and subject_id = $3', [from, subject.type, subject.id]);
  if (sent.rowCount !== 0) return;
  const file = await storeBytes(kernel, Buffer.from(`Văn bản thử nghiệm số ${String(ordinal)}. Không có giá trị pháp lý.\n`, 'utf8'), { limitBytes: 10_000 });
  await run(kernel, sendLetter, { ...letter, subject, file }, actor);
}

type Letter = { system: System; from: AgencyId; ordinal: number; subject: { type: string; id: string }; file: { sha256: string; sizeBytes: number } };

async function sendLetter(ctx: CommandContext, { system, from, ordinal, subject, file }: Letter): Promise<void> {
  // Of two workers at the same moment the second sees the first one's letter.
  await ctx.query('select 1 from exchange.axis_sandbox where agency_id = $1 for update', [system.agencyId]);
  const sent = await ctx.query('select 1 from exchange.envelope where agency_id = $1 and subject_type = $2 and subject_id = $3', [from, subject.type, subject.id]);
  if (sent.rowCount !== 0) return;
  const today = vietnamDay(ctx.now);
  const sender = (await agenciesOn(ctx, [from], today)).get(from);
  const code = sender?.code ?? '';
  const { rows } = await ctx.query(`select count(*) + 1 as n from exchange.envelope where agency_id = $1 and subject_type = $2 and kind = 'new'`, [from, subject.type]);
  const number = String(rows[0]?.['n']);
  await sendEnvelope(ctx, {
    agencyId: from,
    subject,
    recipients: [system.agencyId],
    document: {
      code: `${code}.${today.slice(0, 4)}.${number}`,
      number,
      notation: `${sender?.abbreviation ?? ''}-TN`,
      issuedOn: today,
      documentType: 'cong-van',
      typeName: 'Công văn',
      summary: ordinal === 1 ? 'V/v thử kết nối: trả lời trạng thái 03, 04, 05, 06' : 'V/v thử kết nối: văn bản này sẽ bị thu hồi sau khi được tiếp nhận',
      urgency: 'normal',
      answerDue: null,
      signerName: 'Nguyễn Văn Thử',
      signerTitle: 'Giám đốc',
      senderName: sender?.name ?? '',
      senderCode: code,
      pageCount: 1,
    },
    files: [{ ...file, name: 'van-ban-thu-nghiem.txt', mediaType: 'text/plain', role: 'main' }],
  });
}

async function recallSecond(kernel: Kernel, of: { system: System; from: AgencyId | string }): Promise<void> {
  const subject = subjectOf(of.system, 2);
  const { rows } = await kernel.database.pool.query(
    `select 1 from exchange.envelope e join exchange.delivery d on d.agency_id = e.agency_id and d.envelope_id = e.id
      where e.agency_id = $1 and e.subject_type = $2 and e.subject_id = $3 and e.kind = 'new' and d.state in ('registered', 'assigned', 'in_process', 'completed')
        and not exists (select from exchange.envelope n where n.agency_id = e.agency_id and n.of_envelope_id = e.id)`,
    [of.from, subject.type, subject.id],
  );
  if (rows.length === 0) return;
  // safe because the id came from the table of agencies for trying
  await run(kernel, sendNotice, { agencyId: of.from as AgencyId, subject, kind: 'recall', reason: 'Thử thu hồi văn bản' }, actor);
}

export const sandboxSchedule = { name: 'exchange.sandbox', everyMs: 5000, run: playSandbox };
