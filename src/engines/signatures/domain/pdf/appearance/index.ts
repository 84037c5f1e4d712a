/** What signatures look like on the page. */
export { boundsOf, drawWidget } from './appearance.ts';
export type { Canvas, Drawing } from './appearance.ts';
export { colorRulesOf } from './color-rules.ts';
export type { ColorRules } from './color-rules.ts';
export { agencySeal, arrivalMark, dayText, monthText, numberText, pageMark, personSignature, planWidgets, textInBlank, textMark, vietnamTime } from './decree30.ts';
export type { Blank, WidgetPlan } from './decree30.ts';
export type { FontStyle } from './font.ts';
export { displaySize, sealRect, toDisplay, toDisplayRect, toUserBox, toUserSpace } from './geometry.ts';
export type { DisplayRect, PageGeometry, Point } from './geometry.ts';
export { findInitialsPlace, initialsImage, initialsText } from './initials.ts';
export type { InitialsPlace } from './initials.ts';
export { imageFromPng } from './image.ts';
export type { PdfImage } from './image.ts';
