/** Codes 0x80 to 0x9f of WinAnsiEncoding (ISO 32000-2, annex D.2); the rest is Latin-1. */
const winAnsiUpper = '€\u2022‚ƒ„…†‡ˆ‰Š‹Œ\u2022Ž\u2022\u2022‘’“”•–—˜™š›œ\u2022žŸ';

/** Codes 0x80 to 0xff of MacRomanEncoding. */
const macRomanUpper =
  'ÄÅÇÉÑÖÜáàâäãåçéèêëíìîïñóòôöõúùûü†°¢£§•¶ß®©™´¨\u2260ÆØ\u221e±\u2264\u2265¥µ\u2202\u2211\u220f\u03c0\u222bªº\u03a9æø¿¡¬\u221aƒ\u2248\u2206«»… ÀÃÕŒœ–—“”‘’÷\u25caÿŸ⁄¤‹›ﬁﬂ‡·‚„‰ÂÊÁËÈÍÎÏÌÓÔ\uf8ffÒÚÛÙıˆ˜¯˘˙˚¸˝˛ˇ';

/** The character of a code in a base encoding. StandardEncoding is read as WinAnsi: they agree on what official letters are searched for. */
export function baseEncodingChar(encoding: string, code: number): string {
  if (encoding === 'MacRomanEncoding' && code >= 0x80) return macRomanUpper[code - 0x80] ?? '';
  if (encoding !== 'MacRomanEncoding' && code >= 0x80 && code <= 0x9f) return winAnsiUpper[code - 0x80] ?? '';
  return code < 0x20 ? '' : String.fromCharCode(code);
}

const glyphWords: ReadonlyMap<string, string> = new Map(
  Object.entries({
    space: ' ',
    nbspace: '\u00a0',
    exclam: '!',
    quotedbl: '"',
    numbersign: '#',
    dollar: '$',
    percent: '%',
    ampersand: '&',
    quotesingle: "'",
    quoteright: '’',
    quoteleft: '‘',
    quotedblleft: '“',
    quotedblright: '”',
    parenleft: '(',
    parenright: ')',
    asterisk: '*',
    plus: '+',
    comma: ',',
    hyphen: '-',
    minus: '−',
    period: '.',
    slash: '/',
    zero: '0',
    one: '1',
    two: '2',
    three: '3',
    four: '4',
    five: '5',
    six: '6',
    seven: '7',
    eight: '8',
    nine: '9',
    colon: ':',
    semicolon: ';',
    less: '<',
    equal: '=',
    greater: '>',
    question: '?',
    at: '@',
    bracketleft: '[',
    backslash: '\\',
    bracketright: ']',
    asciicircum: '^',
    underscore: '_',
    grave: '`',
    braceleft: '{',
    bar: '|',
    braceright: '}',
    asciitilde: '~',
    endash: '–',
    emdash: '—',
    bullet: '•',
    ellipsis: '…',
    dcroat: 'đ',
    Dcroat: 'Đ',
    Eth: 'Ð',
    dotlessi: 'ı',
    fi: 'fi',
    fl: 'fl',
  }),
);

/** Combining marks by the word that glyph names use for them. */
const marks: ReadonlyMap<string, string> = new Map(
  Object.entries({
    grave: '\u0300',
    acute: '\u0301',
    circumflex: '\u0302',
    tilde: '\u0303',
    breve: '\u0306',
    dieresis: '\u0308',
    hookabove: '\u0309',
    ring: '\u030a',
    caron: '\u030c',
    horn: '\u031b',
    dotbelow: '\u0323',
    cedilla: '\u0327',
  }),
);

/** The text of a glyph name: `a`, `uni1EA1`, `u1F600`, `aacute`, `acircumflexdotbelow`. Undefined if it says nothing. */
export function glyphNameText(name: string): string | undefined {
  const stem = name.split('.', 1)[0] ?? name;
  const known = glyphWords.get(stem);
  if (known !== undefined) return known;
  if (/^[A-Za-z]$/.test(stem)) return stem;
  const unicode = /^(?:uni([0-9A-F]{4})|u([0-9A-F]{4,6}))$/.exec(stem);
  const hex = unicode?.[1] ?? unicode?.[2];
  if (hex !== undefined) return parseInt(hex, 16) <= 0x10ffff ? String.fromCodePoint(parseInt(hex, 16)) : undefined;
  let text = stem.slice(0, 1);
  let rest = stem.slice(1);
  while (rest !== '') {
    const mark = [...marks].find(([word]) => rest.startsWith(word));
    if (mark === undefined) return undefined;
    text += mark[1];
    rest = rest.slice(mark[0].length);
  }
  return text.normalize('NFC');
}
