import { createPrivateKey, X509Certificate } from 'node:crypto';
import { z } from 'zod';
import { packetSigner, type PacketSigner } from '../../../edxml/index.ts';
import type { PartnerLine } from '../../adapter.ts';

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

/** What reading a packet needs to know of the line on which it came. In the sandbox it may be for the two agencies that answer by themselves only. */
export type PacketLine = Pick<PartnerLine, 'kernel' | 'partnerId'> & { isSandbox: boolean };
