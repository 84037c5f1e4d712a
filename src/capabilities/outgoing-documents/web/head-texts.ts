import type { WrittenText } from '#engines/signatures/contract.ts';
import type { OutgoingDetail } from '../contract.ts';
import type { FoundPlaces } from './signing-data.ts';

type Blanks = FoundPlaces['blanks'];

/** Number, day and month as 30/2020/NĐ-CP App. I.II.3, 4 writes them, at the blanks that were found. */
export function headTexts({ number, issuedOn }: Pick<OutgoingDetail, 'number' | 'issuedOn'>, blanks: Blanks): WrittenText[] {
  if (number === null || issuedOn === null) return [];
  const month = Number(issuedOn.slice(5, 7));
  const texts: WrittenText[] = [];
  if (blanks.number !== undefined) texts.push({ ...blanks.number, text: String(number).padStart(2, '0'), style: 'regular' });
  if (blanks.day !== undefined) texts.push({ ...blanks.day, text: issuedOn.slice(8, 10), style: 'italic' });
  if (blanks.month !== undefined) texts.push({ ...blanks.month, text: month <= 2 ? `0${String(month)}` : String(month), style: 'italic' });
  return texts;
}

/** What the clerk is told of it: a letter may have its date typed, or its number. */
export function whatIsWritten({ number, day, month }: Blanks): 'numberTextFound' | 'numberOnlyFound' | 'dateOnlyFound' | 'numberTextMissing' {
  const hasDate = day !== undefined || month !== undefined;
  if (number === undefined) return hasDate ? 'dateOnlyFound' : 'numberTextMissing';
  return hasDate ? 'numberTextFound' : 'numberOnlyFound';
}
