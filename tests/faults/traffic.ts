import type { PersonActor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import { AppError } from '#kernel/errors.ts';
import { newId, type Id } from '#kernel/ids.ts';
import { refuseDocument } from '#capabilities/incoming-documents/commands/refuse-document.ts';
import { registerDocument } from '#capabilities/incoming-documents/commands/register-document.ts';
import { answerMessage, answerNotice, openMessage, remindRecipients, sendEnvelope, sendNotice } from '#engines/exchange/index.ts';
import { aClerk, aDocument, aMainFile, aSentLetter } from '#engines/exchange/testing.ts';
import type { Chance } from './chance.ts';
import type { RunningInstallation } from './running-installation.ts';

/** Who writes to whom: an agency here, and those of the other side as this side knows them. */
export type Correspondent = { at: RunningInstallation; sender: Id<'agency'>; recipients: readonly Id<'agency'>[]; /** Letters that were acknowledged: they must stand. */ acknowledged: Letter[] };
type Letter = { envelopeId: string; subject: { type: string; id: string } };

/** What an office does to another in a moment: letters, and now and then a recall, an update, a replacement, a reminder, and looks at and answers to what came. */
export async function someTraffic(of: Correspondent, chance: Chance): Promise<void> {
  await attempt(() => letter(of, chance));
  if (chance.happens(0.4) && of.acknowledged.length > 0) await attempt(() => somethingAbout(of, chance.pick(of.acknowledged.slice(-8)), chance));
  await attempt(() => answers(of, chance));
}

/**
 * A refusal by a rule is what an office lives with (a recall overtook its answer); a database that is away is tried again with
 * the next round. Everything else is a finding.
 */
async function attempt(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (isAway(error) || (error instanceof AppError && /^(exchange|cases)\./.test(error.code))) return;
    throw error;
  }
}

/** The codes of a server that is stopped (its socket is a file that is gone), was killed or is starting, as the driver tells them to whoever asks it directly. */
const AWAY = new Set(['ECONNREFUSED', 'ENOENT', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', '57P01', '57P02', '57P03', '08006', '08003']);

function isAway(error: unknown): boolean {
  if (error instanceof AppError) return error.code === 'kernel.unavailable';
  if (!(error instanceof Error)) return false;
  return ('code' in error && AWAY.has(String(error.code))) || /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error/.test(error.message);
}

function someOf(of: Correspondent, chance: Chance): Id<'agency'>[] {
  const chosen = of.recipients.filter(() => chance.happens(0.6));
  return chosen.length > 0 ? chosen : [chance.pick(of.recipients)];
}

async function letter(of: Correspondent, chance: Chance): Promise<void> {
  const sent = await aSentLetter(of.at.kernel, { from: of.sender, to: someOf(of, chance) });
  of.acknowledged.push(sent);
}

async function somethingAbout(of: Correspondent, earlier: Letter, chance: Chance): Promise<void> {
  const actor = aClerk(of.sender);
  const about = { agencyId: of.sender, subject: earlier.subject };
  const kind = chance.pick(['recall', 'update', 'replace', 'remind'] as const);
  if (kind === 'recall') await run(of.at.kernel, sendNotice, { ...about, kind, reason: 'Sai thẩm quyền' }, { actor });
  else if (kind === 'update') await run(of.at.kernel, sendNotice, { ...about, kind, reason: 'Đính chính', changed: { summary: 'V/v đính chính văn bản', urgency: 'normal', answerDue: null } }, { actor });
  else if (kind === 'remind') await run(of.at.kernel, remindRecipients, about, { actor });
  else {
    const replaces = { subject: earlier.subject, reason: 'Sai số liệu' };
    const subject = { type: 'outgoing-document', id: newId() };
    const files = [await aMainFile(of.at.kernel)];
    const envelopeId = await run(of.at.kernel, sendEnvelope, { agencyId: of.sender, subject, recipients: of.recipients, document: aDocument(), files, replaces }, { actor });
    of.acknowledged.push({ envelopeId, subject });
  }
}

/** The clerk takes it from the inbox, where it gets its arrival number; nothing yet when the inbox does not have it. */
async function registersOrRefuses(at: RunningInstallation, { agencyId, messageId }: { agencyId: Id<'agency'>; messageId: Id<'message'> }, chance: Chance): Promise<void> {
  const actor: PersonActor = { ...aClerk(agencyId), roles: ['clerk'] };
  const { rows } = await at.kernel.database.pool.query<{ id: string }>('select id from incoming_documents.document where agency_id = $1 and message_id = $2', [agencyId, messageId]);
  for (const { id: documentId } of rows) {
    if (chance.happens(0.2)) await run(at.kernel, refuseDocument, { documentId, reason: 'Không đúng thẩm quyền' }, { actor });
    else await run(at.kernel, registerDocument, { documentId }, { actor });
  }
}

/** The clerks of this side open, register, refuse or complete what came, and answer what they are asked. */
async function answers({ at }: Correspondent, chance: Chance): Promise<void> {
  const open = await at.kernel.database.pool.query<{ agency_id: Id<'agency'>; id: Id<'message'>; state: string }>(
    `select agency_id, id, state from exchange.message where state in ('arrived', 'registered') and kind in ('new', 'replace') order by id desc limit 3`,
  );
  for (const message of open.rows) {
    const of = { agencyId: message.agency_id, messageId: message.id };
    if (chance.happens(0.5)) await attempt(() => run(at.kernel, openMessage, of, { actor: aClerk(message.agency_id) }));
    if (chance.happens(0.3)) continue;
    if (message.state === 'registered') await attempt(() => run(at.kernel, answerMessage, { ...of, status: '06' }, { actor: aClerk(message.agency_id) }));
    else await attempt(() => registersOrRefuses(at, of, chance));
  }
  const asked = await at.kernel.database.pool.query<{ agency_id: Id<'agency'>; target: Id<'message'>; id: string }>(
    `select agency_id, target_message_id as target, id from exchange.message where state = 'asked' and target_message_id is not null limit 3`,
  );
  for (const each of asked.rows) {
    const decision = chance.happens(0.7) ? { agree: true } : { agree: false, reason: 'Đã thực hiện xong' };
    await attempt(() => run(at.kernel, answerNotice, { agencyId: each.agency_id, messageId: each.target, noticeId: each.id, ...decision }, { actor: aClerk(each.agency_id) }));
  }
}
