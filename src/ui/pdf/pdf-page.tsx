import { RenderingCancelledException, TextLayer } from 'pdfjs-dist/legacy/build/pdf.mjs';
import { useEffect, useRef, useState, type PointerEvent, type ReactNode, type RefObject } from 'react';
import { useT } from '../i18n.ts';
import type { PdfPage } from './pdf-document.ts';
import { shownSize } from './pdf-geometry.ts';
import { pdfMessages } from './pdf-messages.ts';

/** A canvas larger than this is drawn coarser: phones refuse more. */
const mostPixels = 16_000_000;
const zoomPauseMs = 120;

type PageProps = {
  page: PdfPage;
  /** CSS pixels for each point. */
  scale: number;
  scroller: RefObject<HTMLElement | null>;
  /** What lies over the page: highlights, the place of a signature. */
  children?: ReactNode;
  onPoint?: ((point: { x: number; y: number }) => void) | undefined;
};

/** One sheet. It keeps its size always, and is drawn only near the part of the document in view. */
export function PdfPageView({ page, scale, scroller, children, onPoint }: PageProps): ReactNode {
  const t = useT(pdfMessages);
  const sheet = useRef<HTMLDivElement>(null);
  const near = useNear(sheet, scroller);
  const size = shownSize(page.shape);
  const point = (event: PointerEvent<HTMLDivElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    onPoint?.({ x: (event.clientX - box.left) / scale, y: (event.clientY - box.top) / scale });
  };
  return (
    <div
      ref={sheet}
      className="lt-pdf__page"
      role="group"
      aria-label={t('pageName', { number: page.number })}
      data-page={page.number}
      data-placing={onPoint === undefined ? undefined : ''}
      style={{ width: size.width * scale, height: size.height * scale }}
      onPointerUp={onPoint === undefined ? undefined : point}
    >
      {near && <Drawing page={page} scale={scale} />}
      {near && <PageText page={page} scale={scale} />}
      {children}
    </div>
  );
}

/** The picture of the page. After a zoom the old one is stretched until the new one is ready. */
function Drawing({ page, scale }: { page: PdfPage; scale: number }): ReactNode {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const target = canvas.current;
    if (target === null) return undefined;
    const { width, height } = shownSize(page.shape);
    const unit = page.proxy.userUnit;
    const wanted = scale * Math.min(window.devicePixelRatio, 3);
    const pixelScale = Math.min(wanted, Math.sqrt(mostPixels / (width * height)));
    const viewport = page.proxy.getViewport({ scale: pixelScale / unit });
    const drawn = document.createElement('canvas');
    drawn.width = Math.floor(viewport.width);
    drawn.height = Math.floor(viewport.height);
    let stop: (() => void) | undefined;
    const timer = window.setTimeout(
      () => {
        const task = page.proxy.render({ canvas: drawn, viewport });
        stop = () => task.cancel();
        task.promise.then(
          () => {
            target.width = drawn.width;
            target.height = drawn.height;
            target.getContext('2d')?.drawImage(drawn, 0, 0);
            drawn.width = 0; // gives the memory back at once
          },
          (error: unknown) => {
            if (!(error instanceof RenderingCancelledException)) target.dataset['failed'] = '';
          },
        );
      },
      target.width > 300 ? zoomPauseMs : 0,
    );
    return () => {
      window.clearTimeout(timer);
      stop?.();
    };
  }, [page, scale]);
  return <canvas ref={canvas} aria-hidden="true" />;
}

/** The words of the page, invisible over its picture: to select, search and read aloud. */
function PageText({ page, scale }: { page: PdfPage; scale: number }): ReactNode {
  const layer = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const container = layer.current;
    if (container === null) return undefined;
    const viewport = page.proxy.getViewport({ scale: 1 / page.proxy.userUnit });
    const text = new TextLayer({ textContentSource: page.proxy.streamTextContent(), container, viewport });
    text.render().catch(() => undefined); // rejected only when the page leaves the view
    return () => {
      text.cancel();
      container.replaceChildren();
    };
  }, [page]);
  // pdf.js sizes each word by this factor, so a zoom needs no new layer.
  return <div ref={layer} className="textLayer lt-pdf__text" style={{ '--total-scale-factor': scale } as React.CSSProperties} />;
}

function useNear(element: RefObject<HTMLElement | null>, scroller: RefObject<HTMLElement | null>): boolean {
  const [near, setNear] = useState(false);
  useEffect(() => {
    if (element.current === null) return undefined;
    const observer = new IntersectionObserver((entries) => setNear(entries.at(-1)?.isIntersecting === true), { root: scroller.current, rootMargin: '120% 0px' });
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [element, scroller]);
  return near;
}
