/** By whom an automatic answer is given. */
export const AUTOMATIC: { name: string; title: string | null } = { name: 'Hệ thống Liên Thông', title: null };
