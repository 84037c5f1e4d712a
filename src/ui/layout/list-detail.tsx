import ArrowLeft from 'lucide-react/icons/arrow-left';
import X from 'lucide-react/icons/x';
import { useCallback, useEffect, useMemo, useRef, type ReactNode } from 'react';
import { Button } from '../controls/button.tsx';
import { IconButton } from '../controls/icon-button.tsx';
import { defineMessages, useT } from '../i18n.ts';
import { useShortcuts, type Shortcut } from '../shortcuts.tsx';
import './list-detail.css';

export type ListDetailProps = {
  list: ReactNode;
  /** What is open beside the list; undefined when nothing is. */
  detail: ReactNode | undefined;
  /** Names for screen readers: "Danh sách văn bản đến", "Văn bản". */
  listLabel: string;
  detailLabel: string;
  /** Back to the list alone. */
  onClose: () => void;
};

const messages = defineMessages({ vi: { back: 'Danh sách', close: 'Đóng mục đang mở' }, en: { back: 'List', close: 'Close what is open' } });

const none: readonly Shortcut[] = [];

/** A list that keeps its place, and beside it the thing that is open, until its button or Escape closes it. On a phone one at a time. */
export function ListDetail({ list, detail, listLabel, detailLabel, onClose }: ListDetailProps): ReactNode {
  const t = useT(messages);
  const open = detail !== undefined && detail !== null;
  const { frame, close } = useClose(open, onClose);
  const shortcuts = useMemo<readonly Shortcut[]>(() => [{ keys: 'Escape', label: t('close'), group: listLabel, run: close }], [t, listLabel, close]);
  useShortcuts(open ? shortcuts : none);
  return (
    <div className="lt-list-detail" data-open={open ? '' : undefined} ref={frame}>
      <section className="lt-list-detail__list" aria-label={listLabel}>
        {list}
      </section>
      {open && (
        <section className="lt-list-detail__detail" aria-label={detailLabel}>
          <div className="lt-list-detail__back">
            <Button variant="plain" size="small" icon={ArrowLeft} onClick={close}>
              {t('back')}
            </Button>
          </div>
          <div className="lt-list-detail__close">
            <IconButton icon={X} size="small" label={t('close')} keys="Escape" onClick={close} />
          </div>
          {detail}
        </section>
      )}
    </div>
  );
}

/** Closing leads the focus back to the row that was open. */
function useClose(open: boolean, onClose: () => void) {
  const frame = useRef<HTMLDivElement>(null);
  const row = useRef<HTMLElement>(null);
  const onCloseNow = useRef(onClose);
  useEffect(() => {
    onCloseNow.current = onClose;
  });
  useEffect(() => {
    // On a phone the list is not there before.
    if (!open) row.current?.focus();
    row.current = null;
  }, [open]);
  const close = useCallback(() => {
    const current = frame.current?.querySelector<HTMLElement>('.lt-list-detail__list [aria-current]') ?? null;
    row.current = current?.querySelector<HTMLElement>('[data-row-focus]') ?? current;
    onCloseNow.current();
  }, []);
  return { frame, close };
}
