import { boundaryOf } from '#kernel/multipart.ts';
import type { RouteContext } from '#kernel/route.ts';
import { AxisProblem } from './axis-problem.ts';

/** A body that stops coming is given up after this. */
const IDLE_MS = 30_000;
const HEAD_BYTES = 16 * 1024;

/**
 * The packet in the body of a request, as it comes: the body itself, or the first file of a form (multipart/form-data, RFC 7578),
 * which is how provincial axes are called. Nothing is held but a piece.
 */
export async function* packetBody(http: RouteContext): AsyncGenerator<Buffer> {
  const { raw } = http.request;
  const { socket } = raw;
  raw.setTimeout(IDLE_MS, () => raw.destroy(new Error('the body stopped coming')));
  const type = http.request.headers['content-type'] ?? '';
  const mark = boundaryOf(type);
  if (mark === undefined && /^multipart\//i.test(type)) throw new AxisProblem('invalidFile', { detail: 'multipart/form-data' });
  try {
    yield* mark === undefined ? raw : firstFile(raw, mark);
  } finally {
    // Reading a large packet takes us a while, in which nothing goes over the line; nobody is cut off for that.
    socket.setTimeout(0);
  }
}

/** The content of the first part that is a file, or is called `file`, `edoc` or `data`. */
async function* firstFile(source: AsyncIterable<Buffer>, mark: string): AsyncGenerator<Buffer> {
  const delimiter = Buffer.from(`\r\n--${mark}`, 'latin1');
  // A line break before the body makes the first delimiter look like all others.
  let held: Buffer = Buffer.from('\r\n');
  let place: 'outside' | 'head' | 'inside' = 'outside';
  for await (const piece of source) {
    held = Buffer.concat([held, piece]);
    for (;;) {
      if (place === 'outside') {
        const at = held.indexOf(delimiter);
        if (at < 0) {
          held = held.subarray(Math.max(0, held.length - delimiter.length));
          break;
        }
        held = held.subarray(at + delimiter.length);
        place = 'head';
      }
      if (place === 'head') {
        const end = held.indexOf('\r\n\r\n');
        if (end < 0 && held.length > HEAD_BYTES) throw new AxisProblem('invalidFile', { detail: 'multipart/form-data' });
        if (end < 0) break;
        const head = held.toString('utf8', 0, end);
        // The delimiter that follows an empty part begins with the line break that ended its head.
        held = held.subarray(end + 2);
        place = isFile(head) ? 'inside' : 'outside';
        if (place === 'inside') held = held.subarray(2);
        continue;
      }
      const at = held.indexOf(delimiter);
      if (at >= 0) {
        if (at > 0) yield held.subarray(0, at);
        return;
      }
      const certain = held.length - delimiter.length;
      if (certain > 0) {
        yield held.subarray(0, certain);
        held = held.subarray(certain);
      }
      break;
    }
  }
  throw new AxisProblem('invalidFile', { detail: place === 'inside' ? 'tệp bị cắt giữa chừng' : 'biểu mẫu không có tệp', detailEn: place === 'inside' ? 'the file breaks off' : 'the form has no file' });
}

function isFile(head: string): boolean {
  const disposition = /content-disposition:\s*form-data;[^\r\n]*/i.exec(head)?.[0] ?? '';
  return /;\s*filename\*?=/i.test(disposition) || /;\s*name="?(file|edoc|data)"?/i.test(disposition);
}
