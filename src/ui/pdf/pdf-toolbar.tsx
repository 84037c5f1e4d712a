import ChevronDown from 'lucide-react/icons/chevron-down';
import ChevronUp from 'lucide-react/icons/chevron-up';
import Maximize from 'lucide-react/icons/move-horizontal';
import ZoomIn from 'lucide-react/icons/zoom-in';
import ZoomOut from 'lucide-react/icons/zoom-out';
import { useState, type ReactNode } from 'react';
import { IconButton } from '../controls/icon-button.tsx';
import { formatNumber } from '../format.ts';
import { useLanguage, useT } from '../i18n.ts';
import { pdfMessages } from './pdf-messages.ts';

export type PdfToolbarProps = {
  pageNumber: number;
  pageCount: number;
  onPage: (number: number) => void;
  /** Of the size on paper; 1 is life-size. */
  zoom: number;
  fitted: boolean;
  onZoom: (step: 1 | -1) => void;
  onFit: () => void;
};

/** Where one is in the document, and how large it is shown. */
export function PdfToolbar({ pageNumber, pageCount, onPage, zoom, fitted, onZoom, onFit }: PdfToolbarProps): ReactNode {
  const t = useT(pdfMessages);
  const { language } = useLanguage();
  return (
    <div className="lt-pdf__toolbar" role="toolbar" aria-label={t('toolbar')}>
      <IconButton icon={ChevronUp} size="small" label={t('previous')} disabled={pageNumber <= 1} onClick={() => onPage(pageNumber - 1)} />
      <IconButton icon={ChevronDown} size="small" label={t('next')} disabled={pageNumber >= pageCount} onClick={() => onPage(pageNumber + 1)} />
      <PageInput key={pageNumber} pageNumber={pageNumber} onPage={onPage} />
      <span className="lt-pdf__count">{t('pageOf', { count: pageCount })}</span>
      <span className="lt-pdf__gap" />
      <IconButton icon={ZoomOut} size="small" label={t('zoomOut')} keys="-" onClick={() => onZoom(-1)} />
      <span className="lt-pdf__zoom" aria-live="polite">
        {formatNumber(Math.round(zoom * 100), language)} %
      </span>
      <IconButton icon={ZoomIn} size="small" label={t('zoomIn')} keys="+" onClick={() => onZoom(1)} />
      <IconButton icon={Maximize} size="small" label={t('fitWidth')} keys="0" pressed={fitted} onClick={onFit} />
    </div>
  );
}

function PageInput({ pageNumber, onPage }: { pageNumber: number; onPage: (number: number) => void }): ReactNode {
  const t = useT(pdfMessages);
  const [typed, setTyped] = useState(String(pageNumber));
  const go = () => {
    const number = Number(typed);
    if (Number.isInteger(number) && number !== pageNumber) onPage(number);
    else setTyped(String(pageNumber));
  };
  return (
    <input
      className="lt-pdf__page-input"
      aria-label={t('page')}
      inputMode="numeric"
      value={typed}
      onChange={(event) => setTyped(event.target.value)}
      onBlur={go}
      onKeyDown={(event) => event.key === 'Enter' && go()}
    />
  );
}
