import CircleAlert from 'lucide-react/icons/circle-alert';
import CircleCheck from 'lucide-react/icons/circle-check';
import Info from 'lucide-react/icons/info';
import TriangleAlert from 'lucide-react/icons/triangle-alert';
import type { ReactNode } from 'react';
import './banner.css';

export type BannerProps = {
  tone?: 'info' | 'warn' | 'danger' | 'done';
  title?: string;
  children?: ReactNode;
  /** Buttons at the end. */
  actions?: ReactNode;
};

const signs = { info: Info, warn: TriangleAlert, danger: CircleAlert, done: CircleCheck } as const;

/** Something to know about the whole screen or one section of it. */
export function Banner({ tone = 'info', title, children, actions }: BannerProps): ReactNode {
  const Sign = signs[tone];
  return (
    <div className={`lt-banner lt-banner--${tone}`} role={tone === 'danger' ? 'alert' : undefined}>
      <Sign size={18} aria-hidden="true" />
      <div className="lt-banner__text">
        {title !== undefined && <strong>{title}</strong>}
        {children !== undefined && <div>{children}</div>}
      </div>
      {actions !== undefined && <div className="lt-banner__actions">{actions}</div>}
    </div>
  );
}
