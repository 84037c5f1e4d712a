import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseCertificates, type Certificate } from './domain/pki/certificate.ts';
import { parseRevocationList } from './domain/pki/crl.ts';
import { anchorsOf, readSignedList, readUnsignedList, signersNamedBy, TrustedListError, type ListedAnchors, type ListSigner, type TrustedListErrorCode } from './domain/trust-list/index.ts';

export type RefusedList = { name: string; code: TrustedListErrorCode };
export type TrustFolder = { anchors: Certificate[]; crls: Buffer[]; lists: ListedAnchors[]; refused: RefusedList[] };

/** Why a list is left out while the rest of the folder counts; any other fault of a list is a fault of the folder. */
const leftOut = new Set<TrustedListErrorCode>(['trustedList.unsigned', 'trustedList.unknownSigner', 'trustedList.badSignature', 'trustedList.expired']);

/**
 * What a folder holds: root certificates as .pem, .crt or .cer, revocation lists as .crl, trusted lists (ETSI TS 119 612) as .xml. A list counts
 * only when it is signed by a certificate of a file whose name ends in .list-signer.crt (.pem, .cer), which is no anchor itself, or by one to
 * which such a list points, and while it is not past its next update. One that somebody made by hand needs no signature when its name ends in
 * .unsigned.xml. Lists that do not count are left out and named in `refused`.
 * @throws Error naming the file that cannot be read
 */
export async function readTrustFolder(folder: string, now: Date): Promise<TrustFolder> {
  const found: TrustFolder = { anchors: [], crls: [], lists: [], refused: [] };
  const signers: ListSigner[] = [];
  const lists: ListFile[] = [];
  for (const name of (await readdir(folder)).sort()) {
    await naming(join(folder, name), async () => {
      const read = (): Promise<Buffer> => readFile(join(folder, name));
      if (/\.list-signer\.(pem|crt|cer)$/i.test(name)) signers.push(...parseCertificates(await read()).map((certificate) => ({ certificate })));
      else if (/\.(pem|crt|cer)$/i.test(name)) found.anchors.push(...parseCertificates(await read()));
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
  const lists: ListedAnchors[] = [];
  let waiting = files;
  for (;;) {
    const refused: (RefusedList & { file: ListFile })[] = [];
    for (const file of waiting) {
      await naming(join(folder, file.name), () => {
        try {
          const isHandMade = /\.unsigned\.xml$/i.test(file.name);
          const list = isHandMade ? readUnsignedList(file.xml, now) : readSignedList(file.xml, { signers, now });
          lists.push(anchorsOf(list));
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

async function naming(path: string, read: () => Promise<void> | void): Promise<void> {
  try {
    await read();
  } catch (error) {
    throw new Error(`${path} không đọc được / cannot be read`, { cause: error });
  }
}

/** Where the public part of the built-in authority lies for verification without the database: part of DATA_DIR. */
export function publicFolder(dataDir: string): string {
  return join(dataDir, 'pki');
}
