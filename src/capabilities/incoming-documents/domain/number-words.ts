/** What stands for the number of a paper that has none. */
export const NO_NUMBER = 'Không số';

/** Number and notation as they stand on the document; not every paper has both. */
export function numberOf({ number, notation }: { number: string; notation: string }): string {
  return notation === '' ? number : `${number}/${notation}`;
}
