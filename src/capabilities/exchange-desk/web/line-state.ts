import type { PartnerHealth } from '../contract.ts';
import type { DeskKey } from './desk-messages.ts';

const circuits = { closed: 'done', open: 'stopped', half_open: 'present' } as const;
type LineKind = (typeof circuits)[keyof typeof circuits] | 'quiet' | 'ahead';

/** How the line to a partner is, as a mark and a word. One over which nothing ever went is not good yet, only not tried. */
export function lineOf({ state, circuit, lastSuccessAt }: Pick<PartnerHealth, 'state' | 'circuit' | 'lastSuccessAt'>): [LineKind, DeskKey] {
  if (state === 'suspended') return ['quiet', 'line.suspended'];
  if (state !== 'active') return ['ahead', 'line.pairing'];
  return circuit === 'closed' && lastSuccessAt === null ? ['ahead', 'line.never'] : [circuits[circuit], `line.${circuit}`];
}
