import type { ReactNode } from 'react';
import './detail.css';

export type DetailProps = {
  /** What it is called: the summary of a document, the name of a dossier. */
  title: string;
  /** A small line above the title: number, sender, day. */
  lead?: ReactNode;
  /** Its state and deadline. */
  marks?: ReactNode;
  /** What can be done now; the main one first. On a phone they stay at the bottom. */
  actions?: ReactNode;
  children: ReactNode;
};

/** The thing in view, beside its list or alone. */
export function Detail({ title, lead, marks, actions, children }: DetailProps): ReactNode {
  return (
    <article className="lt-detail">
      <header className="lt-detail__head">
        <div className="lt-detail__title">
          {lead !== undefined && <p className="lt-detail__lead">{lead}</p>}
          <h2>{title}</h2>
          {marks !== undefined && <div className="lt-detail__marks">{marks}</div>}
        </div>
        {actions !== undefined && <div className="lt-detail__actions">{actions}</div>}
      </header>
      <div className="lt-detail__content">{children}</div>
    </article>
  );
}
