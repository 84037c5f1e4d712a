import { X509Certificate } from 'node:crypto';
import { z } from 'zod';
import type { CommandContext } from '#kernel/command.ts';
import { assertKeepsPartners } from '../../policy.ts';
import { adapterOf } from '../adapter.ts';
import { partnerErrors } from '../errors.ts';
import { lockPartner, openLine, sealSecrets } from '../partner-rows.ts';
import { recordPartnerEvent } from '../record.ts';
import { isPair, type TlsPair } from '../tls-anchors.ts';
import { parseSettings } from './add-partner.ts';

/**
 * With this certificate we show ourselves to the partner's gateway from the next call on; without one (`undefined`) with none.
 * @throws exchange.partnerNotFound for a vendor's system, which is never called; exchange.certificatePairWrong
 */
export async function replaceOwnCertificate(ctx: CommandContext, input: { partnerId: string; pair: TlsPair | undefined }): Promise<void> {
  const partner = await lockPartner(ctx, input.partnerId);
  assertKeepsPartners(ctx.actor);
  if (partner.protocol === 'provincial_axis') throw partnerErrors.partnerNotFound();
  const { pair } = input;
  if (pair !== undefined && !isPair(pair)) throw partnerErrors.certificatePairWrong();
  const present = z.record(z.string(), z.unknown()).parse(openLine(ctx.kernel, partner, AbortSignal.timeout(0)).secrets);
  const secrets = parseSettings(adapterOf(ctx.kernel, partner.protocol).secrets, { ...present, tls: pair });
  await ctx.query('update exchange.partner set sealed_secrets = $2, changed_at = $3 where id = $1', [partner.id, sealSecrets(ctx.kernel, secrets), ctx.now]);
  recordPartnerEvent(ctx, 'partner-rotated', { partner, data: { fingerprint: pair === undefined ? '' : new X509Certificate(pair.certificate).fingerprint256 } });
}
