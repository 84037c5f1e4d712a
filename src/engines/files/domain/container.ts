import type { ByteSource } from './byte-source.ts';
import { memorySource } from './byte-source.ts';
import type { ContentKind } from './content-kind.ts';
import { kindNames, knownTypes, macroExtensions, runnableExtensions } from './media-types.ts';
import { extensionOf } from './file-name.ts';
import { expandEntry, measureEntry } from './zip-entry.ts';
import { readZipDirectory, ZipDamage, ZipTooManyEntries, type ZipEntry } from './zip-directory.ts';

export type ContainerProblem =
  | { kind: 'archiveBomb'; expandedBytes: number }
  | { kind: 'archiveTooDeep' }
  | { kind: 'archiveDamaged'; detail: string }
  | { kind: 'macros' }
  | { kind: 'contentMismatch'; extension: string; actual: { vi: string; en: string } };

export type ContainerFlag = 'encrypted' | 'contains-program';

export type ContainerFindings = {
  /** The extension that the content asks for, where it is unmistakable. */
  extension?: string;
  flags: ContainerFlag[];
  problem?: ContainerProblem;
};

/** An archive may expand to this much whatever its ratio: ordinary office files stay far below. */
const HARMLESS_BYTES = 64 * 1024 * 1024;
/** Above that, no more than this many times its own size. Text of office files reaches 10 to 40. */
const MAX_RATIO = 100;
const MAX_EXPANDED = 4 * 1024 * 1024 * 1024;
const MAX_DEPTH = 3;
/** An inner archive is looked into up to this size; a larger one counts as too deep. */
const MAX_INNER_BYTES = 32 * 1024 * 1024;
/** The most that deflate can expand one byte to. */
const DEFLATE_LIMIT = 1032;

/** Looks into a ZIP or OLE container. Expands no more than what it must read. */
export async function inspectContainer(source: ByteSource, kind: ContentKind, extension: string): Promise<ContainerFindings> {
  if (kind === 'ole') return inspectOle(source, extension);
  try {
    return await inspectZip(source, extension);
  } catch (error) {
    if (error instanceof ZipTooManyEntries) return { flags: [], problem: { kind: 'archiveTooDeep' } };
    if (error instanceof ZipDamage) return { flags: [], problem: { kind: 'archiveDamaged', detail: error.message } };
    throw error;
  }
}

async function inspectZip(source: ByteSource, extension: string): Promise<ContainerFindings> {
  const { entries } = await readZipDirectory(source);
  const flags: ContainerFlag[] = [];
  if (entries.some((entry) => entry.isEncrypted)) flags.push('encrypted');
  const budget = { expandedBytes: 0, compressedBytes: source.sizeBytes };
  const bomb = await findBomb(source, entries, { budget, depth: 1, flags });
  if (bomb !== undefined) return { flags, problem: bomb };
  const office = await officeTypeOf(source, entries);
  if (office.hasMacros) return { flags, problem: { kind: 'macros' } };
  const isOfficeName = extension !== 'zip' && knownTypes.get(extension)?.kinds.includes('zip') === true;
  if (isOfficeName && office.extension !== extension) {
    const actual = knownTypes.get(office.extension ?? 'zip') ?? { vi: 'tệp nén', en: 'an archive' };
    return { flags, problem: { kind: 'contentMismatch', extension, actual: { vi: actual.vi, en: actual.en } } };
  }
  return { ...(office.extension === undefined ? {} : { extension: office.extension }), flags };
}

type BombSearch = { budget: { expandedBytes: number; compressedBytes: number }; depth: number; flags: ContainerFlag[] };

