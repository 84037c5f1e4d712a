import qrcode from 'qrcode-generator';
import type { Drawing } from './appearance.ts';
import { boundsOf } from './appearance.ts';
import { textWidth } from './font.ts';
import { displaySize, fitInto, fromMm, sealRect } from './geometry.ts';
import type { DisplayRect, PageGeometry } from './geometry.ts';
import type { PdfImage } from './image.ts';

/** The image of the person's handwritten signature (blue, transparent PNG), centred in the place (NĐ 30/2020 App. I.II.7.d). No text. */
export function personSignature(place: DisplayRect, image: PdfImage): Drawing {
  return { kind: 'image', image, ...fitInto(place, image) };
}

/** The agency's seal in its real size over a third of the person's signature (App. I.II.8). The height follows the picture. No text. */
export function agencySeal(page: PageGeometry, signature: DisplayRect, seal: { readonly image: PdfImage; readonly widthMm: number }): Drawing {
  const heightMm = (seal.widthMm * seal.image.heightPx) / seal.image.widthPx;
  return { kind: 'image', image: seal.image, ...sealRect(page, signature, { widthMm: seal.widthMm, heightMm }) };
}

/** Right margin of the text area is at least 15 mm and the top one at least 20 mm: the mark stands above it, flush right (App. I.II.1). */
const markRightMm = 15;
const markTopMm = 7;
/** Three lines begin higher, so that they keep off the head of the page, whose letters carry marks above them. */
const markEndMm = 18;
const markSizePt = 10;

/**
 * The agency's signature on an attachment in a file of its own or on an electronic copy: no image, text of 10 points at the top right of
 * the first page (App. I.III.1.d, Part II.I.3). `lines`: the document's number and notation, or kind of copy and agency; then the time.
 */
export function textMark(page: PageGeometry, lines: readonly string[], signedAt: Date): Drawing[] {
  const size = markSizePt / page.userUnit;
  const right = displaySize(page).width - fromMm(markRightMm, page);
  const texts = [...lines, vietnamTime(signedAt)];
  const top = Math.min(fromMm(markTopMm, page), fromMm(markEndMm, page) - size * (texts.length * 1.2));
  return texts.map((text, i) => ({
    kind: 'text',
    text,
    left: right - textWidth(text, size, 'regular'),
    baseline: top + size * (0.95 + i * 1.2),
    size,
    style: 'regular',
    color: 'black',
  }));
}

/** The arrival mark begins at the left margin of 30 mm and leaves the right half of the head's edge to the sender's own marks. */
const arrivalLeftMm = 30;
const arrivalWidthMm = 75;
const arrivalTopMm = 5;

/**
 * The receiving agency's mark on an electronic document: its name, that the document came, number and day. The decree shows the stamp "ĐẾN"
 * for paper only (App. IV.V); here its words stand above the text, in the type of the other marks, so that nothing of the letter is covered.
 */
export function arrivalMark(page: PageGeometry, arrival: { agencyName: string; arrivalNumber: number; arrivedOn: string }): Drawing[] {
  const size = markSizePt / page.userUnit;
  const [year = '', month = '', day = ''] = arrival.arrivedOn.split('-');
  const lines = [...wrap(arrival.agencyName, size, fromMm(arrivalWidthMm, page)), `ĐẾN. Số: ${numberText(arrival.arrivalNumber)}. Ngày: ${day}/${month}/${year}`];
  return lines.map((text, i) => ({
    kind: 'text',
    text,
    left: fromMm(arrivalLeftMm, page),
    baseline: fromMm(arrivalTopMm, page) + size * (0.95 + i * 1.2),
    size,
    style: 'regular',
    color: 'black',
  }));
}

/** Two lines at most: the longest names of agencies fit into them. */
function wrap(text: string, size: number, width: number): string[] {
  if (textWidth(text, size, 'regular') <= width) return [text];
  const words = text.split(' ');
  let count = words.length - 1;
  while (count > 1 && textWidth(words.slice(0, count).join(' '), size, 'regular') > width) count -= 1;
  return [words.slice(0, count).join(' '), words.slice(count).join(' ')].filter((line) => line !== '');
}

