import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseCertificates, type Certificate } from './domain/pki/certificate.ts';
import { issuerOfCutList, parseRevocationList } from './domain/pki/crl.ts';
import { PkiError } from './domain/pki/errors.ts';
import type { DistinguishedName } from './domain/pki/name.ts';
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
  'trustFile.cutRevocationList': {
    vi: 'Danh sách thu hồi bị cắt cụt (tải lên dở dang) nên chữ ký bằng chứng thư của nơi cấp này chưa kết luận được; các nơi cấp khác không bị ảnh hưởng. Chép lại tệp từ nguồn rồi chờ một phút.',
    en: 'The revocation list was cut short (half uploaded), so signatures with certificates of this authority are undecided; other authorities are not concerned. Copy it again from its source and wait a minute.',
  },
} as const satisfies Record<TrustedListErrorCode | `trustFile.${string}`, { vi: string; en: string }>;

export type TrustFileCode = keyof typeof trustFileTexts;
export type RefusedFile = { name: string; code: TrustFileCode };
/** A list that is whole and rightly signed, and not used only because a newer issue was read before. */
export type OlderIssue = ReadIssue & { name: string };
/** A list that counts, under the name of its file. One that is not signed was made by hand. */
export type CountedList = ListedAnchors & { name: string; isSigned: boolean; list: TrustedList };
export type TrustFolder = {
  anchors: Certificate[];
  /** The file in which each of the anchors lies, by its fingerprint. */
  files: Map<string, string>;
  /** Revocation lists by their files. */
  crls: ReadonlyMap<string, Buffer>;
  /** Issuers of lists that were cut short and never read: nothing of theirs can be said not to be revoked. */
  withheld: DistinguishedName[];
  lists: CountedList[];
  /** Seals of installations from before these had a purpose of their own in the certificate: recognised by being here, trusted by their path. */
  seals: Certificate[];
  refused: RefusedFile[];
  /** Those of the refused that an administrator may use all the same; not while the newer issue lies beside. */
  older: OlderIssue[];
};

/** The newest issue of a signed list that was read. */
export type ReadIssue = { territory: string; operator: string; sequenceNumber: number; issuedAt: Date };

/** What is known from earlier readings. */
export type KnownBefore = { before?: TrustFolder; newest?: readonly ReadIssue[] };

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
const readable = new Set<TrustFileCode>(['trustedList.unsigned', 'trustedList.unknownSigner', 'trustedList.badSignature', 'trustedList.expired', 'trustedList.older']);

/** True when a file could not be read as what its name says that it is. */
export function isUnreadable({ code }: RefusedFile): boolean {
  return !readable.has(code);
}

/**
 * What a folder holds: root certificates as .pem, .crt or .cer, revocation lists as .crl, trusted lists (ETSI TS 119 612) as .xml. A list counts
 * only when it is signed by a certificate of a file whose name ends in .list-signer.crt (.pem, .cer), which is no anchor itself, or by one to
 * which such a list points, while it is not past its next update, and while no newer issue of it was read or lies beside it. One that somebody made by hand needs no signature when its name ends in
 * .unsigned.xml. A certificate in a file whose name ends in .installation-seal.crt (.pem, .cer) is an older seal of an installation, and no anchor. What does
 * not count is left out and named in `refused`.
 *
 * A file that cannot be read takes away no other: its certificates are left out, which can only narrow trust. Its last good reading would not do:
 * whoever wrote the file may have wanted an authority out of it. With revocation lists it is the other way round: without one, a signature might
 * pass that rests on an older answer, so that the last reading in `before` goes on. Where there is none, the issuer of a list that was only cut short
 * is `withheld`; of one that is damaged in another way nobody can say whose it was, and nothing is judged.
 * @throws TrustFolderError naming what cannot be read
 */
