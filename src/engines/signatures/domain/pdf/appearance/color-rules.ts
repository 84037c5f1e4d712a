import { decodeStream, entryOf, getCatalog, isArray, isDict, isInteger, isName, isStream, PdfError, resolve } from '../reader/index.ts';
import type { PdfDict, PdfDocument } from '../reader/index.ts';

/** What an appearance has to bring along, and do without, so that a file which claims to be PDF/A stays it. */
export type ColorRules = {
  /** Black, red and pictures mean something only with a definition of our own: no output intent says what RGB is (ISO 19005-2, 6.2.4.3). */
  readonly needsOwnSpaces: boolean;
  /** Soft edges need a blending space, which is the output intent's or the page's (6.2.10), and are forbidden in PDF/A-1 (ISO 19005-1, 6.4). */
  readonly allowsTransparency: boolean;
};

const pdfaNamespace = 'http://www.aiim.org/pdfa/ns/id/';

/** The rules of this file. One that claims nothing has none; metadata that cannot be read claim nothing. */
export function colorRulesOf(doc: PdfDocument): ColorRules {
  const part = archivalPartOf(doc);
  if (part === undefined) return { needsOwnSpaces: false, allowsTransparency: true };
  const channels = intentChannels(doc);
  return { needsOwnSpaces: !channels.includes(3), allowsTransparency: part !== 1 && channels.length > 0 };
}

/** The part of ISO 19005 that the metadata claim. */
function archivalPartOf(doc: PdfDocument): number | undefined {
  const text = metadataText(doc);
  const prefix = new RegExp(`xmlns:([\\w.-]+)\\s*=\\s*["']${pdfaNamespace}["']`).exec(text)?.[1];
  if (prefix === undefined) return undefined;
  const part = new RegExp(`${prefix.replaceAll('.', '\\.')}:part\\s*(?:=\\s*["']|>)\\s*(\\d)`).exec(text)?.[1];
  return part === undefined ? undefined : Number(part);
}

function metadataText(doc: PdfDocument): string {
  const metadata = entryOf(doc, getCatalog(doc), 'Metadata');
  if (!isStream(metadata)) return '';
  try {
    // XMP may be written in UTF-16 and UTF-32 too; what is looked for is ASCII in all of them.
    return decodeStream(doc, metadata).toString('latin1').replaceAll('\0', '');
  } catch (error) {
    if (error instanceof PdfError) return '';
    throw error;
  }
}

/** The number of components of each output intent for PDF/A that has a profile: 1 gray, 3 RGB, 4 CMYK. */
function intentChannels(doc: PdfDocument): number[] {
  const intents = entryOf(doc, getCatalog(doc), 'OutputIntents');
  if (!isArray(intents)) return [];
  return intents.items.flatMap((item) => {
    const intent = resolve(doc, item);
    return isDict(intent) && isForArchives(doc, intent) ? profileChannels(doc, intent) : [];
  });
}

function isForArchives(doc: PdfDocument, intent: PdfDict): boolean {
  const kind = entryOf(doc, intent, 'S');
  return isName(kind) && kind.name === 'GTS_PDFA1';
}

function profileChannels(doc: PdfDocument, intent: PdfDict): number[] {
  const channels = entryOf(doc, entryOf(doc, intent, 'DestOutputProfile'), 'N');
  return isInteger(channels) ? [channels] : [];
}
