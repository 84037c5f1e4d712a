import { FormUnreadable, formParts } from '#kernel/multipart.ts';

/** What stands around a file in a form: a few short fields and the boundaries. */
export const FORM_BYTES = 64 * 1024;

/** The first file of a form, whatever the field is called: signing programs differ in that. Undefined when there is none before the form can be read no further. */
export function findFirstFile(contentType: string | undefined, body: Buffer): Buffer | undefined {
  try {
    for (const { fileName, bytes } of formParts(contentType, body)) if (fileName !== undefined && bytes.length > 0) return bytes;
  } catch (error) {
    if (!(error instanceof FormUnreadable)) throw error;
  }
  return undefined;
}
