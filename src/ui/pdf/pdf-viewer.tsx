import type { ComponentType } from 'react';
import { Skeleton, SkeletonGroup } from '../feedback/skeleton.tsx';
import { latePart } from '../late-part.tsx';
import type { PdfSource } from './pdf-document.ts';
import type { PdfRect, Placement, Size } from './pdf-geometry.ts';
import type { PlacingLook } from './pdf-placement.tsx';

export type { PdfSource } from './pdf-document.ts';
export type { PdfRect, Placement } from './pdf-geometry.ts';

export type PdfHighlight = { id: string; place: Placement; label: string; tone: 'action' | 'done' | 'warn' | 'danger' };

export type PdfPlacing = {
  look: PlacingLook;
  /** Undefined until somebody points at a page. */
  value: Placement | undefined;
  /** The size at first, in points. */
  size: Size;
  /** Both images of one place: on the displayed page, and in the file's own space (origin bottom left, before rotation). */
  onChange: (placement: Placement, rect: PdfRect) => void;
};

export type PdfViewerProps = {
  source: PdfSource;
  /** The file's name, for screen readers. */
  name: string;
  /** Turns on "place the signature". */
  placing?: PdfPlacing | undefined;
  highlights?: readonly PdfHighlight[];
  /** What must be in view when the document opens; a new object brings it there again. What is being placed comes first. */
  inView?: Placement | undefined;
};

/** Shows a PDF page by page: to read, search, and point at a place. Fills the height that it is given. Scripts in the file never run. */
export const PdfViewer: ComponentType<PdfViewerProps> = latePart(
  () => import('./pdf-viewer-body.tsx'),
  (module) => module.PdfViewerBody,
  <SkeletonGroup>
    <Skeleton shape="block" height="70vh" />
  </SkeletonGroup>,
);
