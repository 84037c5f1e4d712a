import { useEffect, type ReactNode } from 'react';
import { classNames } from '../class-names.ts';
import './page.css';

export type PageProps = {
  title: string;
  /** A short line under the title: how many, how old, whose. */
  subtitle?: ReactNode;
  /** Buttons at the right of the title; the main one first. On a phone they stay at the bottom, in reach of the thumb. */
  actions?: ReactNode;
  /** Filters and tabs under the title. */
  bar?: ReactNode;
  /** `reading` holds the width of a text; `full` takes all there is and lets its parts scroll by themselves. */
  width?: 'normal' | 'reading' | 'full';
  children: ReactNode;
};

/** A screen: its name (also the window's), its actions, its content. */
export function Page({ title, subtitle, actions, bar, width = 'normal', children }: PageProps): ReactNode {
  useDocumentTitle(title);
  return (
    <div className={classNames('lt-page', `lt-page--${width}`)}>
      <header className="lt-page__head">
        <div className="lt-page__title">
          <h1>{title}</h1>
          {subtitle !== undefined && <p>{subtitle}</p>}
        </div>
        {actions !== undefined && <div className="lt-page__actions">{actions}</div>}
        {bar !== undefined && <div className="lt-page__bar">{bar}</div>}
      </header>
      <div className="lt-page__content">{children}</div>
    </div>
  );
}

/** Names the window and the browser's history after what is in view. */
export function useDocumentTitle(title: string): void {
  useEffect(() => {
    const before = document.title;
    document.title = `${title} · Liên Thông`;
    return () => {
      document.title = before;
    };
  }, [title]);
}

export type SectionProps = { title: string; actions?: ReactNode; children: ReactNode };

/** A titled part of a page, parted from the next by space. */
export function Section({ title, actions, children }: SectionProps): ReactNode {
  return (
    <section className="lt-section">
      <header className="lt-section__head">
        <h2>{title}</h2>
        {actions}
      </header>
      {children}
    </section>
  );
}
