import type { ReactNode } from 'react';
import { classNames } from '../class-names.ts';
import './badge.css';

export type Tone = 'plain' | 'action' | 'done' | 'warn' | 'danger';

/** A short word that classifies: Khẩn, Bản giấy, Công văn. For the state of a thing use StateMark. */
export function Badge({ tone = 'plain', children }: { tone?: Tone; children: ReactNode }): ReactNode {
  return <span className={classNames('lt-badge', `lt-badge--${tone}`)}>{children}</span>;
}

/** A number in a list of tabs or filters. */
export function Count({ value, label }: { value: number; label: string }): ReactNode {
  return (
    <span className="lt-count">
      <span aria-hidden="true">{value > 999 ? '999+' : value}</span>
      <span className="read-by-screen-reader">{label}</span>
    </span>
  );
}
