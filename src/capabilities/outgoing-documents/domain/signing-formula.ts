import type { signingFormulas } from './states.ts';

export type SigningFormula = (typeof signingFormulas)[number];

/**
 * In which formula a post signs (30/2020/NĐ-CP Art. 13; App. I.II.7.b). Under a delegation a deputy signs for the head (KT.) and everybody
 * else by authorisation (TUQ.). In the own post: acting head (Q.) before deputy (KT.), on behalf of a collective (TM.), by order (TL.);
 * null where the head signs in the own name.
 */
export function signingFormulaOf({ powers, isDelegated }: { powers: readonly SigningFormula[]; isDelegated: boolean }): SigningFormula | null {
  if (isDelegated) return powers.includes('KT') ? 'KT' : 'TUQ';
  return (['Q', 'KT', 'TM', 'TL'] as const).find((formula) => powers.includes(formula)) ?? null;
}

/** The letters of a name as initials: `Hoàng Hữu Dũng` → `HHD`, of very long names the last ones. */
export function initialsOf(fullName: string): string {
  return Array.from(fullName.normalize('NFC').trim().split(/\s+/), (word) => Array.from(word)[0] ?? '')
    .join('')
    .toLocaleUpperCase('vi')
    .slice(-12);
}
