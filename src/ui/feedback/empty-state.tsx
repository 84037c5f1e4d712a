import type { ReactNode } from 'react';
import './states.css';

export type EmptyStateProps = {
  /** What is not here: "Chưa có văn bản đến nào". */
  title: string;
  /** What will come here, and how. */
  children?: ReactNode;
  actions?: ReactNode;
  /** `last`: the list was worked through; the line ends at its terminus. */
  kind?: 'first' | 'last' | 'filtered';
};

/** An empty list says what will come and how; a finished one says so and stops. */
export function EmptyState({ title, children, actions, kind = 'first' }: EmptyStateProps): ReactNode {
  return (
    <div className="lt-state">
      <LineSign kind={kind} />
      <p className="lt-state__title">{title}</p>
      {children !== undefined && <div className="lt-state__text">{children}</div>}
      {actions !== undefined && <div className="lt-state__actions">{actions}</div>}
    </div>
  );
}

/** The route line before anything runs on it, at its end, or with nothing at the chosen stations. */
function LineSign({ kind }: { kind: 'first' | 'last' | 'filtered' }): ReactNode {
  return (
    <svg className="lt-state__sign" width="132" height="28" viewBox="0 0 132 28" fill="none" stroke="currentColor" strokeWidth="2" aria-hidden="true">
      {kind === 'last' ? (
        <>
          <path d="M6 14H112" />
          <circle cx="6" cy="14" r="3" fill="currentColor" />
          <circle cx="42" cy="14" r="3" fill="currentColor" />
          <circle cx="78" cy="14" r="3" fill="currentColor" />
          <circle cx="119" cy="14" r="7" stroke="var(--done-mark)" fill="var(--done-mark)" />
          <path d="m115.8 14.2 2.3 2.3 4.4-4.6" stroke="var(--giay-50)" />
        </>
      ) : (
        <>
          <path d="M11 14H25M37 14H57M75 14H95M107 14H121" strokeDasharray={kind === 'filtered' ? '2 4' : undefined} />
          <circle cx="6" cy="14" r="4" />
          <circle cx="31" cy="14" r="4" />
          <circle cx="66" cy="14" r="8" />
          <circle cx="101" cy="14" r="4" />
          <circle cx="126" cy="14" r="4" />
        </>
      )}
    </svg>
  );
}
