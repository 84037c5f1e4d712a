import { createPrivateKey, X509Certificate } from 'node:crypto';
import { z } from 'zod';
import { formatInstant } from '#kernel/time.ts';
import { builtInProfiles, packetSigner, type EdxmlProfile, type PacketSigner } from '../../../edxml/index.ts';
import type { PartnerLine } from '../../adapter.ts';
import type { signatureForm } from '../../contract.ts';
import { nameIn } from '../../tls-anchors.ts';

export const MEGABYTE = 1024 * 1024;
/** What one packet may weigh at most, whatever an administrator sets: it is kept as one original. */
export const MOST_PACKET_MB = 300;

/** By what form of edXML the other side wants to be written to: the regulation's, or that of the Java or the .NET toolkit. */
export const profileCode = z.enum(['national-axis', 'java-toolkit', 'net-toolkit']);

/** With which packets are signed; without it they go unsigned, and the legal signature is the one inside the file all the same. PEM. */
export const packetKey = z.object({ certificate: z.string().min(50), privateKey: z.string().min(50) });
export type PacketKeyPair = z.output<typeof packetKey>;

/** The key that signs packets, if there is one. @throws TypeError when it is neither RSA nor elliptic */
export function signerFor({ packetKey: pair }: { packetKey?: PacketKeyPair | undefined }): PacketSigner | undefined {
  return pair === undefined ? undefined : packetSigner(new X509Certificate(pair.certificate).raw, createPrivateKey(pair.privateKey));
}

/** The signature of a form as an administrator chooses it. */
export function signatureOf(form: z.output<typeof signatureForm>): EdxmlProfile['signature'] {
  return form === 'none' ? { form } : builtIn(form === 'legacy' ? 'java-toolkit' : 'national-axis').signature;
}

/** @throws Error when there is no such profile: a defect */
export function builtIn(code: z.output<typeof profileCode>): EdxmlProfile {
  const found = builtInProfiles.find((each) => each.code === code);
  if (found === undefined) throw new Error(`there is no edXML profile ${code}`);
  return found;
}

export type HeldUp = { code: 'packetCertificateEnded'; problem: string };

/**
 * Why packets cannot be signed now, where they are to be: the certificate of the key does not hold today, and whoever looks at a signature
 * refuses one that was made with it. They wait for another.
 */
export function heldUpSigning({ signature, packetKey: pair, now }: { signature: EdxmlProfile['signature']; packetKey: PacketKeyPair | undefined; now: Date }): HeldUp | undefined {
  if (pair === undefined || signature.form === 'none') return undefined;
  const { subject, validFromDate, validToDate } = new X509Certificate(pair.certificate);
  if (now >= validFromDate && now < validToDate) return undefined;
  const why = now < validFromDate ? `chưa có hiệu lực trước ${formatInstant(validFromDate)}` : `đã hết hạn lúc ${formatInstant(validToDate)}`;
  return { code: 'packetCertificateEnded', problem: `Chứng thư ký gói tin ${nameIn(subject)} ${why}; gói tin chờ chứng thư mới` };
}

/** What reading a packet needs to know of the line on which it came. In the sandbox it may be for the two agencies that answer by themselves only. */
export type PacketLine = Pick<PartnerLine, 'kernel' | 'partnerId'> & { isSandbox: boolean };
