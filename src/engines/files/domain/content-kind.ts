/** What the first bytes of a file say that it is. */
export type ContentKind =
  | 'pdf'
  | 'zip'
  | 'ole'
  | 'rtf'
  | 'png'
  | 'jpeg'
  | 'gif'
  | 'tiff'
  | 'bmp'
  | 'webp'
  | 'heic'
  | 'mp4'
  | 'rar'
  | 'sevenZip'
  | 'gzip'
  | 'xml'
  | 'html'
  | 'executable'
  | 'text'
  | 'unknown';

/** So many bytes of a file's head are looked at. */
export const HEAD_BYTES = 4096;

const signatures: readonly { kind: ContentKind; at: number; hex: string }[] = [
  { kind: 'zip', at: 0, hex: '504b0304' },
  { kind: 'zip', at: 0, hex: '504b0506' },
  { kind: 'ole', at: 0, hex: 'd0cf11e0a1b11ae1' },
  { kind: 'rtf', at: 0, hex: '7b5c727466' },
  { kind: 'png', at: 0, hex: '89504e470d0a1a0a' },
  { kind: 'jpeg', at: 0, hex: 'ffd8ff' },
  { kind: 'gif', at: 0, hex: '47494638' },
  { kind: 'tiff', at: 0, hex: '49492a00' },
  { kind: 'tiff', at: 0, hex: '4d4d002a' },
  { kind: 'webp', at: 8, hex: '57454250' },
  { kind: 'heic', at: 4, hex: '66747970686569' },
  { kind: 'heic', at: 4, hex: '667479706d696631' },
  { kind: 'mp4', at: 4, hex: '66747970' },
  { kind: 'rar', at: 0, hex: '526172211a07' },
  { kind: 'sevenZip', at: 0, hex: '377abcaf271c' },
  { kind: 'gzip', at: 0, hex: '1f8b08' },
  // ELF, Mach-O in its four forms, universal binaries and Java classes, Windows shortcuts, WebAssembly.
  { kind: 'executable', at: 0, hex: '7f454c46' },
  { kind: 'executable', at: 0, hex: 'feedface' },
  { kind: 'executable', at: 0, hex: 'feedfacf' },
  { kind: 'executable', at: 0, hex: 'cefaedfe' },
  { kind: 'executable', at: 0, hex: 'cffaedfe' },
  { kind: 'executable', at: 0, hex: 'cafebabe' },
  { kind: 'executable', at: 0, hex: '4c0000000114020000000000c0' },
  { kind: 'executable', at: 0, hex: '0061736d' },
  { kind: 'executable', at: 0, hex: '2321' },
];

/** Reads the kind off the head of a file (its first `HEAD_BYTES`). */
export function contentKindOf(head: Buffer): ContentKind {
  const found = signatures.find(({ at, hex }) => head.subarray(at, at + hex.length / 2).toString('hex') === hex);
  if (found !== undefined) return found.kind;
  // ISO 32000-1 Annex H: readers look for the header in the first 1024 bytes.
  if (head.subarray(0, 1024).includes('%PDF-')) return 'pdf';
  if (isWindowsProgram(head)) return 'executable';
  if (head.subarray(0, 2).toString('latin1') === 'BM' && head.length >= 26 && head.readUInt32LE(6) === 0) return 'bmp';
  const text = asText(head);
  return text === undefined ? 'unknown' : kindOfText(text);
}

/** "MZ" alone could begin a text; a program also says where its real header lies, or is too short for a text. */
function isWindowsProgram(head: Buffer): boolean {
  return head.subarray(0, 2).toString('latin1') === 'MZ' && asText(head) === undefined;
}

function kindOfText(text: string): ContentKind {
  const start = text.trimStart().toLowerCase();
  if (/^(?:<\?xml[^>]*>\s*)?(?:<!--[\s\S]*?-->\s*)*<!?(?:doctype\s+html|html|script|body|head|svg|iframe)\b/.test(start)) return 'html';
  return start.startsWith('<?xml') ? 'xml' : 'text';
}

/** The head as text, undefined when it is none: UTF-16 with its mark, or UTF-8 without control characters. */
function asText(head: Buffer): string | undefined {
  if (head.subarray(0, 2).equals(Buffer.from([0xff, 0xfe]))) return head.subarray(2, head.length & ~1).toString('utf16le');
  if (head.subarray(0, 2).equals(Buffer.from([0xfe, 0xff]))) return Buffer.from(head.subarray(2, head.length & ~1)).swap16().toString('utf16le');
  try {
    // A character may be cut in two at the end of the head, so this decoder is told that more follows.
    const text = new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true });
    return /[\u0000-\u0008\u000e-\u001a\u001c-\u001f]/.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}
