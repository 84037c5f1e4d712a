import { useCallback, useLayoutEffect, useRef, type RefObject } from 'react';
import type { Placement, Size } from './pdf-geometry.ts';

type KeptInView = {
  /** The rectangle that is being placed; it comes before `inView`. */
  placed: Placement | undefined;
  inView: Placement | undefined;
  /** CSS pixels for each point. */
  scale: number;
  /** The window on the document; its width is 0 until it is measured. */
  size: Size;
  scroller: RefObject<HTMLElement | null>;
};

type Shown = { key: unknown; scale: number; height: number };

/**
 * Scrolls to what matters: when the document opens, when the place arrives after it, when it goes to another page, and
 * when the window changes. Not while it is dragged, and not after the person has scrolled away.
 * @returns tells that the person now looks elsewhere.
 */
export function useKeptInView({ placed, inView, scale, size, scroller }: KeptInView): () => void {
  const shown = useRef<Shown | undefined>(undefined);
  const left = useRef(false);
  const target = placed ?? inView;
  const key = placed === undefined ? inView : placed.page;
  const { width, height } = size;
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null || width === 0) return;
    const before = shown.current;
    shown.current = { key, scale, height };
    if (before?.key !== key) left.current = false;
    const changed = before === undefined || before.key !== key || before.scale !== scale || before.height !== height;
    if (target !== undefined && changed && !left.current) centre(element, target, scale);
    else if (before !== undefined && before.scale !== scale) element.scrollTop *= scale / before.scale;
  }, [target, key, scale, width, height, scroller]);
  return useCallback(() => {
    left.current = true;
  }, []);
}

function centre(scroller: HTMLElement, place: Placement, scale: number): void {
  const sheet = scroller.querySelector<HTMLElement>(`[data-page="${String(place.page)}"]`);
  if (sheet === null) return;
  scroller.scrollTo({
    top: sheet.offsetTop + (place.y + place.height / 2) * scale - scroller.clientHeight / 2,
    left: sheet.offsetLeft + (place.x + place.width / 2) * scale - scroller.clientWidth / 2,
    behavior: 'instant',
  });
}
