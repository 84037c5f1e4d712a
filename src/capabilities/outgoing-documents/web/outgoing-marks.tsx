import type { ReactNode } from 'react';
import { Badge } from '#ui/data/badge.tsx';
import { StateMark, type StateKind } from '#ui/data/state-mark.tsx';
import type { Translate } from '#ui/i18n.ts';
import type { OutgoingState, Urgency } from '../contract.ts';
import type { MessageKey } from './messages.ts';

export type T = Translate<MessageKey>;

const kinds: Record<OutgoingState, StateKind> = {
  draft: 'ahead',
  initialling: 'present',
  submitted: 'present',
  returned: 'stopped',
  signed: 'present',
  numbered: 'present',
  sealed: 'present',
  issued: 'done',
  recalled: 'quiet',
  replaced: 'quiet',
  withdrawn: 'quiet',
};

export function OutgoingStateMark({ state, t }: { state: OutgoingState; t: T }): ReactNode {
  return <StateMark kind={kinds[state]}>{t(state)}</StateMark>;
}

export function UrgencyBadge({ urgency, t }: { urgency: Urgency; t: T }): ReactNode {
  return urgency === 'normal' ? null : <Badge tone="danger">{t(urgency)}</Badge>;
}
