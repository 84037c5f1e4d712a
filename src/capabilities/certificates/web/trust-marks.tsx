import type { ReactNode } from 'react';
import type { TrustState } from '#engines/signatures/contract.ts';
import { StateMark, type StateKind } from '#ui/data/state-mark.tsx';
import { useT } from '#ui/i18n.ts';
import { messages } from './trust-messages.ts';

const marks: Record<TrustState, StateKind> = { inForce: 'done', ahead: 'ahead', ended: 'quiet' };

export function TrustStateMark({ state }: { state: TrustState }): ReactNode {
  const t = useT(messages);
  return <StateMark kind={marks[state]}>{t(state)}</StateMark>;
}

/** In fours, so that two people can compare it by telephone. */
export function Figures({ text }: { text: string }): ReactNode {
  return <code>{text.match(/.{1,4}/g)?.join(' ')}</code>;
}
