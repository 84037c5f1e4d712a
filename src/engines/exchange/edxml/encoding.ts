/** From the bytes of a message to its text: UTF-8, UTF-16, and what carries a wrong label. */
import { isAscii, isUtf8 } from 'node:buffer';
import { EdxmlError, edxmlProblem } from './problems.ts';
import type { EdxmlProblem } from './problems.ts';

/** So much is looked at before the encoding is decided: enough for any header, in which all letters stand. */
const DECISION_BYTES = 64 * 1024;

/** Single-byte encodings that Vietnamese and Windows programs write; more would only help to hide content. */
const legacyEncodings: Readonly<Record<string, string>> = { 'windows-1258': 'windows-1258', 'windows-1252': 'windows-1252', 'iso-8859-1': 'windows-1252', 'latin1': 'windows-1252' };

export interface TextDecoding {
  /** The text of these bytes as far as it is whole. @throws EdxmlError `edxml.encoding` */
  push(bytes: Uint8Array): string;
  /** What is left. @throws EdxmlError `edxml.encoding` */
  end(): string;
  /** So many bytes of the message stand for this text. */
  byteLengthOf(text: string): number;
  /** Bytes in front of the text: those of a byte order mark. */
  markBytes(): number;
  name(): string;
  readonly problems: readonly EdxmlProblem[];
}

interface Way {
  readonly name: string;
  readonly markBytes: number;
  decode(bytes: Buffer, isLast: boolean): string;
  byteLengthOf(text: string): number;
}

export function decodeText(): TextDecoding {
  const problems: EdxmlProblem[] = [];
  let waiting: Buffer[] = [];
  let waitingBytes = 0;
  let way: Way | undefined;
  const decide = (isLast: boolean): string => {
    const head = Buffer.concat(waiting);
    waiting = [];
    const { chosen, isMislabelled } = chooseWay(head);
    way = chosen;
    if (isMislabelled !== undefined) problems.push(edxmlProblem('edxml.encodingLabel', { path: '', offset: 0 }, `${isMislabelled} → ${chosen.name}`));
    return chosen.decode(head.subarray(chosen.markBytes), isLast);
  };
  return {
    push: (bytes) => {
      const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      if (way !== undefined) return way.decode(buffer, false);
      waiting.push(buffer);
      waitingBytes += buffer.length;
      return waitingBytes < DECISION_BYTES ? '' : decide(false);
    },
    end: () => (way === undefined ? decide(true) : way.decode(Buffer.alloc(0), true)),
    byteLengthOf: (text) => way?.byteLengthOf(text) ?? 0,
    markBytes: () => way?.markBytes ?? 0,
    name: () => way?.name ?? '',
    problems,
  };
}

interface Choice {
  readonly chosen: Way;
  /** The label, when it is wrong. */
  readonly isMislabelled?: string;
}

function chooseWay(head: Buffer): Choice {
  const label = /^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z][\w.-]{0,40})["']/.exec(head.subarray(0, 600).toString('latin1').replaceAll('\u0000', '').replace(/^(?:\u00ef\u00bb\u00bf|\u00ff\u00fe|\u00fe\u00ff)/, ''))?.[1]?.toLowerCase();
  const fits = (...names: string[]): Pick<Choice, 'isMislabelled'> => (label === undefined || names.includes(label) ? {} : { isMislabelled: label });
  const start = head.subarray(0, 4).toString('hex');
  if (start.startsWith('efbbbf')) return { chosen: utf8(3), ...fits('utf-8', 'utf8', 'us-ascii') };
  if (start.startsWith('fffe')) return { chosen: utf16('utf-16le', 2), ...fits('utf-16', 'utf-16le') };
  if (start.startsWith('feff')) return { chosen: utf16('utf-16be', 2), ...fits('utf-16', 'utf-16be') };
  if (start === '3c003f00') return { chosen: utf16('utf-16le', 0), ...fits('utf-16', 'utf-16le') };
  if (start === '003c003f') return { chosen: utf16('utf-16be', 0), ...fits('utf-16', 'utf-16be') };
  const legacy = label === undefined ? undefined : legacyEncodings[label];
  if (legacy !== undefined && !isUtf8(wholeCharacters(head))) return { chosen: singleByte(legacy) };
  return { chosen: utf8(0), ...fits('utf-8', 'utf8', 'us-ascii', 'ascii') };
}

/** Without the beginning of a character that goes on in the next piece. */
function wholeCharacters(bytes: Buffer): Buffer {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return bytes;
    if (byte >= 0xc0) {
      const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return back < length ? bytes.subarray(0, bytes.length - back) : bytes;
    }
  }
  return bytes;
}

function utf8(markBytes: number): Way {
  let rest: Buffer = Buffer.alloc(0);
  return {
    name: 'utf-8',
    markBytes,
    byteLengthOf: (text) => Buffer.byteLength(text),
    decode: (bytes, isLast) => {
      const all = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
      const whole = isLast ? all : wholeCharacters(all);
      rest = Buffer.from(all.subarray(whole.length));
      if (isAscii(whole)) return whole.toString('latin1');
      if (!isUtf8(whole)) throw notReadable('utf-8');
      return whole.toString('utf8');
    },
  };
}

function utf16(name: string, markBytes: number): Way {
  return { ...byDecoder(name), markBytes, byteLengthOf: (text) => text.length * 2 };
}

function singleByte(name: string): Way {
  return { ...byDecoder(name), markBytes: 0, byteLengthOf: (text) => text.length };
}

function byDecoder(name: string): Pick<Way, 'name' | 'decode'> {
  const decoder = new TextDecoder(name, { fatal: true, ignoreBOM: true });
  return {
    name,
    decode: (bytes, isLast) => {
      try {
        return decoder.decode(bytes, { stream: !isLast });
      } catch (error) {
        if (error instanceof TypeError) throw notReadable(name);
        throw error;
      }
    },
  };
}

function notReadable(name: string): EdxmlError {
  return new EdxmlError(edxmlProblem('edxml.encoding', { path: '', offset: null }, `not ${name}`));
}
