/** What stands around a file in a form: a few short fields and the boundaries. */
export const FORM_BYTES = 64 * 1024;
const MAX_PARTS = 20;
const MAX_HEADER_BYTES = 8000;

/**
 * The first file of a `multipart/form-data` body (RFC 7578), whatever the field is called: signing programs differ in that.
 * A view into the body; undefined when the body is no such form or carries no file.
 */
export function findFirstFile(contentType: string | undefined, body: Buffer): Buffer | undefined {
  const found = /^multipart\/form-data;.*boundary=(?:"([^"]{1,70})"|([^\s;]{1,70}))/i.exec(contentType ?? '');
  const mark = found?.[1] ?? found?.[2];
  if (mark === undefined) return undefined;
  const delimiter = Buffer.from(`--${mark}`, 'latin1');
  const ending = Buffer.from(`\r\n--${mark}`, 'latin1');
  let at = body.indexOf(delimiter);
  for (let parts = 0; at >= 0 && parts < MAX_PARTS; parts += 1) {
    const start = at + delimiter.length;
    const headersEnd = body.indexOf('\r\n\r\n', start, 'latin1');
    if (headersEnd < 0 || headersEnd - start > MAX_HEADER_BYTES) return undefined;
    const content = headersEnd + 4;
    // A part without content ends with the line that its headers end with.
    const end = body.indexOf(ending, content - 2);
    if (end < 0) return undefined;
    const headers = body.toString('latin1', start, headersEnd);
    if (/content-disposition:[^\r\n]*;\s*filename\*?=/i.test(headers) && end > content) return body.subarray(content, end);
    at = end + 2;
  }
  return undefined;
}
