import { z } from 'zod';
import { definePartnerAdapter, PartnerUnavailable } from '../../adapter.ts';
import { AxisRefusal } from './client.ts';
import { collectPackets, countWaiting } from './collect.ts';
import { readNationalDirectory } from './read-directory.ts';
import { readAxisPacket } from './read-packet.ts';
import { sendParcel } from './send-parcel.ts';
import { config, heldUp, secrets } from './settings.ts';

/** The national axis of document exchange (Trục liên thông văn bản quốc gia), as the toolkit VXP 2.0 speaks with it. */
export const nationalAxisAdapter = definePartnerAdapter({
  protocol: 'national_axis',
  config,
  secrets,
  // One is replaced while the others stay; null takes one away.
  setByHand: (present, given) => Object.fromEntries(Object.entries<unknown>({ ...present, ...z.record(z.string(), z.unknown()).catch({}).parse(given) }).filter(([, value]) => value !== null)),
  heldUp,
  send: sendParcel,
  read: readAxisPacket,
  test: async (line) => {
    const count = await refusalsAsFailures(countWaiting(line));
    return { vi: `${line.name} trả lời; ${String(count)} gói tin đang chờ nhận.`, en: `${line.name} answers; packets waiting for us: ${String(count)}.` };
  },
  collect: async (line) => ({ cursor: null, isMore: await refusalsAsFailures(collectPackets(line)) }),
  readDirectory: readNationalDirectory,
});

/** Where no parcel can come back, a final refusal is the line's own trouble. */
async function refusalsAsFailures<Value>(work: Promise<Value>): Promise<Value> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof AxisRefusal) throw new PartnerUnavailable(error.code, { problem: error.message, retry: 'later', cause: error });
    throw error;
  }
}
