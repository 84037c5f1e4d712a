/** The files of an HTML form with `enctype="multipart/form-data"` (RFC 7578), as a view into the body: nothing is copied. */
export type FormFile = { name: string; bytes: Buffer };

/**
 * Finds the field in a multipart body.
 * @returns undefined when the body is no such form, when the field is missing, or when no file was chosen.
 */
export function findFormFile(contentType: string | undefined, body: Buffer, field: string): FormFile | undefined {
  return findFormFiles(contentType, body, field)[0];
}

/** As `findFormFile`, with all files of a field that takes several. A form with more than 40 parts, or a part that cannot be read, has none. */
export function findFormFiles(contentType: string | undefined, body: Buffer, field: string): FormFile[] {
  const found: FormFile[] = [];
  const boundary = /^multipart\/form-data;.*boundary=(?:"([^"]{1,70})"|([^\s;]{1,70}))/i.exec(contentType ?? '');
  const mark = boundary?.[1] ?? boundary?.[2];
  if (mark === undefined) return found;
  const delimiter = Buffer.from(`--${mark}`, 'latin1');
  let at = body.indexOf(delimiter);
  for (let parts = 0; at >= 0; parts += 1) {
    const start = at + delimiter.length + 2;
    if (body.subarray(at + delimiter.length, start).equals(closing)) return found;
    if (parts >= MAX_PARTS) return [];
    const headersEnd = body.indexOf('\r\n\r\n', start, 'latin1');
    const end = body.indexOf(Buffer.concat([Buffer.from('\r\n'), delimiter]), headersEnd);
    if (headersEnd < 0 || headersEnd - start > MAX_HEADER_BYTES || end < 0) return [];
    const disposition = /content-disposition:\s*form-data;[^\r\n]*/i.exec(body.toString('utf8', start, headersEnd))?.[0] ?? '';
    const name = parameter(disposition, 'filename');
    if (parameter(disposition, 'name') === field && name !== undefined) {
      const bytes = body.subarray(headersEnd + 4, end);
      if (name !== '' || bytes.length > 0) found.push({ name: shownName(name), bytes });
    }
    at = end + 2;
  }
  return found;
}

const closing = Buffer.from('--');
const MAX_PARTS = 40;
const MAX_HEADER_BYTES = 8000;

function parameter(disposition: string, name: string): string | undefined {
  const value = new RegExp(`;\\s*${name}="([^"]*)"`, 'i').exec(disposition)?.[1];
  // Browsers write a quotation mark inside a name as %22 (HTML standard, multipart form data).
  return value?.replaceAll('%22', '"');
}

/** A name for the eye only: without folders, control and direction marks, and not longer than a line. */
function shownName(name: string): string {
  const base = name.split(/[/\\]/).at(-1) ?? '';
  const clean = base.replace(/[\p{Cc}\p{Cf}]/gu, '').normalize('NFC').trim();
  return clean.length > 120 ? `${clean.slice(0, 90)}…${clean.slice(-20)}` : clean === '' ? 'tệp.pdf' : clean;
}
