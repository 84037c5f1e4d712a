import { displaySize, findInitialsPlace, type DisplayRect } from '../../domain/pdf/appearance/index.ts';
import { countPages, findPage, openPdf, PdfError, type PdfPage } from '../../domain/pdf/reader/index.ts';
import { findIssuePlaces, findSignaturePlace } from '../../domain/pdf/text/index.ts';
import type { Placement } from '../../contract.ts';
import type { Blank, FoundPlaces } from './protocol.ts';

const pointsPerMm = 72 / 25.4;

/** Looks for the places of signature, initials, number and date. Throws PdfError as reading does. */
export function findPlaces(bytes: Buffer, signerName: string): FoundPlaces {
  const doc = openPdf(bytes);
  const pageCount = countPages(doc);
  const found = findSignaturePlace(doc, signerName);
  const last = findPage(doc, pageCount - 1);
  if (last === undefined) throw new PdfError('pdf.damaged', 'no last page');
  const blanks = findIssuePlaces(doc);
  const initials = findInitialsPlace(doc);
  return {
    pageCount,
    signature: found === undefined ? usualPlace(last, pageCount) : placementOf(found, found.page + 1),
    isFound: found !== undefined,
    initials: placementOf(initials, initials.page + 1),
    blanks: {
      ...(blanks.number === undefined ? {} : { number: blankOf(blanks.number) }),
      ...(blanks.day === undefined ? {} : { day: blankOf(blanks.day) }),
      ...(blanks.month === undefined ? {} : { month: blankOf(blanks.month) }),
    },
  };
}

/** Lower right, where the signature block stands (NĐ 30/2020 App. I.IV, box 7). */
function usualPlace(page: PdfPage, pageNumber: number): Placement {
  const size = displaySize(page);
  const [width, height] = [50 * pointsPerMm, 18 * pointsPerMm];
  const x = Math.max(0, size.width - 25 * pointsPerMm - width);
  const y = Math.max(0, size.height - 60 * pointsPerMm - height);
  return placementOf({ left: x, top: y, width: Math.min(width, size.width), height: Math.min(height, size.height) }, pageNumber);
}

function placementOf({ left, top, width, height }: DisplayRect, page: number): Placement {
  return { page, x: round(left), y: round(top), width: round(width), height: round(height) };
}

function blankOf(blank: { page: number; left: number; baseline: number; width: number; fontSize: number }): Blank {
  return { page: blank.page + 1, x: round(blank.left), baseline: round(blank.baseline), width: round(blank.width), fontSize: round(blank.fontSize) };
}

function round(points: number): number {
  return Math.round(points * 100) / 100;
}
