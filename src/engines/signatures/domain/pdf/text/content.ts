import { decodeStream, dictEntry, entryOf, isArray, isDict, isName, isStream, isString, PdfError, resolve } from '../reader/index.ts';
import type { PdfDict, PdfDocument, PdfObject, PdfPage, PdfStream } from '../reader/index.ts';
import { cursorAt, hasMore, parseKeyword, parseObject } from '../reader/lexer.ts';
import { openFont } from './font.ts';
import type { TextFont } from './font.ts';

type Matrix = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

/** One character as placed on the page, in default user space. */
export type PlacedChar = {
  readonly text: string;
  readonly start: readonly [x: number, y: number];
  readonly end: readonly [x: number, y: number];
  readonly fontSize: number;
};

/** Work that one page may cause; official letters need a few thousand. */
const maxOperators = 500_000;
const maxChars = 200_000;
const maxFormDepth = 8;

const identity: Matrix = [1, 0, 0, 1, 0, 0];

/** `first` applied before `then`. */
function multiply(first: Matrix, then: Matrix): Matrix {
  const [a, b, c, d, e, f] = first;
  const [A, B, C, D, E, F] = then;
  return [a * A + b * C, a * B + b * D, c * A + d * C, c * B + d * D, e * A + f * C + E, e * B + f * D + F];
}

type TextState = {
  readonly ctm: Matrix;
  readonly font: TextFont | undefined;
  readonly size: number;
  readonly charSpace: number;
  readonly wordSpace: number;
  readonly scale: number;
  readonly leading: number;
  readonly rise: number;
};

type Run = {
  readonly doc: PdfDocument;
  readonly fonts: Map<PdfDict, TextFont>;
  readonly chars: PlacedChar[];
  operators: number;
};

type Frame = {
  readonly resources: PdfDict | undefined;
  readonly depth: number;
  state: TextState;
  readonly saved: TextState[];
  textMatrix: Matrix;
  lineMatrix: Matrix;
};

/** All text that a page shows, in the order of its content streams. Broken parts are left out; throws only `pdf.too-large`. */
export function readPageText(doc: PdfDocument, page: PdfPage): readonly PlacedChar[] {
  const run: Run = { doc, fonts: new Map(), chars: [], operators: 0 };
  const state: TextState = { ctm: identity, font: undefined, size: 0, charSpace: 0, wordSpace: 0, scale: 1, leading: 0, rise: 0 };
  interpret(run, pageContent(doc, page), makeFrame(page.resources, state, 0));
  return run.chars;
}

function makeFrame(resources: PdfDict | undefined, state: TextState, depth: number): Frame {
  return { resources, depth, state, saved: [], textMatrix: identity, lineMatrix: identity };
}

function pageContent(doc: PdfDocument, page: PdfPage): Buffer {
  const contents = entryOf(doc, page.dict, 'Contents');
  const streams = isArray(contents) ? contents.items.map((item) => resolve(doc, item)) : [contents];
  // a token never spans two streams, but nothing says that white space ends one
  return Buffer.concat(streams.flatMap((stream) => (isStream(stream) ? [decodeOrEmpty(doc, stream), Buffer.from('\n')] : [])));
}

function decodeOrEmpty(doc: PdfDocument, stream: PdfStream): Buffer {
  try {
    return decodeStream(doc, stream);
  } catch (error) {
    if (error instanceof PdfError && error.code !== 'pdf.too-large') return Buffer.alloc(0);
    throw error;
  }
}

function interpret(run: Run, content: Buffer, frame: Frame): void {
  const cursor = cursorAt(content, 0);
  let operands: PdfObject[] = [];
  while (hasMore(cursor)) {
    if (startsOperand(content[cursor.pos] ?? 0)) {
      try {
        operands.push(parseObject(cursor));
      } catch (error) {
        if (!(error instanceof PdfError)) throw error;
        parseKeyword(cursor); // a broken operand: step over it
      }
      if (operands.length > 64) operands = operands.slice(-64);
      continue;
    }
    const operator = parseKeyword(cursor);
    run.operators += 1;
    if (run.operators > maxOperators || run.chars.length > maxChars) return;
    if (operator === 'ID') skipInlineImage(content, cursor);
    else if (operator === 'Do') showForm(run, frame, operands[0]);
    else apply(run, frame, { operator, operands });
    operands = [];
  }
}

function startsOperand(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || [0x2b, 0x2d, 0x2e, 0x2f, 0x28, 0x3c, 0x5b].includes(code);
}

function skipInlineImage(content: Buffer, cursor: { pos: number; readonly limit: number }): void {
  const end = /[\s\0]EI(?=[\s\0]|$)/.exec(content.toString('latin1', cursor.pos));
  cursor.pos = end === null ? cursor.limit : cursor.pos + end.index + 3;
}

function showForm(run: Run, frame: Frame, operand: PdfObject | undefined): void {
  if (!isName(operand) || frame.depth >= maxFormDepth) return;
  const form = entryOf(run.doc, dictEntry(run.doc, frame.resources, 'XObject'), operand.name);
  if (!isStream(form) || !isName(entryOf(run.doc, form, 'Subtype'), 'Form')) return;
  const matrix = entryOf(run.doc, form, 'Matrix');
  const own = isArray(matrix) ? toMatrix(matrix.items) : undefined;
  const ctm = own === undefined ? frame.state.ctm : multiply(own, frame.state.ctm);
  const resources = dictEntry(run.doc, form, 'Resources') ?? frame.resources;
  interpret(run, decodeOrEmpty(run.doc, form), makeFrame(resources, { ...frame.state, ctm }, frame.depth + 1));
}

