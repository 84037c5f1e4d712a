import { foldText } from '#kernel/search-text.ts';

const MOST_WORDS = 8;

type Searched = { typeName: string; summary: string; /** Undefined or null before the number is taken. */ number?: number | null; notation?: string | null };

/** What is kept beside a document to be searched, folded: its type, its summary and, once it has them, `7/snv-vp`. */
export function searchTextOf({ typeName, summary, number, notation }: Searched): string {
  const words = `${typeName} ${summary}`;
  return foldText(typeof number === 'number' && typeof notation === 'string' ? `${words} ${String(number)}/${notation}` : words);
}

/**
 * The patterns of LIKE that a document's text, with a space before it, must fit: one group a typed word, of which one pattern suffices.
 * The words stand in any order and with any punctuation between them. The number is found as it stands on the paper (`07/SNV`) and as it
 * is spoken (`7/SNV`), and 7 is not 17.
 */
export function searchPatterns(typed: string): string[][] {
  const words = foldText(typed).match(/[\p{L}\p{N}][^\s,;:()[\]"“”]*/gu) ?? [];
  return words.slice(0, MOST_WORDS).map((word) => {
    const text = word.replace(/[.!?]+$/u, '').replace(/[\\%_]/g, '\\$&');
    const [, number, rest] = /^0*(\d+)(\/.*)?$/u.exec(text) ?? [];
    if (number === undefined) return [`%${text}%`];
    return rest === undefined ? [`%${text}%`, `% ${number}/%`] : [`% ${number}${rest}%`, `% 0${number}${rest}%`];
  });
}
