import type { CommandContext } from '#kernel/command.ts';
import { assertKeepsPartners } from '../../policy.ts';
import { partnerErrors } from '../errors.ts';
import { lockPartner, type PartnerRow } from '../partner-rows.ts';
import { recordPartnerEvent } from '../record.ts';
import { certificatesIn, MOST_ANCHORS, nameIn, readOne, withAnchors } from '../tls-anchors.ts';

/**
 * From the next call on the partner's server is believed when this certificate, or one below it, vouches for it. As soon as there is
 * one, those that the machine trusts by itself count no more for this partner.
 * @throws exchange.partnerNotFound, exchange.anchorUnreadable, exchange.anchorThere, exchange.anchorsEnough
 */
export async function addAnchor(ctx: CommandContext, input: { partnerId: string; content: Buffer; source: string }): Promise<string> {
  const partner = await lockCalled(ctx, input.partnerId);
  const certificate = readOne(input.content);
  if (certificate === undefined) throw partnerErrors.anchorUnreadable({ fields: [{ path: 'content', vi: 'Không phải chứng thư số.', en: 'No certificate.' }] });
  const subject = nameIn(certificate.subject);
  const { fingerprint256: fingerprint } = certificate;
  const config = withAnchors(partner.config, ({ pems, notes }) => {
    if (pems.some((pem) => readOne(pem)?.fingerprint256 === fingerprint)) throw partnerErrors.anchorThere({ values: { name: subject } });
    if (pems.length >= MOST_ANCHORS) throw partnerErrors.anchorsEnough({ values: { most: MOST_ANCHORS } });
    const addedBy = ctx.actor.kind === 'person' ? ctx.actor.name : '';
    return { pems: [...pems, certificate.toString().trim()], notes: { ...notes, [fingerprint]: { addedAt: ctx.now.toISOString(), addedBy, source: input.source } } };
  });
  await keep(ctx, partner, config);
  recordPartnerEvent(ctx, 'partner-anchor-added', { partner, data: { subject, fingerprint } });
  return fingerprint;
}

/** From the next call on this certificate vouches for nobody here. Without any left, those that the machine trusts count. @throws exchange.anchorNotFound */
export async function withdrawAnchor(ctx: CommandContext, input: { partnerId: string; fingerprint: string }): Promise<void> {
  const partner = await lockCalled(ctx, input.partnerId);
  let subject: string | undefined;
  const config = withAnchors(partner.config, ({ pems, notes }) => {
    const found = certificatesIn(pems.join('\n')).find(({ certificate }) => certificate.fingerprint256 === input.fingerprint);
    if (found === undefined) throw partnerErrors.anchorNotFound();
    subject = nameIn(found.certificate.subject);
    return { pems: pems.filter((pem) => pem !== found.pem), notes: Object.fromEntries(Object.entries(notes).filter(([fingerprint]) => fingerprint !== input.fingerprint)) };
  });
  await keep(ctx, partner, config);
  recordPartnerEvent(ctx, 'partner-anchor-withdrawn', { partner, data: { subject: subject ?? '', fingerprint: input.fingerprint } });
}

/** Vendors' systems call us and are never called. */
async function lockCalled(ctx: CommandContext, partnerId: string): Promise<PartnerRow> {
  const partner = await lockPartner(ctx, partnerId);
  assertKeepsPartners(ctx.actor);
  if (partner.protocol === 'provincial_axis') throw partnerErrors.partnerNotFound();
  return partner;
}

async function keep(ctx: CommandContext, partner: PartnerRow, config: Record<string, unknown>): Promise<void> {
  await ctx.query('update exchange.partner set config = $2, changed_at = $3 where id = $1', [partner.id, JSON.stringify(config), ctx.now]);
}
