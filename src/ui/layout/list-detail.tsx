import ArrowLeft from 'lucide-react/icons/arrow-left';
import type { ReactNode } from 'react';
import { Button } from '../controls/button.tsx';
import { defineMessages, useT } from '../i18n.ts';
import './list-detail.css';

export type ListDetailProps = {
  list: ReactNode;
  /** What is open beside the list; undefined when nothing is. */
  detail: ReactNode | undefined;
  /** Names for screen readers: "Danh sách văn bản đến", "Văn bản". */
  listLabel: string;
  detailLabel: string;
  /** Back to the list alone (on a phone the only way back). */
  onClose: () => void;
};

const messages = defineMessages({ vi: { back: 'Danh sách' }, en: { back: 'List' } });

/** A list that keeps its place, and beside it the thing that is open. On a phone one at a time. */
export function ListDetail({ list, detail, listLabel, detailLabel, onClose }: ListDetailProps): ReactNode {
  const t = useT(messages);
  const open = detail !== undefined && detail !== null;
  return (
    <div className="lt-list-detail" data-open={open ? '' : undefined}>
      <section className="lt-list-detail__list" aria-label={listLabel}>
        {list}
      </section>
      {open && (
        <section className="lt-list-detail__detail" aria-label={detailLabel}>
          <div className="lt-list-detail__back">
            <Button variant="plain" size="small" icon={ArrowLeft} onClick={onClose}>
              {t('back')}
            </Button>
          </div>
          {detail}
        </section>
      )}
    </div>
  );
}
