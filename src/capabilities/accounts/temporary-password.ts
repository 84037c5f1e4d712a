import { randomInt } from 'node:crypto';

// Without 0 O 1 l I, which are read wrongly over a telephone.
const SMALL = 'abcdefghijkmnpqrstuvwxyz';
const CAPITAL = 'ABCDEFGHJKLMNPQRSTUVWXYZ';
const DIGITS = '23456789';

const pick = (letters: string): string => letters.charAt(randomInt(letters.length));

/** A password that is used once: four groups of four, such as `Kfwm-t3xp-Rahd-9czu`; more than 70 bits. */
export function temporaryPassword(): string {
  const groups = [0, 1, 2, 3].map((index) => {
    const letters = Array.from({ length: 3 }, () => pick(SMALL)).join('');
    return index % 2 === 0 ? pick(CAPITAL) + letters : pick(DIGITS) + letters;
  });
  return groups.join('-');
}
