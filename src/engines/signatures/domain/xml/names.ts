/** Names of XML 1.0 (fifth edition, productions 4 to 5) and of Namespaces in XML, character by character. */

const startBit = 1;
const nameBit = 2;
const ascii = new Uint8Array(128);
for (let code = 0; code < 128; code += 1) {
  const char = String.fromCharCode(code);
  if (/[A-Za-z_:]/.test(char)) ascii[code] = startBit | nameBit;
  else if (/[-.0-9]/.test(char)) ascii[code] = nameBit;
}

const nameStart = /^[\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\u{10000}-\u{effff}]$/u;
const nameFurther = /^[\u00b7\u0300-\u036f\u203f-\u2040]$/u;

/** The end of the name that begins at `at`; `at` itself when none does. */
export function endOfName(text: string, at: number): number {
  let end = at;
  for (;;) {
    const code = text.charCodeAt(end);
    if (code < 128) {
      if (((ascii[code] ?? 0) & (end === at ? startBit : nameBit)) === 0) return end;
      end += 1;
      continue;
    }
    const point = text.codePointAt(end);
    if (point === undefined) return end;
    const char = String.fromCodePoint(point);
    if (!nameStart.test(char) && (end === at || !nameFurther.test(char))) return end;
    end += char.length;
  }
}

export interface QName {
  readonly prefix: string;
  readonly local: string;
}

/** Prefix and local part; undefined when the name has colons where Namespaces in XML allows none. */
export function splitName(name: string): QName | undefined {
  const colon = name.indexOf(':');
  if (colon < 0) return { prefix: '', local: name };
  const local = name.slice(colon + 1);
  if (colon === 0 || local.includes(':') || endOfName(local, 0) !== local.length || local === '') return undefined;
  return { prefix: name.slice(0, colon), local };
}

/** Order by code point, as Canonical XML sorts. Differs from JavaScript's order only where surrogates meet U+E000 and above. */
export function compareCodePoints(a: string, b: string): number {
  if (a === b) return 0;
  if (/[\ud800-\udfff]/.test(a) || /[\ud800-\udfff]/.test(b)) return Buffer.compare(Buffer.from(a), Buffer.from(b));
  return a < b ? -1 : 1;
}
