import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseCertificates, type Certificate } from './domain/pki/certificate.ts';
import { parseRevocationList } from './domain/pki/crl.ts';
import { PkiError } from './domain/pki/errors.ts';
import { anchorsOf, readSignedList, readUnsignedList, signersNamedBy, TrustedListError, trustedListErrorTexts, type ListedAnchors, type ListSigner, type TrustedList, type TrustedListErrorCode } from './domain/trust-list/index.ts';

/** Why a file of the folder is not used, or not as it stands now; for the administrator. */
export const trustFileTexts = {
  ...trustedListErrorTexts,
  'trustFile.unreadable': {
    vi: 'Không đọc được tệp (hỏng, tải lên dở dang hoặc thiếu quyền đọc) nên không dùng: chữ ký dựa vào các chứng thư trong tệp chưa được công nhận. Chép lại tệp từ nguồn rồi chờ một phút.',
    en: 'The file cannot be read (damaged, half uploaded, or no permission) and is not used: signatures that rest on the certificates in it are not recognised. Copy it again from its source and wait a minute.',
  },
  'trustFile.earlierReading': {
    vi: 'Không đọc được danh sách thu hồi (hỏng hoặc tải lên dở dang): đang dùng lần đọc tốt gần nhất. Chép lại tệp từ nguồn; nếu khởi động lại trước đó, mọi việc kiểm tra chữ ký sẽ dừng.',
    en: 'The revocation list cannot be read (damaged or half uploaded): its last good reading is used. Copy it again from its source; after a restart before that, no signature can be judged.',
  },
} as const satisfies Record<TrustedListErrorCode | `trustFile.${string}`, { vi: string; en: string }>;

export type TrustFileCode = keyof typeof trustFileTexts;
export type RefusedFile = { name: string; code: TrustFileCode };
/** A list that counts, under the name of its file. One that is not signed was made by hand. */
export type CountedList = ListedAnchors & { name: string; isSigned: boolean; list: TrustedList };
export type TrustFolder = {
  anchors: Certificate[];
  /** The file in which each of the anchors lies, by its fingerprint. */
  files: Map<string, string>;
  /** Revocation lists by their files. */
  crls: ReadonlyMap<string, Buffer>;
  lists: CountedList[];
  /** Seals of installations from before these had a purpose of their own in the certificate: recognised by being here, trusted by their path. */
  seals: Certificate[];
  refused: RefusedFile[];
};

/** The folder cannot be read, or a revocation list in it that was never read before: while that is so nothing can be judged. */
export class TrustFolderError extends Error {
  override readonly name = 'TrustFolderError';
  readonly path: string;
  constructor(path: string, options: ErrorOptions) {
    super(`${path} không đọc được / cannot be read`, options);
    this.path = path;
  }
}

/** Why a list is left out although its file is whole; any other reason is a fault of the file. */
const readable = new Set<TrustFileCode>(['trustedList.unsigned', 'trustedList.unknownSigner', 'trustedList.badSignature', 'trustedList.expired']);

/** True when a file could not be read as what its name says that it is. */
export function isUnreadable({ code }: RefusedFile): boolean {
  return !readable.has(code);
}

/**
 * What a folder holds: root certificates as .pem, .crt or .cer, revocation lists as .crl, trusted lists (ETSI TS 119 612) as .xml. A list counts
 * only when it is signed by a certificate of a file whose name ends in .list-signer.crt (.pem, .cer), which is no anchor itself, or by one to
 * which such a list points, and while it is not past its next update. One that somebody made by hand needs no signature when its name ends in
 * .unsigned.xml. A certificate in a file whose name ends in .installation-seal.crt (.pem, .cer) is an older seal of an installation, and no anchor. What does
 * not count is left out and named in `refused`.
 *
 * A file that cannot be read takes away no other: its certificates are left out, which can only narrow trust. Its last good reading would not do:
 * whoever wrote the file may have wanted an authority out of it. With revocation lists it is the other way round: without one, a signature might
 * pass that rests on an older answer, so that the last reading in `before` goes on, and where there is none nothing is judged.
 * @throws TrustFolderError naming what cannot be read
 */
