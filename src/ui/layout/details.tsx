import type { ReactNode } from 'react';
import './details.css';

export type Detail = { label: string; value: ReactNode; wide?: boolean };

/** Facts as label and value: số, ký hiệu, ngày, nơi gửi. Empty values are left out. */
export function Details({ items, columns = 2 }: { items: readonly Detail[]; columns?: 1 | 2 | 3 }): ReactNode {
  return (
    <dl className="lt-details" data-columns={columns}>
      {items
        .filter(({ value }) => value !== undefined && value !== null && value !== '')
        .map(({ label, value, wide }) => (
          <div key={label} data-wide={wide === true ? '' : undefined}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}
