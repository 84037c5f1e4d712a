import { isId } from './ids.ts';

/** The last row of a page, as a list hands it out: `<instant>_<id>`. */
export type Cursor = { at: string; id: string };

/** Reads a cursor; what is not one counts as none, so that an old address shows the first page. */
export function decodeCursor(text: string | undefined): Cursor | undefined {
  const separator = text?.lastIndexOf('_') ?? -1;
  if (text === undefined || separator < 0) return undefined;
  const at = text.slice(0, separator);
  const id = text.slice(separator + 1);
  return !Number.isNaN(Date.parse(at)) && isId(id) ? { at, id } : undefined;
}