/** Adds up what everything inside expands to, inner archives included, and stops at the first sign of too much. */
async function findBomb(source: ByteSource, entries: readonly ZipEntry[], search: BombSearch): Promise<ContainerProblem | undefined> {
  const { budget } = search;
  budget.expandedBytes += entries.reduce((sum, entry) => sum + entry.expandedBytes, 0);
  if (isTooMuch(budget)) return { kind: 'archiveBomb', expandedBytes: budget.expandedBytes };
  const liar = await findLiar(source, entries);
  if (liar !== undefined) return liar;
  for (const entry of entries) {
    if (isRunnable(entry) && !search.flags.includes('contains-program')) search.flags.push('contains-program');
    if (entry.isEncrypted || !(await isArchive(source, entry))) continue;
    if (search.depth >= MAX_DEPTH || entry.expandedBytes > MAX_INNER_BYTES) return { kind: 'archiveTooDeep' };
    const inner = memorySource((await expandEntry(source, entry, MAX_INNER_BYTES)).bytes);
    const problem = await findBomb(inner, (await readZipDirectory(inner)).entries, { ...search, depth: search.depth + 1 });
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function isRunnable(entry: ZipEntry): boolean {
  const extension = extensionOf(entry.name);
  return runnableExtensions.has(extension) || macroExtensions.has(extension);
}

function isTooMuch(budget: { expandedBytes: number; compressedBytes: number }): boolean {
  if (budget.expandedBytes > MAX_EXPANDED) return true;
  return budget.expandedBytes > HARMLESS_BYTES && budget.expandedBytes > budget.compressedBytes * MAX_RATIO;
}

/** So much is expanded at most to find an entry that lies about its size; nothing of it is kept. */
const MEASURED_BYTES = 512 * 1024 * 1024;

/**
 * An entry that expands further than it says. Those that could lie most are measured first, each only as far as it
 * takes to see the lie.
 */
async function findLiar(source: ByteSource, entries: readonly ZipEntry[]): Promise<ContainerProblem | undefined> {
  const suspects = entries
    .map((entry) => ({ entry, couldExpandTo: entry.compressedBytes * (entry.method === 0 ? 1 : DEFLATE_LIMIT) }))
    .filter(({ entry, couldExpandTo }) => !entry.isEncrypted && couldExpandTo > Math.max(HARMLESS_BYTES, entry.expandedBytes))
    .sort((a, b) => b.couldExpandTo - b.entry.expandedBytes - (a.couldExpandTo - a.entry.expandedBytes));
  let measuredBytes = 0;
  for (const { entry, couldExpandTo } of suspects) {
    const measured = await measureEntry(source, entry, entry.expandedBytes);
    if (measured > entry.expandedBytes) return { kind: 'archiveBomb', expandedBytes: couldExpandTo };
    measuredBytes += measured;
    if (measuredBytes > MEASURED_BYTES) return undefined;
  }
  return undefined;
}

async function isArchive(source: ByteSource, entry: ZipEntry): Promise<boolean> {
  if (entry.expandedBytes < 22 || (entry.method !== 0 && entry.method !== 8)) return false;
  const { bytes } = await expandEntry(source, entry, 4);
  return bytes.equals(Buffer.from('504b0304', 'hex'));
}

const CONTENT_TYPES_LIMIT = 1024 * 1024;
const OFFICE_EXTENSIONS: Readonly<Record<string, string>> = { wordprocessingml: 'docx', spreadsheetml: 'xlsx', presentationml: 'pptx' };

/** Which office format the archive is, by what its own table of content types (or its mimetype entry) says. */
async function officeTypeOf(source: ByteSource, entries: readonly ZipEntry[]): Promise<{ extension?: string; hasMacros: boolean }> {
  const hasMacroParts = entries.some((entry) => /(^|\/)vbaProject\.bin$/i.test(entry.name) || /^(Basic|Scripts)\/./.test(entry.name));
  const types = entries.find((entry) => entry.name === '[Content_Types].xml');
  if (types !== undefined && !types.isEncrypted) {
    const text = (await expandEntry(source, types, CONTENT_TYPES_LIMIT)).bytes.toString('utf8');
    if (hasMacroParts || /macroEnabled|vbaProject/i.test(text)) return { hasMacros: true };
    const main = /(wordprocessingml|spreadsheetml|presentationml)\.(?:document|sheet|presentation|slideshow|template)\.main\+xml/.exec(text)?.[1];
    if (main !== undefined) return { extension: OFFICE_EXTENSIONS[main] ?? 'zip', hasMacros: false };
  }
  const mimetype = entries.find((entry) => entry.name === 'mimetype');
  if (mimetype === undefined || mimetype.isEncrypted) return { hasMacros: false };
  const text = (await expandEntry(source, mimetype, 200)).bytes.toString('latin1').trim();
  const found = [...knownTypes].find(([, type]) => type.mediaType === text);
  return found === undefined ? { hasMacros: false } : { extension: found[0], hasMacros: hasMacroParts };
}

/** Names of streams in an OLE directory, as they stand there: UTF-16 little-endian. */
const VBA = Buffer.from('_VBA_PROJECT', 'utf16le');
const ENCRYPTED_PACKAGE = Buffer.from('EncryptedPackage', 'utf16le');

async function inspectOle(source: ByteSource, extension: string): Promise<ContainerFindings> {
  const piece = 4 * 1024 * 1024;
  let isEncrypted = false;
  for (let at = 0; at < source.sizeBytes; at += piece) {
    const bytes = await source.read(at, piece + ENCRYPTED_PACKAGE.length);
    if (bytes.includes(VBA)) return { flags: [], problem: { kind: 'macros' } };
    isEncrypted ||= bytes.includes(ENCRYPTED_PACKAGE);
  }
  if (isEncrypted) return { flags: ['encrypted'] };
  // A name of the newer formats on an OLE file is right only for one under a password.
  const isOldFormat = knownTypes.get(extension)?.kinds.includes('zip') !== true;
  return isOldFormat ? { flags: [] } : { flags: [], problem: { kind: 'contentMismatch', extension, actual: kindNames.ole } };
}
