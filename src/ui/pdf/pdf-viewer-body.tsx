import { useCallback, useEffect, useMemo, useRef, useState, type KeyboardEvent, type ReactNode, type RefObject } from 'react';
import { EmptyState } from '../feedback/empty-state.tsx';
import { Skeleton, SkeletonGroup } from '../feedback/skeleton.tsx';
import { useT } from '../i18n.ts';
import { usePdf, type PdfPage } from './pdf-document.ts';
import { keepInside, shownSize, toPdfRect, type Placement, type Size } from './pdf-geometry.ts';
import { useKeptInView } from './pdf-kept-in-view.ts';
import { pdfMessages } from './pdf-messages.ts';
import { PdfPageView } from './pdf-page.tsx';
import { boxStyle, PlacementBox } from './pdf-placement.tsx';
import { PdfToolbar } from './pdf-toolbar.tsx';
import type { PdfHighlight, PdfPlacing, PdfViewerProps } from './pdf-viewer.tsx';
import './pdf-viewer.css';

/** CSS pixels for each point at life-size. */
const lifeSize = 96 / 72;
const zooms = [0.25, 0.33, 0.5, 0.67, 0.8, 0.9, 1, 1.1, 1.25, 1.5, 1.75, 2, 2.5, 3, 4, 5];
const margin = 32;

/** The document itself; loaded apart from the workplace because of its size. */
export function PdfViewerBody({ source, name, placing, highlights = [], inView }: PdfViewerProps): ReactNode {
  const t = useT(pdfMessages);
  const opened = usePdf(source);
  if (opened.state === 'failed') {
    return (
      <EmptyState kind="filtered" title={t(opened.problem)}>
        {t(`${opened.problem}Fix`)}
      </EmptyState>
    );
  }
  if (opened.state === 'opening') return <PdfOpening />;
  return <Pages pages={opened.pages} {...{ name, placing, highlights, inView }} />;
}

/** A sheet of the shape that will come. */
function PdfOpening(): ReactNode {
  const t = useT(pdfMessages);
  return (
    <div className="lt-pdf__opening">
      <SkeletonGroup label={t('opening')}>
        <Skeleton shape="block" height="70vh" />
      </SkeletonGroup>
    </div>
  );
}

type PagesProps = {
  pages: readonly PdfPage[];
  name: string;
  placing: PdfPlacing | undefined;
  highlights: readonly PdfHighlight[];
  inView: Placement | undefined;
};

function Pages({ pages, name, placing, highlights, inView }: PagesProps): ReactNode {
  const t = useT(pdfMessages);
  const scroller = useRef<HTMLDivElement>(null);
  const { scale, zoom, fitted, step, fit, size } = useZoom(pages, scroller);
  const { pageNumber, goTo: scrollTo } = usePageInView(pages, scroller);
  const leave = useKeptInView({ placed: placing?.value, inView, scale, size, scroller });
  const goTo = (number: number) => {
    leave();
    scrollTo(number);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
    const actionsByKey: Partial<Record<string, () => void>> = {
      '+': () => step(1),
      '=': () => step(1),
      '-': () => step(-1),
      '0': fit,
      ArrowRight: () => goTo(pageNumber + 1),
      ArrowLeft: () => goTo(pageNumber - 1),
    };
    const action = actionsByKey[event.key];
    if (action === undefined) return;
    event.preventDefault();
    action();
  };
  return (
    <div className="lt-pdf">
      <PdfToolbar
        pageNumber={pageNumber}
        pageCount={pages.length}
        onPage={goTo}
        zoom={zoom}
        fitted={fitted}
        onZoom={step}
        onFit={fit}
      />
      <div className="lt-pdf__work">
        <div className="lt-pdf__scroll" ref={scroller} role="region" aria-label={t('document', { name })} tabIndex={0} onKeyDown={onKeyDown} onWheel={leave} onTouchMove={leave} onPointerDown={leave}>
          {pages.map((page) => (
            <PdfPageView key={page.number} page={page} scale={scale} scroller={scroller} onPoint={placing === undefined ? undefined : (point) => placeAt({ placing, page, point })}>
              {highlights
                .filter((highlight) => highlight.place.page === page.number)
                .map((highlight) => (
                  <span key={highlight.id} className={`lt-pdf__highlight lt-pdf__highlight--${highlight.tone}`} style={boxStyle(highlight.place, scale)} title={highlight.label} />
                ))}
              {placing?.value?.page === page.number && (
                <PlacementBox {...placing.look} value={placing.value} shape={page.shape} pageCount={pages.length} scale={scale} onChange={(place) => report({ placing, pages, place })} />
              )}
            </PdfPageView>
          ))}
        </div>
      </div>
      {placing !== undefined && <PlacingStatus placing={placing} />}
    </div>
  );
}

