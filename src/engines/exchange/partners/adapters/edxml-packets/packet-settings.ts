import { z } from 'zod';
import type { PartnerLine } from '../../adapter.ts';

export const MEGABYTE = 1024 * 1024;
/** What one packet may weigh at most, whatever an administrator sets: it is kept as one original. */
export const MOST_PACKET_MB = 300;

/** By what form of edXML the other side wants to be written to: the regulation's, or that of the Java or the .NET toolkit. */
export const profileCode = z.enum(['national-axis', 'java-toolkit', 'net-toolkit']);

/** What reading a packet needs to know of the line on which it came. In the sandbox it may be for the two agencies that answer by themselves only. */
export type PacketLine = Pick<PartnerLine, 'kernel' | 'partnerId'> & { isSandbox: boolean };
