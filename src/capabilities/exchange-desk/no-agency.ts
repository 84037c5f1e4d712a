import type { Id } from '#kernel/ids.ts';

/** In whose record stands what concerns the whole installation. */
// safe because the nil UUID names no real agency
export const noAgency = '00000000-0000-0000-0000-000000000000' as Id<'agency'>;
