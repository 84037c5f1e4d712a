/**
 * The document security store (/DSS) of EN 319 142-1 clause 5.4.2 and ISO 32000-2, 12.8.4.3: what a reader needs to check the signatures of
 * a file when the authorities no longer answer. It is appended; nothing that was signed moves.
 */
import { createHash } from 'node:crypto';
import { PdfError } from '../errors.ts';
import { decodeStream, dictEntry, entryOf, getCatalog, isArray, isDict, isRef, isStream, openPdf, resolve } from '../reader/index.ts';
import type { PdfDict, PdfDocument, PdfRef } from '../reader/index.ts';
import { addObject, allocate, finishIncrement, startIncrement } from '../signing/increment.ts';
import type { Increment } from '../signing/increment.ts';
import { readSigningProfile } from '../signing/profile.ts';
import { writeEntries, writeName, writeObject, writeRef } from '../signing/serialise.ts';

/** Raw DER: certificates, revocation lists, whole OCSPResponses. */
export type StoreItems = {
  readonly certificates: readonly Buffer[];
  readonly crls: readonly Buffer[];
  readonly ocsps: readonly Buffer[];
};

export type StoreMaterial = StoreItems & {
  /** What belongs to which signature (the /VRI dictionary); all of it is put into the common lists as well. */
  readonly bySignature?: readonly SignatureItems[];
};

/** `contents` are the bytes of the signature's /Contents, padding included, as the reader gives them. */
export type SignatureItems = StoreItems & { readonly contents: Buffer };

const listKeys = { certificates: 'Certs', crls: 'CRLs', ocsps: 'OCSPs' } as const;
const entryKeys = { certificates: 'Cert', crls: 'CRL', ocsps: 'OCSP' } as const;
type Kind = keyof typeof listKeys;
// safe because these are the keys of the table above
const kinds = Object.keys(listKeys) as Kind[];

/**
 * Adds material to the file's store, making one if there is none (B-T becomes B-LT). Answers what has to be appended to the file: empty if
 * the store already says all of it. What is there is kept; the same bytes are never stored twice. Throws PdfError as reading does.
 */
export function addValidationStore(pdf: Buffer, material: StoreMaterial): Buffer {
  const doc = openPdf(pdf);
  const catalog = getCatalog(doc);
  const store = dictEntry(doc, catalog, 'DSS');
  const profile = readSigningProfile(doc, []);
  const increment = startIncrement(profile);
  const signatures = material.bySignature ?? [];
  const lists = kinds.map((kind) => {
    const list = openList(doc, store, listKeys[kind]);
    for (const bytes of [...material[kind], ...signatures.flatMap((each) => each[kind])]) put(increment, list, bytes);
    return [kind, list] as const;
  });
  const listOf = new Map(lists);
  const related = relatedEntries(doc, store, { signatures, refOf: (kind, bytes) => listOf.get(kind)?.byHash.get(hashOf(bytes)) });
  if (increment.placed.length === 0 && !related.isNew) return Buffer.alloc(0);
  const storeNum = allocate(increment);
  const kept = store ? writeEntries(store, ['Type', 'VRI', ...Object.values(listKeys)]) : '';
  const arrays = lists.map(([kind, { refs }]) => (refs.length === 0 ? '' : `/${listKeys[kind]}[${refs.join(' ')}]`)).join('');
  addObject(increment, { num: storeNum, gen: 0 }, [`<</Type/DSS${kept}${arrays}${related.text === '' ? '' : `/VRI<<${related.text}>>`}>>`]);
  addObject(increment, profile.root, [`<<${writeEntries(catalog, ['DSS'])}/DSS ${storeNum} 0 R>>`]);
  return finishIncrement(increment, profile).written;
}

/** The name under which material of a signature stands in /VRI: upper-case SHA-1 of /Contents. SHA-1 here names, it protects nothing. */
export function storeKeyOf(contents: Buffer): string {
  return createHash('sha1').update(contents).digest('hex').toUpperCase();
}

type StoredList = { readonly refs: string[]; readonly byHash: Map<string, string> };

/** A file that is not ours can list far more than anybody needs to compare. */
const maxCompared = 500;

function openList(doc: PdfDocument, store: PdfDict | undefined, key: string): StoredList {
  const list = entryOf(doc, store, key);
  const refs = isArray(list) ? list.items.filter((item) => isRef(item)) : [];
  const byHash = new Map<string, string>();
  for (const ref of refs.slice(0, maxCompared)) {
    const bytes = readStream(doc, ref);
    if (bytes) byHash.set(hashOf(bytes), writeRef(ref));
  }
  return { refs: refs.map(writeRef), byHash };
}

/** A stream of the store that cannot be read stays where it is; only "already there" cannot be said of it. */
function readStream(doc: PdfDocument, ref: PdfRef): Buffer | undefined {
  try {
    const stream = resolve(doc, ref);
    return isStream(stream) ? decodeStream(doc, stream) : undefined;
  } catch (error) {
    if (error instanceof PdfError) return undefined;
    throw error;
  }
}

function put(increment: Increment, list: StoredList, bytes: Buffer): void {
  const hash = hashOf(bytes);
  if (list.byHash.has(hash)) return;
  const num = allocate(increment);
  addObject(increment, { num, gen: 0 }, [`<</Length ${bytes.length}>>stream\n`, bytes, '\nendstream']);
  list.byHash.set(hash, `${num} 0 R`);
  list.refs.push(`${num} 0 R`);
}

function hashOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

type Related = { readonly signatures: readonly SignatureItems[]; readonly refOf: (kind: Kind, bytes: Buffer) => string | undefined };

/** The entries of /VRI, those of the file first. */
function relatedEntries(doc: PdfDocument, store: PdfDict | undefined, { signatures, refOf }: Related): { readonly text: string; readonly isNew: boolean } {
  const old = dictEntry(doc, store, 'VRI');
  const wanted = new Map(signatures.map((each) => [storeKeyOf(each.contents), each]));
  let isNew = false;
  const entryText = (key: string): string => {
    const before = dictEntry(doc, old, key);
    const items = wanted.get(key);
    const texts = kinds.map((kind) => {
      const list = entryOf(doc, before, entryKeys[kind]);
      const kept = isArray(list) ? list.items.map(writeObject) : [];
      const added = (items?.[kind] ?? []).flatMap((bytes) => refOf(kind, bytes) ?? []).filter((ref) => !kept.includes(ref));
      if (added.length > 0) isNew = true;
      const refs = [...new Set([...kept, ...added])];
      return refs.length === 0 ? '' : `/${entryKeys[kind]}[${refs.join(' ')}]`;
    });
    return `${writeName(key)}<<${before ? writeEntries(before, Object.values(entryKeys)) : ''}${texts.join('')}>>`;
  };
  const untouched = [...(old?.entries ?? [])].filter(([key]) => !wanted.has(key)).map(([key, value]) => `${writeName(key)} ${writeObject(isDict(value) || isRef(value) ? value : null)}`);
  return { text: [...untouched, ...[...wanted.keys()].map(entryText)].join(''), isNew };
}
