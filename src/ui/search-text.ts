/**
 * Folds Vietnamese text for searching without diacritics: `Sở Nội vụ` becomes `so noi vu`. The server's rule is
 * `foldText` of the kernel, which the design system may not import (it runs in browsers without any server behind it);
 * a test of the workplace holds the two together.
 */
export function foldText(text: string): string {
  const folded = text.normalize('NFD').replace(/\p{Mn}/gu, '').replace(/[đĐ]/g, 'd').toLowerCase().normalize('NFC');
  return folded.replace(/\s+/g, ' ').trim();
}

/**
 * How well a text answers what was typed, 0 for not at all. Every typed word must begin a word of the text;
 * initials count too (`snv` finds `Sở Nội vụ`, `ubnd hac` `Ủy ban nhân dân phường Hạc Thành`). A person who does type diacritics gets exact matches first.
 */
export function matchScore(text: string, typed: string): number {
  const query = foldText(typed);
  if (query === '') return 1;
  const folded = foldText(text);
  const words = folded.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== '');
  const exact = text.normalize('NFC').toLowerCase().includes(typed.normalize('NFC').trim().toLowerCase()) ? 2 : 0;
  if (folded.startsWith(query)) return 6 + exact;
  if (folded.includes(` ${query}`)) return 4 + exact;
  const parts = query.split(' ');
  if (parts.every((part) => words.some((word) => word.startsWith(part)))) return 3 + exact;
  const letters = query.replace(/ /g, '');
  if (letters.length > 1 && (initialsOf(words).includes(letters) || initialsOf(words.filter((word) => word !== 'va')).includes(letters))) return 2;
  // "ubnd hac thanh", "vp ubnd": some words typed, some only their first letters.
  if (parts.every((part) => words.some((word) => word.startsWith(part)) || (part.length > 1 && initialsOf(words).includes(part)))) return 2;
  return folded.includes(query) ? 1 : 0;
}

function initialsOf(words: readonly string[]): string {
  return words.map((word) => word.slice(0, 1)).join('');
}
