import { useId, useRef, type KeyboardEvent, type ReactNode } from 'react';
import { defineMessages, useT } from '../i18n.ts';
import { Count } from './badge.tsx';
import './tabs.css';

export type TabItem = { id: string; label: string; count?: number | undefined; content?: ReactNode };

export type TabsProps = {
  /** Names the row of tabs: "Trạng thái văn bản". */
  label: string;
  items: readonly TabItem[];
  value: string;
  onChange: (id: string) => void;
};

const messages = defineMessages({ vi: { count: '{count} mục' }, en: { count: '{count} item | {count} items' } });

/** A few views of one thing. Arrow keys move; the content of the chosen one stands below. */
export function Tabs({ label, items, value, onChange }: TabsProps): ReactNode {
  const t = useT(messages);
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const chosen = items.find((item) => item.id === value);
  const onKeyDown = (event: KeyboardEvent) => {
    const target = nextIndex(event.key, { at: items.findIndex((item) => item.id === value), count: items.length });
    const item = target === undefined ? undefined : items[target];
    if (item === undefined) return;
    event.preventDefault();
    onChange(item.id);
    list.current?.querySelector<HTMLElement>(`[id="${id}-tab-${item.id}"]`)?.focus();
  };
  return (
    <div className="lt-tabs">
      <div className="lt-tabs__list" role="tablist" aria-label={label} ref={list} onKeyDown={onKeyDown}>
        {items.map((item) => (
          <button
            key={item.id}
            type="button"
            role="tab"
            id={`${id}-tab-${item.id}`}
            className="lt-tabs__tab"
            aria-selected={item.id === value}
            aria-controls={item.content === undefined ? undefined : `${id}-panel`}
            tabIndex={item.id === value ? 0 : -1}
            onClick={() => onChange(item.id)}
          >
            <span className="lt-tabs__text" data-text={item.label}>
              {item.label}
            </span>
            {item.count !== undefined && <Count value={item.count} label={t('count', { count: item.count })} />}
          </button>
        ))}
      </div>
      {chosen?.content !== undefined && (
        <div className="lt-tabs__panel" role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-tab-${chosen.id}`}>
          {chosen.content}
        </div>
      )}
    </div>
  );
}

function nextIndex(key: string, { at, count }: { at: number; count: number }): number | undefined {
  if (key === 'ArrowRight') return (at + 1) % count;
  if (key === 'ArrowLeft') return (at - 1 + count) % count;
  if (key === 'Home') return 0;
  if (key === 'End') return count - 1;
  return undefined;
}
