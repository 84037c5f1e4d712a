/**
 * A streaming XML tokenizer that trusts nothing: no DOCTYPE, no processing instruction, no entity but the five of XML itself, nothing
 * fetched; nesting, names, attributes and text are limited. It holds one tag and one piece of the input, whatever the size of a message.
 */
import { decodeText } from './encoding.ts';
import { declare, expandReferences, isDeclaration, lookUp, malformed, readAttributes, splitName, tooLarge, withLineFeeds } from './markup.ts';
import type { Scope, XmlAttribute } from './markup.ts';
import { EdxmlError, edxmlProblem } from './problems.ts';
import type { EdxmlPlace, EdxmlProblem } from './problems.ts';

export interface StartToken {
  readonly kind: 'start';
  readonly name: string;
  readonly prefix: string;
  readonly local: string;
  readonly namespace: string;
  readonly attributes: readonly XmlAttribute[];
  /** Its own declarations, and all that hold for it. */
  readonly declarations: readonly Scope[];
  readonly scope: Scope | undefined;
  /** The byte at which `<` stands. */
  readonly offset: number;
}
export interface EndToken {
  readonly kind: 'end';
  readonly name: string;
}
/** A piece of text; one run of text may come in many pieces. */
export interface TextToken {
  readonly kind: 'text';
  readonly value: string;
}
export type Token = StartToken | EndToken | TextToken;

export interface TokenizerLimits {
  readonly depth: number;
  readonly nameLength: number;
  readonly attributes: number;
  readonly namespaces: number;
  /** Characters of one tag. */
  readonly tagLength: number;
  /** Characters of all text that is not bulk. */
  readonly textLength: number;
  readonly elements: number;
  /** Bytes of the whole message. */
  readonly sizeBytes: number;
}

/** Far above what any honest header has, and small enough that the worst message costs less than a second beside its attachments. */
const tokenizerLimits: TokenizerLimits = {
  depth: 64,
  nameLength: 200,
  attributes: 32,
  namespaces: 64,
  tagLength: 64 * 1024,
  textLength: 4 * 1024 * 1024,
  elements: 50_000,
  sizeBytes: 4 * 1024 ** 3,
};

export interface TokenizerOptions {
  readonly limits?: Partial<TokenizerLimits>;
  /** True for elements whose text may be of any length (the Base64 of attachments); local names from the root on. */
  readonly isBulk?: (path: readonly string[]) => boolean;
}

export interface Tokenizer {
  /** The tokens that these bytes complete. Read them to the end before the next call. @throws EdxmlError */
  push(bytes: Uint8Array): Iterable<Token>;
  /** The last tokens. @throws EdxmlError when the document ends early */
  end(): Iterable<Token>;
  /** Where the tokenizer is now. */
  place(): EdxmlPlace;
  encoding(): string;
  readonly problems: readonly EdxmlProblem[];
}

/** Less than this is kept until more comes, so that tiny pieces do not make a long tag be looked through again and again. */
const PIECE_BYTES = 16 * 1024;

interface State {
  readonly limits: TokenizerLimits;
  readonly isBulk: (path: readonly string[]) => boolean;
  readonly byteLengthOf: (text: string) => number;
  readonly problems: EdxmlProblem[];
  readonly path: string[];
  readonly open: StartToken[];
  text: string;
  at: number;
  /** A place in `text` and the byte at which it stands: the next one asked for is found from there. */
  knownAt: number;
  knownOffset: number;
  mode: 'content' | 'comment' | 'cdata';
  isBulkNow: boolean;
  isStarted: boolean;
  hasSpaceBefore: boolean;
  hasRoot: boolean;
  elements: number;
  textLength: number;
}

export function createTokenizer({ limits, isBulk = () => false }: TokenizerOptions = {}): Tokenizer {
  const decoding = decodeText();
  const state: State = {
    limits: { ...tokenizerLimits, ...limits },
    isBulk,
    byteLengthOf: (text) => decoding.byteLengthOf(text),
    problems: [],
    path: [],
    open: [],
    text: '',
    at: 0,
    knownAt: 0,
    knownOffset: -1,
    mode: 'content',
    isBulkNow: false,
    isStarted: false,
    hasSpaceBefore: false,
    hasRoot: false,
    elements: 0,
    textLength: 0,
  };
  let waiting: Uint8Array[] = [];
  let waitingBytes = 0;
  let totalBytes = 0;
  const take = (text: string): void => {
    if (state.knownOffset < 0) state.knownOffset = decoding.markBytes();
    else placeOf(state);
    const forbidden = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/.exec(text);
    if (forbidden !== null) throw malformed(placeOf(state), 'a character that XML does not allow');
    state.text = state.at === state.text.length ? text : state.text.slice(state.at) + text;
    state.at = 0;
    state.knownAt = 0;
  };
  return {
    push: function* (bytes) {
      totalBytes += bytes.length;
      if (totalBytes > state.limits.sizeBytes) throw tooLarge(placeOf(state), `more than ${state.limits.sizeBytes} bytes`);
      waiting.push(bytes);
      waitingBytes += bytes.length;
      if (waitingBytes < PIECE_BYTES) return;
      const text = decoding.push(waiting.length === 1 ? bytes : Buffer.concat(waiting));
      waiting = [];
      waitingBytes = 0;
      if (text === '') return;
      take(text);
      yield* readTokens(state, false);
    },
    end: function* () {
      take(decoding.push(Buffer.concat(waiting)) + decoding.end());
      yield* readTokens(state, true);
      if (state.open.length > 0 || !state.hasRoot || state.mode !== 'content') throw malformed(placeOf(state), 'the message ends early');
    },
    place: () => placeOf(state),
    encoding: () => decoding.name(),
    get problems() {
      return [...decoding.problems, ...state.problems];
    },
  };
}

