import type { ReactNode } from 'react';
import { StateMark, type StateKind } from '#ui/data/state-mark.tsx';
import type { Translate } from '#ui/i18n.ts';
import type { IncomingState } from '#capabilities/incoming-documents/contract.ts';
import type { LetterRow } from '../contract.ts';
import type { GuestKey } from './guest-messages.ts';

type T = Translate<GuestKey>;

const received: Partial<Record<IncomingState, { key: GuestKey; kind: StateKind }>> = {
  arrived: { key: 'arrived', kind: 'present' },
  refused: { key: 'refused', kind: 'stopped' },
  recalled: { key: 'recalled', kind: 'stopped' },
  replaced: { key: 'replaced', kind: 'quiet' },
};

/** To a guest a letter is read or not; what comes after is the receiver's own business. */
export function ReceivedMark({ state, t }: { state: IncomingState; t: T }): ReactNode {
  const { key, kind } = received[state] ?? { key: 'registered', kind: 'done' };
  return <StateMark kind={kind}>{t(key)}</StateMark>;
}

const deliveries: Record<string, { key: GuestKey; kind: StateKind }> = {
  waiting: { key: 'waiting', kind: 'present' },
  no_route: { key: 'no_route', kind: 'present' },
  returned: { key: 'returned', kind: 'stopped' },
  arrived: { key: 'delivery.arrived', kind: 'present' },
  refused: { key: 'delivery.refused', kind: 'stopped' },
  registered: { key: 'delivery.registered', kind: 'done' },
  assigned: { key: 'handled', kind: 'done' },
  in_process: { key: 'handled', kind: 'done' },
  completed: { key: 'completed', kind: 'done' },
};

/** Where a sent letter stands with its recipient. */
export function SentMark({ letter, t }: { letter: Pick<LetterRow, 'state' | 'delivery'>; t: T }): ReactNode {
  if (letter.state === 'draft') return <StateMark kind="ahead">{t('draft')}</StateMark>;
  const { key, kind } = deliveries[letter.delivery?.state ?? 'waiting'] ?? { key: 'cancelled', kind: 'quiet' };
  return <StateMark kind={kind}>{t(key)}</StateMark>;
}
