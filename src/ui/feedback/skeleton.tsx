import type { ReactNode } from 'react';
import { classNames } from '../class-names.ts';
import { defineMessages, useT } from '../i18n.ts';
import './skeleton.css';

export type SkeletonProps = {
  /** The shape of what will come. */
  shape?: 'text' | 'title' | 'block' | 'round';
  /** Any CSS width, such as `12ch`. */
  width?: string;
  height?: string;
};

const messages = defineMessages({ vi: { loading: 'Đang tải…' }, en: { loading: 'Loading…' } });

/** One grey piece. Appears after 100 ms, so that what is quick does not blink. */
export function Skeleton({ shape = 'text', width, height }: SkeletonProps): ReactNode {
  return <span className={classNames('lt-skeleton', `lt-skeleton--${shape}`)} style={{ width, height }} aria-hidden="true" />;
}

/** Says "loading" once to a screen reader, around any number of pieces. */
export function SkeletonGroup({ label, children }: { label?: string; children: ReactNode }): ReactNode {
  const t = useT(messages);
  return (
    <div className="lt-skeleton-group" role="status">
      <span className="read-by-screen-reader">{label ?? t('loading')}</span>
      {children}
    </div>
  );
}