export async function readTrustFolder(folder: string, now: Date, { before, newest = [] }: KnownBefore = {}): Promise<TrustFolder> {
  const found = { anchors: [] as Certificate[], files: new Map<string, string>(), crls: new Map<string, Buffer>(), seals: [] as Certificate[], withheld: [] as DistinguishedName[] };
  const signers: ListSigner[] = [];
  const lists: ListFile[] = [];
  const refused: RefusedFile[] = [];
  for (const name of (await naming(folder, () => readdir(folder))).sort()) {
    const path = join(folder, name);
    if (/\.crl$/i.test(name)) {
      const { list, problem, issuer } = await readCrl(path, before?.crls.get(name));
      if (list !== undefined) found.crls.set(name, list);
      if (issuer !== undefined) found.withheld.push(issuer);
      if (problem !== undefined) refused.push({ name, code: problem });
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
  const judged = judgeNewest(lists, { signers, now, newest });
  return { ...found, ...judged, refused: [...refused, ...judged.refused] };
}

/** All certificates of a file; one without any is as good as cut short. @throws PkiError, or as the disk does */
async function readCertificates(path: string): Promise<Certificate[]> {
  const certificates = parseCertificates(await readFile(path));
  if (certificates.length === 0) throw new PkiError('certificate.malformed', 'no certificate');
  return certificates;
}

type ReadCrl = { list?: Buffer; problem?: TrustFileCode; /** Whose list it is that is not there. */ issuer?: DistinguishedName };

/** @throws TrustFolderError when it cannot be read, there is no earlier reading, and nobody can say whose it is */
async function readCrl(path: string, earlier: Buffer | undefined): Promise<ReadCrl> {
  let bytes = Buffer.alloc(0);
  try {
    bytes = await readFile(path);
    return { list: parseRevocationList(bytes).raw };
  } catch (error) {
    if (!isFaultOfFile(error)) throw error;
    if (earlier !== undefined) return { list: earlier, problem: 'trustFile.earlierReading' };
    const issuer = issuerOfCutList(bytes);
    if (issuer === undefined) throw new TrustFolderError(path, { cause: error });
    return { issuer, problem: 'trustFile.cutRevocationList' };
  }
}

/** Of its content, or of the disk below it; anything else is a defect of ours and must not pass for one of theirs. */
function isFaultOfFile(error: unknown): boolean {
  return error instanceof PkiError || (error instanceof Error && 'syscall' in error);
}

type ListFile = { name: string; xml: Buffer };

/** The newest issue of each signed list among these. */
export function newestOf(lists: readonly CountedList[]): ReadIssue[] {
  const newest = new Map<string, ReadIssue>();
  for (const { isSigned, list } of lists) {
    const known = newest.get(issueKey(list));
    if (isSigned && (known === undefined || isOlder(known, list))) newest.set(issueKey(list), list);
  }
  return [...newest.values()].map(({ territory, operator, sequenceNumber, issuedAt }) => ({ territory, operator, sequenceNumber, issuedAt }));
}

const issueKey = ({ territory, operator }: Pick<ReadIssue, 'territory' | 'operator'>): string => `${territory}\n${operator}`;

/** An issue that has the same number counts by its day (TS 119 612 clauses 5.3.2 and 5.3.14). */
export function isOlder(one: Pick<ReadIssue, 'sequenceNumber' | 'issuedAt'>, other: Pick<ReadIssue, 'sequenceNumber' | 'issuedAt'>): boolean {
  return one.sequenceNumber < other.sequenceNumber || (one.sequenceNumber === other.sequenceNumber && one.issuedAt < other.issuedAt);
}

type ListTrust = { signers: readonly ListSigner[]; now: Date; newest: readonly ReadIssue[] };

type JudgedLists = Pick<TrustFolder, 'lists' | 'refused' | 'older'>;

/** Of two issues that lie here the newer counts, and whom only the older names signs nothing: what was read with it is judged anew without it. */
function judgeNewest(files: readonly ListFile[], trust: ListTrust): JudgedLists {
  for (let newest = trust.newest; ; ) {
    const judged = judgeLists(files, { ...trust, newest });
    const found = newestOf(judged.lists);
    if (judged.lists.every(({ isSigned, list }) => !isSigned || !isSuperseded(list, found))) return { ...judged, older: judged.older.filter((list) => !isSuperseded(list, found)) };
    newest = [...newest, ...found];
  }
}

const isSuperseded = (list: ReadIssue, newest: readonly ReadIssue[]): boolean => newest.some((known) => issueKey(known) === issueKey(list) && isOlder(list, known));

/** A list of lists may lie behind those that it vouches for: what is not accepted yet is tried again while something new is. */
function judgeLists(files: readonly ListFile[], { signers: named, now, newest }: ListTrust): JudgedLists {
  const signers = [...named];
  const lists: CountedList[] = [];
  let waiting = files;
  for (;;) {
    const refused: (RefusedFile & { file: ListFile })[] = [];
    const older: OlderIssue[] = [];
    for (const file of waiting) {
      try {
        const isHandMade = /\.unsigned\.xml$/i.test(file.name);
        const list = isHandMade ? readUnsignedList(file.xml, now) : readSignedList(file.xml, { signers, now });
        if (!isHandMade && isSuperseded(list, newest)) {
          const { territory, operator, sequenceNumber, issuedAt } = list;
          older.push({ name: file.name, territory, operator, sequenceNumber, issuedAt });
          throw new TrustedListError('trustedList.older', `${list.territory} ${String(list.sequenceNumber)}`);
        }
        lists.push({ ...anchorsOf(list), name: file.name, isSigned: !isHandMade, list });
        if (!isHandMade) signers.push(...signersNamedBy(list));
      } catch (error) {
        if (!(error instanceof TrustedListError)) throw error;
        refused.push({ name: file.name, code: error.code, file });
      }
    }
    if (refused.length === 0 || refused.length === waiting.length) return { lists, refused: refused.map(({ name, code }) => ({ name, code })), older };
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
