/** A part of an HTML form, as a view into the body: nothing is copied. */
export type FormPart = {
  name: string | undefined;
  /** As the sender wrote it, perhaps empty; undefined for a part that is no file. */
  fileName: string | undefined;
  bytes: Buffer;
};

/** The body ends within a part, a part has no readable head, or there are too many of them. */
export class FormUnreadable extends Error {}

const MOST_PARTS = 40;
const MOST_HEADER_BYTES = 8000;
const CLOSING = Buffer.from('--');

/** What stands between the parts of a body of this type; undefined where it is no `multipart/form-data` (RFC 7578). */
export function boundaryOf(contentType: string | undefined): string | undefined {
  const found = /^multipart\/form-data;.*boundary=(?:"([^"]{1,70})"|([^\s;]{1,70}))/i.exec(contentType ?? '');
  return found?.[1] ?? found?.[2];
}

/**
 * The parts of a form in their order; none where the body is no form.
 * @throws FormUnreadable on reaching what cannot be read
 */
export function* formParts(contentType: string | undefined, body: Buffer): Generator<FormPart> {
  const boundary = boundaryOf(contentType);
  if (boundary === undefined) return;
  const delimiter = Buffer.from(`--${boundary}`, 'latin1');
  const ending = Buffer.from(`\r\n--${boundary}`, 'latin1');
  let at = body.indexOf(delimiter);
  for (let parts = 0; at >= 0; parts += 1) {
    const start = at + delimiter.length;
    if (body.subarray(start, start + CLOSING.length).equals(CLOSING)) return;
    const headersEnd = body.indexOf('\r\n\r\n', start, 'latin1');
    // A part without content ends with the line break that its headers end with.
    const end = body.indexOf(ending, headersEnd + 2);
    if (parts >= MOST_PARTS || headersEnd < 0 || headersEnd - start > MOST_HEADER_BYTES || end < 0) throw new FormUnreadable();
    const disposition = /content-disposition:[^\r\n]*/i.exec(body.toString('utf8', start, headersEnd))?.[0] ?? '';
    yield { name: parameter(disposition, 'name'), fileName: fileNameIn(disposition), bytes: body.subarray(headersEnd + 4, end) };
    at = end + 2;
  }
}

/** Some write the name without quotation marks, or encoded (RFC 5987): then it is a file with no name. */
function fileNameIn(disposition: string): string | undefined {
  return parameter(disposition, 'filename') ?? (/;\s*filename\*?=/i.test(disposition) ? '' : undefined);
}

function parameter(disposition: string, name: string): string | undefined {
  const value = new RegExp(`;\\s*${name}="([^"]*)"`, 'i').exec(disposition)?.[1];
  // Browsers write a quotation mark inside a name as %22 (HTML standard, multipart form data).
  return value?.replaceAll('%22', '"');
}
