import type { PartnerId, Protocol } from './adapter.ts';

/** What is passed on for another installation: nothing; what goes between it and the systems connected here; also what goes between it and the national axis. */
export const passedOn = ['nothing', 'systems', 'systems_and_axis'] as const;
export type PassedOn = (typeof passedOn)[number];

/** A partner as the rule looks at it. `passesOn` is its setting where it is another installation. */
export type RelayEnd = { partnerId: PartnerId; protocol: Protocol; passesOn: string | null };

/**
 * Whether what came by one partner may go on by another. On its way a document crosses at most one line between two installations:
 * what came from one of them goes on to a system that is connected here, or by the national axis where that is allowed, and never
 * to a third one. What a distant axis gave us never goes back to it. Together with the other half of the rule, that a document
 * is taken only from the partner by which its sender is reached, no document can come back to where it was.
 */
export function mayRelay(from: RelayEnd, to: RelayEnd): boolean {
  if (from.protocol === 'installation') return to.protocol !== 'installation' && passes(from, to.protocol);
  if (to.protocol === 'installation') return passes(to, from.protocol);
  return from.partnerId !== to.partnerId || to.protocol === 'provincial_axis';
}

/** An installation that was connected before there was a setting has the usual one. */
function passes({ passesOn }: RelayEnd, axis: Exclude<Protocol, 'installation'>): boolean {
  switch (axis) {
    case 'provincial_axis':
      return passesOn !== 'nothing';
    case 'national_axis':
      return passesOn === 'systems_and_axis';
  }
}

/** What the other side and its sender read when it spoke for an agency that it is not entitled to speak for. */
export function notEntitled(who: string): string {
  return `Bên gửi chưa báo trong danh bạ rằng nó chuyển văn bản cho ${who}. Quản trị viên bên gửi kiểm tra danh bạ của mình rồi gửi lại.`;
}
