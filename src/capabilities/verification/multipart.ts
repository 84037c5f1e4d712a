import { FormUnreadable, formParts } from '#kernel/multipart.ts';

export type FormFile = { name: string; bytes: Buffer };

/**
 * The file of a field of a form.
 * @returns undefined when the body is no form that can be read, when the field is missing, or when no file was chosen.
 */
export function findFormFile(contentType: string | undefined, body: Buffer, field: string): FormFile | undefined {
  return findFormFiles(contentType, body, field)[0];
}

/** As `findFormFile`, with all files of a field that takes several. */
export function findFormFiles(contentType: string | undefined, body: Buffer, field: string): FormFile[] {
  try {
    return [...formParts(contentType, body)].flatMap(({ name, fileName, bytes }) => (name === field && fileName !== undefined && (fileName !== '' || bytes.length > 0) ? [{ name: shownName(fileName), bytes }] : []));
  } catch (error) {
    if (error instanceof FormUnreadable) return [];
    throw error;
  }
}

/** A name for the eye only: without folders, control and direction marks, and not longer than a line. */
function shownName(name: string): string {
  const base = name.split(/[/\\]/).at(-1) ?? '';
  const clean = base.replace(/[\p{Cc}\p{Cf}]/gu, '').normalize('NFC').trim();
  return clean.length > 120 ? `${clean.slice(0, 90)}…${clean.slice(-20)}` : clean === '' ? 'tệp.pdf' : clean;
}
