import type { ReactNode } from 'react';
import './badge.css';

/** What a state means for whoever looks, whatever its own name is. */
export type StateKind =
  /** not begun: dự thảo */
  | 'ahead'
  /** here and now: chờ ký, đang xử lý */
  | 'present'
  /** went well and is over: đã phát hành */
  | 'done'
  /** came back or was refused: trả lại, từ chối */
  | 'stopped'
  /** ended without result: thu hồi, hủy */
  | 'quiet';

/** A state by word, shape and colour: the shapes are those of the route line. */
export function StateMark({ kind, children }: { kind: StateKind; children: ReactNode }): ReactNode {
  return (
    <span className={`lt-mark lt-mark--${kind}`}>
      <svg width="12" height="12" viewBox="0 0 12 12" fill="none" stroke="currentColor" strokeWidth="1.75" aria-hidden="true">
        <StateShape kind={kind} />
      </svg>
      {children}
    </span>
  );
}

function StateShape({ kind }: { kind: StateKind }): ReactNode {
  switch (kind) {
    case 'ahead':
      return <circle cx="6" cy="6" r="4" />;
    case 'present':
      return <circle cx="6" cy="6" r="5" fill="currentColor" stroke="none" />;
    case 'done':
      return <path d="m1.5 6.5 3 3 6-7" strokeWidth="2" />;
    case 'stopped':
      return <path d="M5 1.5 2 4.5l3 3M2.5 4.5H8a2.5 2.5 0 0 1 0 6H4" />;
    case 'quiet':
      return <path d="M2.5 2.5l7 7M9.5 2.5l-7 7" />;
  }
}