export async function readTrustFolder(folder: string, now: Date, before?: TrustFolder): Promise<TrustFolder> {
  const found = { anchors: [] as Certificate[], files: new Map<string, string>(), crls: new Map<string, Buffer>(), seals: [] as Certificate[] };
  const signers: ListSigner[] = [];
  const lists: ListFile[] = [];
  const refused: RefusedFile[] = [];
  for (const name of (await naming(folder, () => readdir(folder))).sort()) {
    const path = join(folder, name);
    if (/\.crl$/i.test(name)) {
      const { list, isEarlier } = await readCrl(path, before?.crls.get(name));
      found.crls.set(name, list);
      if (isEarlier) refused.push({ name, code: 'trustFile.earlierReading' });
      continue;
    }
    try {
      if (/\.list-signer\.(pem|crt|cer)$/i.test(name)) signers.push(...(await readCertificates(path)).map((certificate) => ({ certificate })));
      else if (/\.installation-seal\.(pem|crt|cer)$/i.test(name)) found.seals.push(...(await readCertificates(path)));
      else if (/\.(pem|crt|cer)$/i.test(name)) {
        for (const certificate of await readCertificates(path)) {
          found.anchors.push(certificate);
          found.files.set(certificate.fingerprint, name);
        }
      } else if (/\.xml$/i.test(name)) lists.push({ name, xml: await readFile(path) });
    } catch (error) {
      if (!isFaultOfFile(error)) throw error;
      refused.push({ name, code: 'trustFile.unreadable' });
    }
  }
  const judged = judgeLists(lists, { signers, now });
  return { ...found, lists: judged.lists, refused: [...refused, ...judged.refused] };
}

/** All certificates of a file; one without any is as good as cut short. @throws PkiError, or as the disk does */
async function readCertificates(path: string): Promise<Certificate[]> {
  const certificates = parseCertificates(await readFile(path));
  if (certificates.length === 0) throw new PkiError('certificate.malformed', 'no certificate');
  return certificates;
}

/** @throws TrustFolderError when it cannot be read and there is no earlier reading */
async function readCrl(path: string, earlier: Buffer | undefined): Promise<{ list: Buffer; isEarlier: boolean }> {
  try {
    return { list: parseRevocationList(await readFile(path)).raw, isEarlier: false };
  } catch (error) {
    if (!isFaultOfFile(error)) throw error;
    if (earlier === undefined) throw new TrustFolderError(path, { cause: error });
    return { list: earlier, isEarlier: true };
  }
}

/** Of its content, or of the disk below it; anything else is a defect of ours and must not pass for one of theirs. */
function isFaultOfFile(error: unknown): boolean {
  return error instanceof PkiError || (error instanceof Error && 'syscall' in error);
}

type ListFile = { name: string; xml: Buffer };

/** A list of lists may lie behind those that it vouches for: what is not accepted yet is tried again while something new is. */
function judgeLists(files: readonly ListFile[], { signers, now }: { signers: ListSigner[]; now: Date }): Pick<TrustFolder, 'lists' | 'refused'> {
  const lists: CountedList[] = [];
  let waiting = files;
  for (;;) {
    const refused: (RefusedFile & { file: ListFile })[] = [];
    for (const file of waiting) {
      try {
        const isHandMade = /\.unsigned\.xml$/i.test(file.name);
        const list = isHandMade ? readUnsignedList(file.xml, now) : readSignedList(file.xml, { signers, now });
        lists.push({ ...anchorsOf(list), name: file.name, isSigned: !isHandMade, list });
        if (!isHandMade) signers.push(...signersNamedBy(list));
      } catch (error) {
        if (!(error instanceof TrustedListError)) throw error;
        refused.push({ name: file.name, code: error.code, file });
      }
    }
    if (refused.length === 0 || refused.length === waiting.length) return { lists, refused: refused.map(({ name, code }) => ({ name, code })) };
    waiting = refused.map(({ file }) => file);
  }
}

async function naming<T>(path: string, read: () => Promise<T>): Promise<T> {
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