function PlacingStatus({ placing }: { placing: PdfPlacing }): ReactNode {
  const t = useT(pdfMessages);
  return (
    <p className="lt-pdf__status" data-placed={placing.value === undefined ? undefined : ''} role="status">
      {placing.value === undefined ? t('place') : t('placeHint')}
    </p>
  );
}

/** A click puts the middle of the rectangle there. */
function placeAt({ placing, page, point }: { placing: PdfPlacing; page: PdfPage; point: { x: number; y: number } }): void {
  const size: Size = placing.value ?? placing.size;
  const place = { page: page.number, x: point.x - size.width / 2, y: point.y - size.height / 2, width: size.width, height: size.height };
  report({ placing, pages: [page], place });
}

function report({ placing, pages, place }: { placing: PdfPlacing; pages: readonly PdfPage[]; place: Placement }): void {
  const page = pages.find(({ number }) => number === place.page);
  if (page === undefined) return;
  const inside = keepInside(place, shownSize(page.shape));
  placing.onChange(inside, toPdfRect(inside, page.shape));
}

/** The size at which pages are shown: the width of the viewer unless the person chose another. */
function useZoom(pages: readonly PdfPage[], scroller: RefObject<HTMLElement | null>) {
  const [chosen, setChosen] = useState<number | undefined>(undefined);
  const [{ width, height }, setSize] = useState<Size>({ width: 0, height: 0 });
  useEffect(() => {
    const element = scroller.current;
    if (element === null) return undefined;
    const observer = new ResizeObserver(() => setSize({ width: element.clientWidth, height: element.clientHeight }));
    observer.observe(element);
    return () => observer.disconnect();
  }, [scroller]);
  const widest = useMemo(() => Math.max(...pages.map(({ shape }) => shownSize(shape).width)), [pages]);
  const fitting = width === 0 ? 1 : Math.max(0.2, Math.min(2, (width - Math.min(margin, width * 0.04)) / widest / lifeSize));
  const zoom = chosen ?? fitting;
  const step = (direction: 1 | -1) => setChosen(direction === 1 ? (zooms.find((step) => step > zoom + 0.01) ?? zoom) : (zooms.findLast((step) => step < zoom - 0.01) ?? zoom));
  return { scale: zoom * lifeSize, zoom, fitted: chosen === undefined, step, fit: () => setChosen(undefined), size: { width, height } };
}

function usePageInView(pages: readonly PdfPage[], scroller: RefObject<HTMLElement | null>) {
  const [pageNumber, setPageNumber] = useState(1);
  useEffect(() => {
    const element = scroller.current;
    if (element === null) return undefined;
    const update = () => {
      const middle = element.getBoundingClientRect().top + element.clientHeight / 3;
      const sheets = [...element.querySelectorAll<HTMLElement>('[data-page]')];
      const inView = sheets.findLast((sheet) => sheet.getBoundingClientRect().top <= middle) ?? sheets[0];
      setPageNumber(Number(inView?.dataset['page'] ?? 1));
    };
    element.addEventListener('scroll', update, { passive: true });
    return () => element.removeEventListener('scroll', update);
  }, [scroller]);
  const goTo = useCallback(
    (number: number) => {
      const target = Math.max(1, Math.min(pages.length, number));
      const sheet = scroller.current?.querySelector<HTMLElement>(`[data-page="${String(target)}"]`);
      scroller.current?.scrollTo({ top: (sheet?.offsetTop ?? 0) - 12 });
      setPageNumber(target);
    },
    [pages.length, scroller],
  );
  return { pageNumber, goTo };
}
