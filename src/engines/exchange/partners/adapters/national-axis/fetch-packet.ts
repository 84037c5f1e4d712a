import type { IncomingMessage } from 'node:http';
import { storeBytes, type StoredBlob } from '#engines/files/index.ts';
import { PartnerUnavailable } from '../../adapter.ts';
import { MEGABYTE } from '../edxml-packets/packet-settings.ts';
import { answered, assertSuccess, openCall } from './client.ts';
import type { AxisLine } from './settings.ts';

/** What stands around the packet in a reply is small. */
const AROUND_LIMIT = 64 * 1024;

/**
 * Fetches a packet into the store, past memory: the axis sends it as Base64 inside JSON.
 * @throws AppError `files.tooLarge` above the line's limit; AxisRefusal; PartnerUnavailable
 */
export async function fetchPacket(line: AxisLine, docId: string): Promise<StoredBlob> {
  const response = await openCall(line, { path: 'getEdoc', parameters: { filePath: 'xml', docId } });
  const around = { before: '', after: '' };
  try {
    const stored = await answered(line, () => storeBytes(line.kernel, packetIn(response, around), { limitBytes: line.config.packetLimitMb * MEGABYTE }));
    // Whether it is one is said around it.
    assertSuccess(line, jsonAround(around));
    return stored;
  } catch (error) {
    // A refusal carries no packet, or an empty one.
    if (around.after !== '' || !around.before.includes('"data"')) assertSuccess(line, jsonAround(around));
    throw error;
  } finally {
    response.destroy();
  }
}

function jsonAround({ before, after }: { before: string; after: string }): unknown {
  try {
    return JSON.parse(before + after);
  } catch (error) {
    throw new PartnerUnavailable('replyUnreadable', { problem: `không phải JSON: ${before.slice(0, 100)}`, cause: error });
  }
}

const BEGIN = /"data"\s*:\s*"/;

/** The bytes of `data`, as they come; what stands before and after it goes into `around`. */
async function* packetIn(response: IncomingMessage, around: { before: string; after: string }): AsyncGenerator<Buffer> {
  let state: 'before' | 'inside' | 'after' = 'before';
  let held = '';
  for await (const part of response) {
    // safe because a response without an encoding gives bytes; Base64 and what frames it are ASCII
    let text = held + (part as Buffer).toString('utf8');
    held = '';
    if (state === 'before') {
      around.before += text;
      const begin = BEGIN.exec(around.before);
      if (begin === null) {
        if (around.before.length > AROUND_LIMIT) throw new PartnerUnavailable('replyUnreadable', { problem: 'không thấy dữ liệu gói tin trong trả lời' });
        continue;
      }
      text = around.before.slice(begin.index + begin[0].length);
      around.before = around.before.slice(0, begin.index + begin[0].length);
      state = 'inside';
    }
    if (state === 'inside') {
      const end = text.indexOf('"');
      const { bytes, rest } = decoded(end === -1 ? text : text.slice(0, end), end !== -1);
      if (bytes.length > 0) yield bytes;
      if (end === -1) {
        held = rest;
        continue;
      }
      text = text.slice(end);
      state = 'after';
    }
    around.after += text;
    if (around.after.length > AROUND_LIMIT) throw new PartnerUnavailable('replyUnreadable', { problem: 'trả lời có phần thừa sau gói tin' });
  }
  if (state === 'inside') throw new PartnerUnavailable('connectionCut', { problem: 'trả lời đứt giữa chừng' });
}

/** Whole groups of Base64; what may still belong to the next piece is held back. JSON writers escape `=` and `/`. */
function decoded(text: string, isLast: boolean): { bytes: Buffer; rest: string } {
  const escape = isLast ? -1 : text.lastIndexOf('\\');
  const isCut = escape !== -1 && text.length - escape < 6;
  const whole = isCut ? text.slice(0, escape) : text;
  const plain = whole.replace(/\\u003[dD]/g, '=').replace(/\\u002[bB]/g, '+').replace(/\\u002[fF]/g, '/').replace(/\\[nr]/g, '').replaceAll('\\/', '/').replace(/\s/g, '');
  const length = isLast ? plain.length : plain.length - (plain.length % 4);
  return { bytes: Buffer.from(plain.slice(0, length), 'base64'), rest: plain.slice(length) + (isCut ? text.slice(escape) : '') };
}