function placeOf(state: State): EdxmlPlace {
  const { path, text, at, knownAt, byteLengthOf } = state;
  state.knownOffset = Math.max(0, state.knownOffset) + byteLengthOf(text.slice(knownAt, at));
  state.knownAt = at;
  return { path: `/${path.join('/')}`, offset: state.knownOffset };
}

function* readTokens(state: State, isLast: boolean): Generator<Token> {
  if (!state.isStarted && !readDeclaration(state, isLast)) return;
  while (state.at < state.text.length) {
    const before = state.at;
    const mode = state.mode;
    if (mode === 'comment') skipComment(state, isLast);
    else if (mode === 'cdata') yield* textToken(state, readSection(state, isLast));
    else if (state.text.charCodeAt(state.at) !== 0x3c) yield* textToken(state, readText(state, isLast));
    else yield* readMarkup(state, isLast);
    if (state.at === before && state.mode === mode) return;
  }
}

function* textToken(state: State, value: string): Generator<Token> {
  if (value === '') return;
  if (!state.isBulkNow) {
    state.textLength += value.length;
    if (state.textLength > state.limits.textLength) throw tooLarge(placeOf(state), 'too much text outside the attachments');
  }
  yield { kind: 'text', value };
}

/** @returns false when more input is needed to see whether there is one. */
function readDeclaration(state: State, isLast: boolean): boolean {
  const { text } = state;
  const start = /[^ \t\r\n]/.exec(text)?.index ?? text.length;
  if (start > 0) state.hasSpaceBefore = true;
  if (text.length - start < 6 && !isLast) {
    // Not looked through again, however much of it comes.
    state.at = start;
    return false;
  }
  if (/^<\?xml[ \t\r\n]/.test(text.slice(start, start + 6))) {
    const end = text.indexOf('?>', start);
    if (end < 0 || end - start > 1000) throw malformed(placeOf(state), 'XML declaration');
    // Strict readers refuse it; builders that write a line break first are in use.
    if (state.hasSpaceBefore) state.problems.push(edxmlProblem('edxml.spaceBefore', placeOf(state)));
    state.at = end + 2;
  } else state.at = start;
  state.isStarted = true;
  return true;
}

function readText(state: State, isLast: boolean): string {
  const { text, at } = state;
  const next = text.indexOf('<', at);
  let end = next < 0 ? text.length : next;
  if (next < 0 && !isLast) {
    // A reference or a line break may go on in the next piece.
    const amp = text.lastIndexOf('&');
    if (amp >= at && end - amp < 40 && text.indexOf(';', amp) < 0) end = amp;
    else if (text.charCodeAt(end - 1) === 0x0d) end -= 1;
  }
  const raw = text.slice(at, end);
  if (state.open.length === 0) {
    if (/[^ \t\r\n]/.test(raw)) throw malformed(placeOf(state), 'text outside the root element');
    state.at = end;
    return '';
  }
  const value = raw.includes('&') ? expandReferences(withLineFeeds(raw), placeOf(state)) : withLineFeeds(raw);
  state.at = end;
  return value;
}

function readSection(state: State, isLast: boolean): string {
  const { text, at } = state;
  const close = text.indexOf(']]>', at);
  if (close < 0 && isLast) throw malformed(placeOf(state), 'CDATA section');
  let end = close < 0 ? Math.max(at, text.length - 2) : close;
  if (close < 0 && end > at && text.charCodeAt(end - 1) === 0x0d) end -= 1;
  state.at = close < 0 ? end : close + 3;
  if (close >= 0) state.mode = 'content';
  return withLineFeeds(text.slice(at, end));
}

