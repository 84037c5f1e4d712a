/** Letters of a name's own, so that a person recognises the login. */
const MOST_LETTERS = 24;

/** The login of an office's first person: the folded short name and digits, since it is made before anybody compares it with others. */
export function loginOf(foldedName: string, digits: number): string {
  const letters = foldedName.replace(/[^a-z0-9]/g, '').slice(0, MOST_LETTERS);
  return `${letters === '' ? 'khach' : letters}.${String(digits).padStart(6, '0')}`;
}
