/**
 * Text as people type it into a search box: lower case, without tone marks, đ as d. "Đặng Thị Ước" and "dang thi uoc"
 * fold to the same.
 */
export function foldText(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{Mn}/gu, '')
    .replace(/[đĐ]/g, 'd')
    .toLowerCase()
    .normalize('NFC');
}

const WORD = /[\p{L}\p{N}]+/gu;
const DOCUMENT_NUMBER = /\d+\/[\p{L}\p{N}-]+(?:\/[\p{L}\p{N}-]+)*/gu;
const MAX_WORDS = 2000;

/**
 * A `tsvector` literal with positions, made here rather than by PostgreSQL's parser, which breaks Vietnamese document
 * numbers and would need a configuration on every server. Document numbers stand whole besides their parts.
 */
export function toTsvector(text: string): string {
  const folded = foldText(text);
  const words = (folded.match(WORD) ?? []).slice(0, MAX_WORDS);
  const positions = new Map<string, number[]>();
  words.forEach((word, index) => {
    const list = positions.get(word) ?? [];
    // tsvector keeps at most 256 positions below 16384
    if (list.length < 256) list.push(index + 1);
    positions.set(word, list);
  });
  const numbers = new Set(folded.match(DOCUMENT_NUMBER) ?? []);
  return [...[...positions].map(([word, list]) => `'${word}':${list.join(',')}`), ...[...numbers].map((number) => `'#${number}'`)].join(' ');
}

/**
 * A `tsquery` literal: every word must occur, the last one may be unfinished; a document number is looked up from its beginning.
 * Undefined when the text holds nothing to look for.
 */
export function toTsquery(text: string): string | undefined {
  const folded = foldText(text).slice(0, 200);
  const numbers = (folded.match(DOCUMENT_NUMBER) ?? []).map(numberTerm);
  const rest = folded.replace(DOCUMENT_NUMBER, ' ').match(WORD) ?? [];
  const terms = [...numbers, ...rest.map((word, index) => (index === rest.length - 1 ? `'${word}':*` : `'${word}'`))];
  return terms.length === 0 ? undefined : terms.join(' & ');
}

/** `01/snv` begins `01/snv-vp`; on papers numbers below ten carry a zero, which people leave out. */
function numberTerm(number: string): string {
  const belowTen = /^0?([1-9]\/.*)$/u.exec(number)?.[1];
  return belowTen === undefined ? `'#${number}':*` : `('#${belowTen}':* | '#0${belowTen}':*)`;
}
