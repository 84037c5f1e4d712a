/** Writes XML as text: elements, attributes, escaping. Nothing else is needed for a report. */

/** Text that is already XML. */
export interface Xml {
  readonly xml: string;
}

type Content = Xml | string | undefined;

/** An element; undefined contents are left out, strings are escaped. */
export function element(name: string, ...contents: readonly Content[]): Xml {
  return withAttributes(name, {}, ...contents);
}

export function withAttributes(name: string, attributes: Readonly<Record<string, string | undefined>>, ...contents: readonly Content[]): Xml {
  const written = Object.entries(attributes).map(([key, value]) => (value === undefined ? '' : ` ${key}="${escape(value)}"`));
  const inner = contents.map((content) => (content === undefined ? '' : typeof content === 'string' ? escape(content) : content.xml)).join('');
  return { xml: inner === '' ? `<${name}${written.join('')}/>` : `<${name}${written.join('')}>${inner}</${name}>` };
}

/** One after the other. */
export function all(parts: readonly Content[]): Xml {
  return { xml: parts.map((part) => (part === undefined ? '' : typeof part === 'string' ? escape(part) : part.xml)).join('') };
}

/** What XML cannot hold at all is shown as a replacement character, since names come from files that nobody vouches for. */
function escape(text: string): string {
  return text
    .toWellFormed()
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd')
    .replace(/[&<>"\r\n\t]/g, (character) => `&#${character.charCodeAt(0)};`);
}
