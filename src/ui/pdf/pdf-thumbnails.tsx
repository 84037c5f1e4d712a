import { useEffect, useRef, useState, type ReactNode } from 'react';
import { useT } from '../i18n.ts';
import type { PdfPage } from './pdf-document.ts';
import { shownSize } from './pdf-geometry.ts';
import { pdfMessages } from './pdf-messages.ts';

const width = 96;

/** All pages, small; each is drawn when it comes into view. */
export function PdfThumbnails({ pages, pageNumber, onPage }: { pages: readonly PdfPage[]; pageNumber: number; onPage: (number: number) => void }): ReactNode {
  const t = useT(pdfMessages);
  return (
    <nav className="lt-pdf__thumbnails" aria-label={t('thumbnails')}>
      {pages.map((page) => (
        <button
          key={page.number}
          type="button"
          aria-label={t('goToPage', { number: page.number })}
          aria-current={page.number === pageNumber ? 'page' : undefined}
          onClick={() => onPage(page.number)}
        >
          <Thumbnail page={page} />
          {page.number}
        </button>
      ))}
    </nav>
  );
}

function Thumbnail({ page }: { page: PdfPage }): ReactNode {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [seen, setSeen] = useState(false);
  const size = shownSize(page.shape);
  useEffect(() => {
    if (canvas.current === null) return undefined;
    const observer = new IntersectionObserver((entries) => entries.some((entry) => entry.isIntersecting) && setSeen(true));
    observer.observe(canvas.current);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    const target = canvas.current;
    if (!seen || target === null) return undefined;
    const viewport = page.proxy.getViewport({ scale: (width * Math.min(2, window.devicePixelRatio)) / size.width / page.proxy.userUnit });
    target.width = Math.floor(viewport.width);
    target.height = Math.floor(viewport.height);
    const task = page.proxy.render({ canvas: target, viewport });
    task.promise.catch(() => undefined); // rejected only when the thumbnails are closed
    return () => task.cancel();
  }, [seen, page, size.width]);
  return <canvas ref={canvas} aria-hidden="true" style={{ width, height: (width * size.height) / size.width }} />;
}
