import type { ReactNode } from 'react';
import './detail-pane.css';

export type DetailPaneProps = {
  /** The small line above the name: type, number, urgency. */
  kicker?: ReactNode;
  title: string;
  /** The line below: from whom, in which state. */
  meta?: ReactNode;
  /** The verbs; the main one first. On a phone they stay at the bottom, in reach of the thumb. */
  actions?: ReactNode;
  children: ReactNode;
};

/** The thing that is open beside its list: name, verbs, content. Its content scrolls by itself. */
export function DetailPane({ kicker, title, meta, actions, children }: DetailPaneProps): ReactNode {
  return (
    <article className="lt-detail">
      <header className="lt-detail__head">
        {kicker !== undefined && <p className="lt-detail__kicker">{kicker}</p>}
        <h2 className="lt-detail__title">{title}</h2>
        {meta !== undefined && <p className="lt-detail__meta">{meta}</p>}
        {actions !== undefined && actions !== null && <div className="lt-detail__actions">{actions}</div>}
      </header>
      <div className="lt-detail__body">{children}</div>
    </article>
  );
}
