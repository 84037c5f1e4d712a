import { z } from 'zod';
import { run, type CommandContext } from '#kernel/command.ts';
import type { Actor } from '#kernel/actor.ts';
import type { Kernel } from '#kernel/kernel.ts';
import type { Reconciliation } from '../../contract.ts';
import { assertKeepsPartners } from '../../../policy.ts';
import { PartnerUnavailable } from '../../adapter.ts';
import type { PartnerRow } from '../../partner-rows.ts';
import { recordPartnerEvent } from '../../record.ts';
import { keepClaim } from './claims.ts';
import { callPeer, type InstallationLine } from './client.ts';
import { toldFeatures } from './peer-features.ts';
import { recoverDelivery } from './recover-envelope.ts';
import { MOST_AGAIN, originalReply, readReturned, receivedReply, sentReply, type ReceivedRow } from './statement.ts';

type Work = { kernel: Kernel; actor: Actor; partner: PartnerRow; line: InstallationLine; since: Date };

/**
 * For an installation that was restored from a backup: asks a partner what it has from us and what it gave us since a moment, and
 * mends what we lost. Our own letters are written back where the mark that we gave them proves that they are ours; what the partner only says
 * waits in quarantine for a person. Its letters and answers come again under their old ids. Doing it twice changes nothing more; while a line breaks, what was mended stays mended.
 * @throws PartnerUnavailable; PeerRefusal
 */
export async function reconcile(work: Work): Promise<Reconciliation> {
  const result: Reconciliation = { known: 0, recovered: [], askedAgain: 0, answeredBefore: [], problems: [] };
  await mendOwn(work, result);
  await askForTheirs(work, result);
  await run(work.kernel, note, { partner: work.partner, result }, { actor: work.actor });
  return result;
}

function note(ctx: CommandContext, { partner, result }: { partner: PartnerRow; result: Reconciliation }): Promise<void> {
  assertKeepsPartners(ctx.actor);
  recordPartnerEvent(ctx, 'partner-reconciled', { partner, data: { recovered: result.recovered.length, askedAgain: result.askedAgain, problems: result.problems.length } });
  return Promise.resolve();
}

const pathOf = (list: 'received' | 'sent', since: Date, after: string | null): string => `/statement/${list}?since=${encodeURIComponent(since.toISOString())}${after === null ? '' : `&after=${after}`}`;

async function mendOwn(work: Work, result: Reconciliation): Promise<void> {
  for (let after: string | null = null; ; ) {
    const page: z.output<typeof receivedReply> = await callPeer(work.line, { method: 'GET', path: pathOf('received', work.since, after) }, receivedReply);
    for (const row of page.rows) await mendOne(work, row, result);
    if (page.next === null) return;
    after = onward(after, page.next);
  }
}

async function mendOne(work: Work, row: ReceivedRow, result: Reconciliation): Promise<void> {
  const { kernel, actor, partner, line } = work;
  const ours = await findOurs(kernel, row);
  if (ours !== undefined && ours.hash !== row.contentHash) {
    result.problems.push({ envelopeId: row.envelopeId, problem: 'contentDiffers' });
    return;
  }
  if (ours?.hasDelivery === true) {
    result.known += 1;
    return;
  }
  const returned = readReturned(await callPeer(line, { method: 'GET', path: `/statement/originals/${row.messageId}?parcel=${row.parcelId}` }, originalReply));
  const recovered = await run(kernel, recoverDelivery, { partner, row, ...returned }, { actor });
  if (!recovered.ok) {
    const isDecided = recovered.problem === 'notProven' && !(await keepClaim(kernel, { partner, claim: { row, original: returned.original } }));
    if (!isDecided) result.problems.push({ envelopeId: row.envelopeId, problem: recovered.problem });
  } else if (!result.recovered.some((each) => each.envelopeId === row.envelopeId)) {
    const { document, sender } = recovered.envelope;
    result.recovered.push({ envelopeId: row.envelopeId, number: `${document.number}/${document.notation}`, issuedOn: document.issuedOn, summary: document.summary, senderName: sender.name });
  }
}

async function findOurs(kernel: Kernel, row: ReceivedRow): Promise<{ hash: string; hasDelivery: boolean } | undefined> {
  const { rows } = await kernel.database.pool.query<{ hash: string; hasDelivery: boolean }>(
    `select encode(e.content_hash, 'hex') as hash,
            exists (select from exchange.delivery d where d.agency_id = e.agency_id and d.envelope_id = e.id and d.recipient_agency_id::text = $3) as "hasDelivery"
       from exchange.envelope e where e.agency_id::text = $1 and e.id = $2`,
    [row.senderRef, row.envelopeId, row.addressedRef],
  );
  return rows[0];
}

async function askForTheirs(work: Work, result: Reconciliation): Promise<void> {
  const { kernel, partner, line } = work;
  for (let after: string | null = null; ; ) {
    const page: z.output<typeof sentReply> = await callPeer(line, { method: 'GET', path: `${pathOf('sent', work.since, after)}&${toldFeatures}` }, sentReply);
    const { rows } = await kernel.database.pool.query<{ ref: string }>('select partner_ref as ref from exchange.inbound where partner_id = $1 and partner_ref = any($2)', [partner.id, page.rows.map((row) => row.parcelId)]);
    const here = new Set(rows.map((row) => row.ref));
    const lost = page.rows.filter((row) => !here.has(row.parcelId));
    for (let from = 0; from < lost.length; from += MOST_AGAIN) {
      const body = Buffer.from(JSON.stringify({ ids: lost.slice(from, from + MOST_AGAIN).map((row) => row.parcelId) }), 'utf8');
      await callPeer(line, { method: 'POST', path: '/statement/again', body }, z.object({}));
    }
    result.askedAgain += lost.length;
    for (const row of lost) for (const { recipientRef, status } of row.answered) result.answeredBefore.push({ envelopeId: row.envelopeId ?? row.parcelId, agencyId: recipientRef, status });
    if (page.next === null) return;
    after = onward(after, page.next);
  }
}

/** A list that does not go forward would never end. */
function onward(after: string | null, next: string): string {
  if (after !== null && next <= after) throw new PartnerUnavailable('replyUnreadable', { problem: 'a list that goes round in a circle', retry: 'later' });
  return next;
}
