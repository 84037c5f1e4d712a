import { foldText as foldLetters } from '#kernel/search-text.ts';

/** Folds a name for searching: `Sở Nội vụ - TP. Thanh Hóa` becomes `so noi vu tp thanh hoa`, words with one space between. */
export function foldText(text: string): string {
  return foldLetters(text)
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

/** The words that are looked for, folded; at most eight, so that a pasted page stays a small question. */
export function searchWords(typed: string): string[] {
  return foldText(typed).split(' ').filter((word) => word !== '').slice(0, 8);
}

/**
 * What is kept beside a name to be searched: the folded words with a space before each, then the initials of the name.
 * A typed word is found where a word begins: ` vu` is in ` so noi vu snv`.
 */
export function searchTextOf(name: string, ...others: string[]): string {
  const words = foldText(name).split(' ').filter((word) => word !== '');
  const initials = words.map((word) => word.slice(0, 1)).join('');
  const extra = others.map(foldText).filter((text) => text !== '');
  return ` ${[...words, ...extra, initials].join(' ')}`;
}