/** A QR code's side, and how far it keeps from the edge of the sheet: well inside the left margin of 30 to 35 mm (App. I.I.4). */
const qrSideMm = 15;
const qrEdgeMm = 9;

/**
 * The QR code that leads from paper to the document's public page: in the left margin beside the number, whose widget it then shares, or at the foot
 * of the first page where no number is written or the text leaves no such margin.
 */
export function pageMark(page: PageGeometry, text: string, beside?: DisplayRect): Drawing {
  const code = qrcode(0, 'M');
  code.addData(text, 'Byte');
  code.make();
  const side = fromMm(qrSideMm, page);
  const edge = fromMm(qrEdgeMm, page);
  const hasRoom = beside !== undefined && beside.left >= edge + side + fromMm(1, page);
  const top = hasRoom ? beside.top + beside.height - side : displaySize(page).height - edge - side;
  return { kind: 'modules', size: code.getModuleCount(), isDark: (row, column) => code.isDark(row, column), left: edge, top, width: side, height: side };
}

/** ISO 8601 to the second in Vietnam's zone: 2026-11-21T10:30:00+07:00. */
export function vietnamTime(instant: Date): string {
  return `${new Date(instant.getTime() + 7 * 60 * 60 * 1000).toISOString().slice(0, 19)}+07:00`;
}

/** A blank in the text: from `left`, `width` wide, on the base line. */
export type Blank = {
  readonly page: number;
  readonly left: number;
  readonly baseline: number;
  readonly width: number;
  readonly fontSize: number;
};

/** Text written into a blank: centred where it fits, else from its start (a number without room before the slash would cover it). */
export function textInBlank(blank: Blank, text: string, style: 'regular' | 'italic'): Drawing {
  const width = textWidth(text, blank.fontSize, style);
  const left = blank.left + Math.max(0, (blank.width - width) / 2);
  return { kind: 'text', text, left, baseline: blank.baseline, size: blank.fontSize, style, color: 'black' };
}

/** A document's number below 10 gets one leading zero (App. I.II.3). */
export function numberText(number: number): string {
  return String(number).padStart(2, '0');
}

/** Days below 10 and the months 1 and 2 get a leading zero, no others (App. I.II.4). */
export function dayText(day: number): string {
  return String(day).padStart(2, '0');
}

export function monthText(month: number): string {
  return month <= 2 ? `0${month}` : String(month);
}

export type WidgetPlan = { readonly page: number; readonly drawings: readonly Drawing[] };

/**
 * Puts drawings into as few signature widgets as sense allows: those of one page whose base lines are at most `withinPt` apart share a
 * widget. A field has one widget (ISO 32000-2, 12.7.5.5), so each widget is one more signature of the agency, made in one go: number and
 * date in the head of the letter, the seal at its end, as the agencies' own practice shows with four.
 */
export function planWidgets(drawings: readonly { readonly page: number; readonly drawing: Drawing }[], withinPt = 24): WidgetPlan[] {
  const plans: { page: number; drawings: Drawing[] }[] = [];
  for (const { page, drawing } of drawings) {
    const near = plans.find((plan) => plan.page === page && plan.drawings.some((other) => areNear(other, drawing, withinPt)));
    if (near === undefined) plans.push({ page, drawings: [drawing] });
    else near.drawings.push(drawing);
  }
  return plans;
}

function areNear(a: Drawing, b: Drawing, withinPt: number): boolean {
  const [first, second] = [boundsOf(a), boundsOf(b)];
  // a code stands beside a line of text, and their feet are level
  if (a.kind === 'modules' || b.kind === 'modules') return a.kind !== 'image' && b.kind !== 'image' && Math.abs(first.top + first.height - second.top - second.height) < 1;
  return a.kind === b.kind && Math.abs(first.top - second.top) <= withinPt;
}