function toMatrix(operands: readonly PdfObject[]): Matrix | undefined {
  const [a, b, c, d, e, f] = operands.map((value) => (typeof value === 'number' ? value : NaN));
  if (a === undefined || b === undefined || c === undefined || d === undefined || e === undefined || f === undefined) return undefined;
  return [a, b, c, d, e, f].every(Number.isFinite) ? [a, b, c, d, e, f] : undefined;
}

type Operation = { readonly operator: string; readonly operands: readonly PdfObject[] };

function apply(run: Run, frame: Frame, operation: Operation): void {
  const { operator, operands } = operation;
  const change = stateChange(run, frame, operation);
  if (change !== undefined) frame.state = { ...frame.state, ...change };
  else if (operator === 'q' && frame.saved.length < 1000) frame.saved.push(frame.state);
  else if (operator === 'Q') frame.state = frame.saved.pop() ?? frame.state;
  else if (operator === 'BT' || operator === 'Tm') {
    frame.lineMatrix = operator === 'BT' ? identity : (toMatrix(operands) ?? frame.lineMatrix);
    frame.textMatrix = frame.lineMatrix;
  } else moveOrShow(run, frame, operation);
}

/** What an operator changes in the graphics state; undefined if it is about something else. */
function stateChange(run: Run, frame: Frame, { operator, operands }: Operation): Partial<TextState> | undefined {
  switch (operator) {
    case 'cm':
      return { ctm: multiply(toMatrix(operands) ?? identity, frame.state.ctm) };
    case 'Tf':
      return { font: findFont(run, frame.resources, operands[0]), size: numberAt(operands, 1) };
    case 'Tc':
      return { charSpace: numberAt(operands, 0) };
    case 'Tw':
      return { wordSpace: numberAt(operands, 0) };
    case 'Tz':
      return { scale: numberAt(operands, 0) / 100 };
    case 'TL':
      return { leading: numberAt(operands, 0) };
    case 'Ts':
      return { rise: numberAt(operands, 0) };
    default:
      return undefined;
  }
}

function numberAt(operands: readonly PdfObject[], i: number): number {
  const value = operands[i];
  return typeof value === 'number' ? value : 0;
}

function moveOrShow(run: Run, frame: Frame, { operator, operands }: Operation): void {
  if (operator === 'TD') frame.state = { ...frame.state, leading: -numberAt(operands, 1) };
  if (operator === '"') frame.state = { ...frame.state, wordSpace: numberAt(operands, 0), charSpace: numberAt(operands, 1) };
  if (operator === 'Td' || operator === 'TD') nextLine(frame, numberAt(operands, 0), numberAt(operands, 1));
  if (operator === 'T*' || operator === "'" || operator === '"') nextLine(frame, 0, -frame.state.leading);
  if (operator === 'Tj' || operator === "'") show(run, frame, operands[0]);
  if (operator === '"') show(run, frame, operands[2]);
  if (operator === 'TJ') showPieces(run, frame, operands[0]);
}

function showPieces(run: Run, frame: Frame, pieces: PdfObject | undefined): void {
  for (const piece of isArray(pieces) ? pieces.items : []) {
    if (typeof piece === 'number') advance(frame, (-piece / 1000) * frame.state.size * frame.state.scale);
    else show(run, frame, piece);
  }
}

function nextLine(frame: Frame, x: number, y: number): void {
  frame.lineMatrix = multiply([1, 0, 0, 1, x, y], frame.lineMatrix);
  frame.textMatrix = frame.lineMatrix;
}

function advance(frame: Frame, x: number): void {
  frame.textMatrix = multiply([1, 0, 0, 1, x, 0], frame.textMatrix);
}

function findFont(run: Run, resources: PdfDict | undefined, operand: PdfObject | undefined): TextFont | undefined {
  if (!isName(operand)) return undefined;
  const dict = entryOf(run.doc, dictEntry(run.doc, resources, 'Font'), operand.name);
  if (!isDict(dict)) return undefined;
  const known = run.fonts.get(dict);
  if (known !== undefined) return known;
  const font = openFont(run.doc, dict);
  run.fonts.set(dict, font);
  return font;
}

function show(run: Run, frame: Frame, operand: PdfObject | undefined): void {
  const { font, size, charSpace, wordSpace, scale, rise, ctm } = frame.state;
  if (!isString(operand) || font === undefined) return;
  for (const { text, width, isSpace } of font.decode(operand.bytes)) {
    const matrix = multiply(frame.textMatrix, ctm);
    const start = pointAt(matrix, 0, rise);
    const end = pointAt(matrix, (width / 1000) * size * scale, rise);
    run.chars.push({ text, start, end, fontSize: Math.abs(size) * Math.hypot(matrix[2], matrix[3]) });
    advance(frame, ((width / 1000) * size + charSpace + (isSpace ? wordSpace : 0)) * scale);
  }
}

function pointAt([a, b, c, d, e, f]: Matrix, x: number, y: number): readonly [number, number] {
  return [a * x + c * y + e, b * x + d * y + f];
}
