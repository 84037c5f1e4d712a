import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { Kernel } from '#kernel/kernel.ts';
import type { PersonId } from './queries/posts.ts';

/** What is kept of a citizen's number (số định danh cá nhân): enough to know it again, not to read it. */
export type CitizenNumber = { mark: Buffer; ending: string };

const key = (kernel: Kernel): Buffer => Buffer.from(hkdfSync('sha256', kernel.config.appSecret, '', 'identity citizen numbers', 32));

/** Made before a command: its input, too, leaves a hash behind, and twelve digits are soon guessed from a hash without a key. */
export function markCitizenNumber(kernel: Kernel, number: string): CitizenNumber {
  return { mark: createHmac('sha256', key(kernel)).update(number).digest(), ending: number.slice(-3) };
}

/** Tells whether a number is the one that is recorded for the person; undefined where none is. */
export async function recordedCitizenNumber(kernel: Kernel, personId: PersonId): Promise<((number: string) => boolean) | undefined> {
  const { rows } = await kernel.database.pool.query<{ mark: Buffer }>('select mark from identity.citizen_number where person_id = $1', [personId]);
  const [row] = rows;
  return row && ((number) => timingSafeEqual(row.mark, markCitizenNumber(kernel, number).mark));
}