function skipComment(state: State, isLast: boolean): void {
  const close = state.text.indexOf('-->', state.at);
  if (close < 0 && isLast) throw malformed(placeOf(state), 'comment');
  state.at = close < 0 ? Math.max(state.at, state.text.length - 2) : close + 3;
  if (close >= 0) state.mode = 'content';
}

function* readMarkup(state: State, isLast: boolean): Generator<Token> {
  const { text, at } = state;
  // The longest opening that must be told apart is <![CDATA[ with nine characters.
  if (text.length - at < 9 && !isLast && text.indexOf('>', at) < 0) return;
  const second = text.charCodeAt(at + 1);
  if (second === 0x21) {
    readMarked(state);
    return;
  }
  if (second === 0x3f) throw new EdxmlError(edxmlProblem('edxml.instruction', placeOf(state)));
  const end = endOfTag(text, at);
  if (end < 0) {
    if (text.length - at > state.limits.tagLength) throw tooLarge(placeOf(state), 'a tag is too long');
    if (isLast) throw malformed(placeOf(state), 'tag');
    return;
  }
  if (end - at > state.limits.tagLength) throw tooLarge(placeOf(state), 'a tag is too long');
  if (second === 0x2f) {
    yield closeElement(state, text.slice(at + 2, end).trimEnd());
    state.at = end + 1;
    return;
  }
  const isEmpty = text.charCodeAt(end - 1) === 0x2f;
  const token = readStartTag(state, text.slice(at + 1, isEmpty ? end - 1 : end));
  state.at = end + 1;
  yield token;
  if (isEmpty) yield closeElement(state, token.name);
}

function readMarked(state: State): void {
  const { text, at } = state;
  if (text.startsWith('<!--', at)) {
    state.mode = 'comment';
    state.at = at + 4;
  } else if (text.startsWith('<![CDATA[', at) && state.open.length > 0) {
    state.mode = 'cdata';
    state.at = at + 9;
  } else if (/^<!doctype/i.test(text.slice(at, at + 9))) throw new EdxmlError(edxmlProblem('edxml.doctype', placeOf(state)));
  else throw malformed(placeOf(state), 'markup');
}

/** The `>` that ends a tag: one inside an attribute's value does not. */
function endOfTag(text: string, from: number): number {
  let quote = 0;
  for (let i = from + 1; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (quote !== 0) {
      if (code === quote) quote = 0;
    } else if (code === 0x3e) return i;
    else if (code === 0x22 || code === 0x27) quote = code;
  }
  return -1;
}

function readStartTag(state: State, raw: string): StartToken {
  const { limits, open, path } = state;
  const place = placeOf(state);
  const outer = open.at(-1);
  if (outer === undefined && state.hasRoot) throw malformed(place, 'a second root element');
  if (open.length >= limits.depth) throw tooLarge(place, 'nested too deeply');
  state.elements += 1;
  if (state.elements > limits.elements) throw tooLarge(place, 'too many elements');
  const name = /^[^ \t\r\n]*/.exec(raw)?.[0] ?? '';
  if (name.length > limits.nameLength) throw tooLarge(place, 'a name is too long');
  const { prefix, local } = splitName(name, place);
  const attributes = readAttributes(raw.slice(name.length), limits, place);
  const { scope, declarations } = declare(attributes, outer?.scope, { limit: limits.namespaces, place });
  const token: StartToken = { kind: 'start', name, prefix, local, namespace: resolve(state, scope, prefix), attributes: bind(state, attributes, scope), declarations, scope, offset: place.offset ?? 0 };
  state.hasRoot = true;
  open.push(token);
  path.push(local);
  state.isBulkNow = state.isBulk(path);
  return token;
}

function bind(state: State, attributes: ReturnType<typeof readAttributes>, scope: Scope | undefined): XmlAttribute[] {
  const bound = attributes.filter((each) => !isDeclaration(each)).map((each) => ({ ...each, namespace: each.prefix === '' ? '' : resolve(state, scope, each.prefix) }));
  if (bound.length > 1 && new Set(bound.map(({ namespace, local, prefix }) => `${local} ${namespace || prefix}`)).size < bound.length) throw malformed(placeOf(state), 'an attribute twice');
  return bound;
}

function resolve(state: State, scope: Scope | undefined, prefix: string): string {
  const uri = lookUp(scope, prefix);
  if (uri === undefined && prefix !== '' && !state.problems.some(({ code, detail }) => code === 'edxml.prefix' && detail === prefix)) {
    if (state.problems.length < 100) state.problems.push(edxmlProblem('edxml.prefix', placeOf(state), prefix));
  }
  return uri ?? '';
}

function closeElement(state: State, name: string): EndToken {
  const open = state.open.pop();
  if (open?.name !== name) throw malformed(placeOf(state), `end tag ${name.slice(0, 40)}`);
  state.path.pop();
  state.isBulkNow = state.isBulk(state.path);
  return { kind: 'end', name };
}
