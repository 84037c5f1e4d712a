import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseCertificates, type Certificate } from './domain/pki/certificate.ts';
import { parseRevocationList } from './domain/pki/crl.ts';
import { anchorsOf, readSignedList, readUnsignedList, signersNamedBy, TrustedListError, type ListedAnchors, type ListSigner, type TrustedList, type TrustedListErrorCode } from './domain/trust-list/index.ts';

export type RefusedList = { name: string; code: TrustedListErrorCode };
/** A list that counts, under the name of its file. One that is not signed was made by hand. */
export type CountedList = ListedAnchors & { name: string; isSigned: boolean; list: TrustedList };
export type TrustFolder = {
  anchors: Certificate[];
  /** The file in which each of the anchors lies, by its fingerprint. */
  files: Map<string, string>;
  crls: Buffer[];
  lists: CountedList[];
  refused: RefusedList[];
};

/** The folder, or the file in it, cannot be read: while that is so nothing can be judged. */
export class TrustFolderError extends Error {
  override readonly name = 'TrustFolderError';
  readonly path: string;
  constructor(path: string, options: ErrorOptions) {
    super(`${path} không đọc được / cannot be read`, options);
    this.path = path;
  }
}

/** Why a list is left out while the rest of the folder counts; any other fault of a list is a fault of the folder. */
const leftOut = new Set<TrustedListErrorCode>(['trustedList.unsigned', 'trustedList.unknownSigner', 'trustedList.badSignature', 'trustedList.expired']);

/**
 * What a folder holds: root certificates as .pem, .crt or .cer, revocation lists as .crl, trusted lists (ETSI TS 119 612) as .xml. A list counts
 * only when it is signed by a certificate of a file whose name ends in .list-signer.crt (.pem, .cer), which is no anchor itself, or by one to
 * which such a list points, and while it is not past its next update. One that somebody made by hand needs no signature when its name ends in
 * .unsigned.xml. Lists that do not count are left out and named in `refused`.
 * @throws TrustFolderError naming what cannot be read
 */
export async function readTrustFolder(folder: string, now: Date): Promise<TrustFolder> {
  const found: TrustFolder = { anchors: [], files: new Map(), crls: [], lists: [], refused: [] };
  const signers: ListSigner[] = [];
  const lists: ListFile[] = [];
  for (const name of (await naming(folder, () => readdir(folder))).sort()) {
    await naming(join(folder, name), async () => {
      const read = (): Promise<Buffer> => readFile(join(folder, name));
      if (/\.list-signer\.(pem|crt|cer)$/i.test(name)) signers.push(...parseCertificates(await read()).map((certificate) => ({ certificate })));
      else if (/\.(pem|crt|cer)$/i.test(name)) {
        for (const certificate of parseCertificates(await read())) {
          found.anchors.push(certificate);
          found.files.set(certificate.fingerprint, name);
        }
      }
      if (/\.xml$/i.test(name)) lists.push({ name, xml: await read() });
      if (/\.crl$/i.test(name)) found.crls.push(parseRevocationList(await read()).raw);
    });
  }
  const judged = await judgeLists(folder, lists, { signers, now });
  return { ...found, ...judged };
}

type ListFile = { name: string; xml: Buffer };

/** A list of lists may lie behind those that it vouches for: what is not accepted yet is tried again while something new is. */
async function judgeLists(folder: string, files: readonly ListFile[], { signers, now }: { signers: ListSigner[]; now: Date }): Promise<Pick<TrustFolder, 'lists' | 'refused'>> {
  const lists: CountedList[] = [];
  let waiting = files;
  for (;;) {
    const refused: (RefusedList & { file: ListFile })[] = [];
    for (const file of waiting) {
      await naming(join(folder, file.name), () => {
        try {
          const isHandMade = /\.unsigned\.xml$/i.test(file.name);
          const list = isHandMade ? readUnsignedList(file.xml, now) : readSignedList(file.xml, { signers, now });
          lists.push({ ...anchorsOf(list), name: file.name, isSigned: !isHandMade, list });
          if (!isHandMade) signers.push(...signersNamedBy(list));
        } catch (error) {
          if (!(error instanceof TrustedListError) || !leftOut.has(error.code)) throw error;
          refused.push({ name: file.name, code: error.code, file });
        }
      });
    }
    if (refused.length === 0 || refused.length === waiting.length) return { lists, refused: refused.map(({ name, code }) => ({ name, code })) };
    waiting = refused.map(({ file }) => file);
  }
}

async function naming<T>(path: string, read: () => Promise<T> | T): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw new TrustFolderError(path, { cause: error });
  }
}

/** Where the public part of the built-in authority lies for verification without the database: part of DATA_DIR. */
export function publicFolder(dataDir: string): string {
  return join(dataDir, 'pki');
}
