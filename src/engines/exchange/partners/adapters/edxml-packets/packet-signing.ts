import { X509Certificate } from 'node:crypto';
import { z } from 'zod';
import type { CommandContext } from '#kernel/command.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { assertKeepsPartners } from '../../../policy.ts';
import { signatureForm, type newPacketSigning, type packetSigning } from '../../contract.ts';
import { partnerErrors } from '../../errors.ts';
import { lockPartner, openLine, sealSecrets, type PartnerRow } from '../../partner-rows.ts';
import { recordPartnerEvent } from '../../record.ts';
import { factsOf, isPair, type TlsPair } from '../../tls-anchors.ts';
import { axisErrors } from '../provincial-axis/errors.ts';
import { builtIn, packetKey, profileCode, type HeldUp, type PacketKeyPair } from './packet-settings.ts';

/** What the settings of both kinds of axis have in common. */
const settings = z.looseObject({ profile: profileCode.default('national-axis'), signature: signatureForm.optional() });
const kept = z.looseObject({ packetKey: packetKey.optional() });
const HELD_UP: HeldUp['code'] = 'packetCertificateEnded';

/**
 * From now on packets for a vendor's system, or for the national axis, are signed in this form, or not at all; then the key is thrown away.
 * What waited for a certificate that holds goes now.
 * @throws exchange.partnerNotFound, exchange.axisSigningKeyMissing, exchange.axisSigningCertificateEnded, exchange.certificatePairWrong
 */
export async function setSigning(ctx: CommandContext, input: z.output<typeof newPacketSigning> & { partnerId: string; protocol: 'provincial_axis' | 'national_axis' }): Promise<void> {
  const partner = await lockPartner(ctx, input.partnerId);
  assertKeepsPartners(ctx.actor);
  if (partner.protocol !== input.protocol) throw partnerErrors.partnerNotFound();
  const { form, pair } = input;
  const { packetKey: present, ...others } = secretsOf(ctx.kernel, partner);
  const key = form === 'none' ? undefined : pair === undefined ? present : packetKeyOf(pair, ctx.now);
  if (form !== 'none' && key === undefined) throw axisErrors.axisSigningKeyMissing();
  await ctx.query('update exchange.partner set config = $2, sealed_secrets = $3, changed_at = $4 where id = $1', [
    partner.id,
    JSON.stringify({ ...settings.parse(partner.config), signature: form }),
    sealSecrets(ctx.kernel, { ...others, ...(key === undefined ? {} : { packetKey: key }) }),
    ctx.now,
  ]);
  await ctx.query(`update exchange.transfer set next_try_at = $2 where partner_id = $1 and state = 'waiting' and problem_code = $3 and next_try_at > $2`, [partner.id, ctx.now, HELD_UP]);
  recordPartnerEvent(ctx, 'axis-signing-set', { partner, data: { form: FORMS[form], fingerprint: key === undefined ? '' : new X509Certificate(key.certificate).fingerprint256 } });
}

const FORMS = {
  none: { vi: 'không ký', en: 'unsigned' },
  standard: { vi: 'theo chuẩn XML Signature (SHA-256)', en: 'XML Signature (SHA-256)' },
  legacy: { vi: 'theo dạng cũ (SHA-1)', en: 'older form (SHA-1)' },
} as const;

/** A pair that may sign packets. Edwards curves are not among the keys of XML Signature. */
function packetKeyOf(pair: TlsPair, now: Date): PacketKeyPair {
  if (!isPair(pair)) throw partnerErrors.certificatePairWrong();
  const certificate = new X509Certificate(pair.certificate);
  const kind = certificate.publicKey.asymmetricKeyType;
  if (kind !== 'rsa' && kind !== 'ec') throw partnerErrors.certificatePairWrong();
  if (certificate.validToDate <= now || certificate.validFromDate > now) throw axisErrors.axisSigningCertificateEnded();
  return { certificate: certificate.toString(), privateKey: pair.key };
}

function secretsOf(kernel: Kernel, partner: PartnerRow): z.output<typeof kept> {
  return kept.parse(openLine(kernel, partner, AbortSignal.timeout(0)).secrets);
}

/** In which form packets for a partner are signed, and with which certificate. */
export function signingOf(kernel: Kernel, partner: PartnerRow): z.input<typeof packetSigning> {
  const { packetKey: key } = secretsOf(kernel, partner);
  if (key === undefined) return { form: 'none', certificate: null };
  const { profile, signature } = settings.parse(partner.config);
  return { form: signature ?? builtIn(profile).signature.form, certificate: factsOf(new X509Certificate(key.certificate)) };
}
