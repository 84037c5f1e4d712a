import { useRef, type CSSProperties, type KeyboardEvent, type PointerEvent, type ReactNode } from 'react';
import { useT } from '../i18n.ts';
import { keepInside, millimetres, resized, shownSize, type PageShape, type Placement, type Size } from './pdf-geometry.ts';
import { pdfMessages } from './pdf-messages.ts';

export type PlacingLook = {
  /** What is placed: "Chữ ký của Nguyễn Văn An". */
  label: string;
  /** Blue for a person's signature, lacquer red for a seal. */
  kind: 'signature' | 'seal';
  /** A picture of what will stand there. */
  imageUrl?: string | undefined;
  /** Its proportions are fixed, as those of a seal of real size. */
  locked?: boolean | undefined;
  /** Real size cannot be changed at all. */
  fixedSize?: boolean | undefined;
};

type PlacementBoxProps = PlacingLook & {
  value: Placement;
  shape: PageShape;
  pageCount: number;
  scale: number;
  onChange: (placement: Placement) => void;
};

const millimetre = 72 / 25.4;
const least: Size = { width: 12 * millimetre, height: 6 * millimetre };

const arrows: Partial<Record<string, readonly [number, number]>> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** The rectangle that a person drags, resizes or moves by keys to where the signature belongs. */
export function PlacementBox(props: PlacementBoxProps): ReactNode {
  const { value, shape, scale, label, kind, imageUrl, fixedSize } = props;
  const t = useT(pdfMessages);
  const move = useDrag(props, (start, byX, byY) => keepInside({ ...start, x: start.x + byX, y: start.y + byY }, shownSize(shape)));
  const resize = useDrag(props, (start, byX, byY) => resized(start, { byX, byY, least, page: shownSize(shape), locked: props.locked === true }));
  const size = { page: value.page, x: millimetres(value.x), y: millimetres(value.y), width: millimetres(value.width), height: millimetres(value.height) };
  return (
    <div
      className={`lt-pdf__placement lt-pdf__placement--${kind}`}
      role="group"
      tabIndex={0}
      aria-label={t('placed', { label, ...size })}
      title={t('placeHint')}
      style={boxStyle(value, scale)}
      onKeyDown={(event) => moveByKey(event, props)}
      {...move}
    >
      <span className="lt-pdf__placement-label" data-end={value.x > shownSize(shape).width / 2 ? '' : undefined}>{label}</span>
      {imageUrl !== undefined && <img src={imageUrl} alt="" draggable={false} />}
      {fixedSize !== true && <span className="lt-pdf__resize" title={t('resize')} aria-hidden="true" {...resize} />}
    </div>
  );
}

/** A rectangle's place over the page, in CSS pixels. */
export function boxStyle({ x, y, width, height }: Placement, scale: number): CSSProperties {
  return { left: x * scale, top: y * scale, width: width * scale, height: height * scale };
}

function moveByKey(event: KeyboardEvent, props: PlacementBoxProps): void {
  const { value, shape, pageCount, onChange, locked, fixedSize } = props;
  const page = shownSize(shape);
  const turn = { PageDown: 1, PageUp: -1 }[event.key];
  if (turn !== undefined) {
    event.preventDefault();
    event.stopPropagation();
    onChange({ ...value, page: Math.max(1, Math.min(pageCount, value.page + turn)) });
    return;
  }
  const arrow = arrows[event.key];
  if (arrow === undefined) return;
  event.preventDefault();
  event.stopPropagation();
  const step = (event.ctrlKey || event.metaKey ? 10 : 1) * millimetre;
  const [byX, byY] = [arrow[0] * step, arrow[1] * step];
  if (!event.shiftKey) onChange(keepInside({ ...value, x: value.x + byX, y: value.y + byY }, page));
  else if (fixedSize !== true) onChange(resized(value, { byX: byX === 0 && locked === true ? byY : byX, byY, least, page, locked: locked === true }));
}

type Drag = { x: number; y: number; value: Placement };

function useDrag(props: PlacementBoxProps, apply: (start: Placement, byX: number, byY: number) => Placement) {
  const start = useRef<Drag | undefined>(undefined);
  return {
    onPointerDown: (event: PointerEvent<HTMLElement>) => {
      if (event.button !== 0) return;
      event.stopPropagation();
      event.currentTarget.setPointerCapture(event.pointerId);
      start.current = { x: event.clientX, y: event.clientY, value: props.value };
    },
    onPointerMove: (event: PointerEvent<HTMLElement>) => {
      const from = start.current;
      if (from === undefined) return;
      event.stopPropagation();
      props.onChange(apply(from.value, (event.clientX - from.x) / props.scale, (event.clientY - from.y) / props.scale));
    },
    onPointerUp: (event: PointerEvent<HTMLElement>) => {
      event.stopPropagation(); // the page below would take it for a click
      start.current = undefined;
    },
    onPointerCancel: () => {
      start.current = undefined;
    },
  };
}
