import type { Appearance, Placement, WrittenText } from './contract.ts';
import {
  agencySeal,
  arrivalMark,
  boundsOf,
  colorRulesOf,
  drawWidget,
  findInitialsPlace,
  initialsImage,
  initialsText,
  pageMark,
  personSignature,
  planWidgets,
  textInBlank,
  textMark,
} from './domain/pdf/appearance/index.ts';
import type { DisplayRect, Drawing, PdfImage } from './domain/pdf/appearance/index.ts';
import { findPage, openPdf, PdfError, type PdfDocument, type PdfPage, type PdfSource } from './domain/pdf/reader/index.ts';
import type { WidgetAppearance, WidgetPlace } from './domain/pdf/signing/index.ts';

/** One signature of an act of signing: a widget on a page, or nothing to see. */
export type SigningPart = { fieldName: string; place?: WidgetPlace; appearance?: WidgetAppearance; reason?: string };

/** What stands in the dictionary of initials: whoever validates tells them by it from the signature of the person with authority. */
const INITIALS_REASON = 'Ký nháy';

export type PlanInput = { appearance: Appearance; image: { image: PdfImage; widthMm: number } | undefined; signingTime: Date; fieldPrefix: string };

/**
 * Where the act of signing shows on the pages. A signature field has one widget, so the clerk's act makes one signature for the
 * number, one for the date if it stands elsewhere, and last the seal.
 * @throws PdfError as opening does, and `signing.page-not-found`, `font.glyph-missing`
 */
export function planSigning(pdf: Buffer | PdfSource, input: PlanInput): SigningPart[] {
  const { appearance } = input;
  const reason = appearance.kind === 'initials' ? { reason: INITIALS_REASON } : {};
  if (appearance.kind === 'invisible' || (appearance.kind === 'initials' && appearance.look === 'none')) return [{ fieldName: `${input.fieldPrefix}-1`, ...reason }];
  const doc = openPdf(pdf);
  const drawings = drawingsOf(doc, input);
  const colors = colorRulesOf(doc);
  // The seal goes last: it covers what number and date have become.
  return planWidgets(drawings).map((plan, index) => {
    const { place, appearance: widget } = drawWidget(plan.page, { ...pageOf(doc, plan.page), colors }, plan.drawings);
    return { fieldName: `${input.fieldPrefix}-${String(index + 1)}`, place, appearance: widget, ...reason };
  });
}

function drawingsOf(doc: PdfDocument, { appearance, image, signingTime }: PlanInput): { page: number; drawing: Drawing }[] {
  switch (appearance.kind) {
    case 'invisible':
      return [];
    case 'person': {
      const page = appearance.place.page - 1;
      return image === undefined ? [] : [{ page, drawing: personSignature(rectOf(appearance.place), image.image) }];
    }
    case 'seal': {
      const page = appearance.signaturePlace.page - 1;
      const seal = image === undefined ? [] : [{ page, drawing: agencySeal(pageOf(doc, page), rectOf(appearance.signaturePlace), image) }];
      const texts = appearance.texts.map((text) => ({ page: text.page - 1, drawing: writeText(text) }));
      return [...texts, ...codeFor(doc, texts, appearance.link), ...seal];
    }
    case 'initials': {
      const place = appearance.place === null ? findInitialsPlace(doc) : { ...rectOf(appearance.place), page: appearance.place.page - 1 };
      // A certificate without a picture has at least the letters of the name.
      const drawing = appearance.look === 'image' && image !== undefined ? initialsImage(place, image.image) : initialsText(pageOf(doc, place.page), place, appearance.letters);
      return [{ page: place.page, drawing }];
    }
    case 'attachment':
      return mark(doc, [appearance.numberAndNotation], signingTime);
    case 'copy':
      return mark(doc, [appearance.copyKind, appearance.agencyName], signingTime);
    case 'arrival':
      return arrivalMark(pageOf(doc, 0), appearance).map((drawing) => ({ page: 0, drawing }));
  }
}

function codeFor(doc: PdfDocument, texts: readonly { page: number; drawing: Drawing }[], link: string | undefined): { page: number; drawing: Drawing }[] {
  if (link === undefined) return [];
  const number = texts.find((text) => text.page === 0);
  return [{ page: 0, drawing: pageMark(pageOf(doc, 0), link, number === undefined ? undefined : boundsOf(number.drawing)) }];
}

function mark(doc: PdfDocument, lines: readonly string[], signingTime: Date): { page: number; drawing: Drawing }[] {
  return textMark(pageOf(doc, 0), lines, signingTime).map((drawing) => ({ page: 0, drawing }));
}

function writeText({ page, text, x, baseline, width, fontSize, style }: WrittenText): Drawing {
  return textInBlank({ page: page - 1, left: x, baseline, width, fontSize }, text, style);
}

function pageOf(doc: PdfDocument, index: number): PdfPage {
  const page = findPage(doc, index);
  if (page === undefined) throw new PdfError('signing.page-not-found', `page ${String(index + 1)}`);
  return page;
}

function rectOf({ x, y, width, height }: Placement): DisplayRect {
  return { left: x, top: y, width, height };
}
