import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '#kernel/errors.ts';
import { createDocumentReader } from '../adapters/document-reader/reader.ts';
import type { BesideFile, TrustMaterial } from '../adapters/document-reader/protocol.ts';
import { storedReport, unreadableReport, type StoredReport } from '../report-words.ts';
import { isUnreadable, readTrustFolder, trustFileTexts, TrustFolderError, type TrustFolder } from '../trust-folder.ts';
import type { TrustPeriod } from '../domain/validation/trust-store.ts';
import { judgeTimestamp, type JudgedTimestamp } from './judge-timestamp.ts';

export type AloneTrust = {
  /** Folders with root certificates and revocation lists; those that do not exist are left out. */
  folders: readonly string[];
  now: Date;
  /** Certificates, revocation lists and OCSP answers from elsewhere: whoever gives them is not trusted for it, their own signatures count. */
  material?: AloneMaterial;
};

export type AloneMaterial = { certificates?: readonly Buffer[]; crls?: readonly Buffer[]; ocsps?: readonly Buffer[] };

export type AloneValidator = {
  /** `content` is the file beside a detached signature. */
  validate(bytes: Buffer, content?: BesideFile | Buffer): Promise<StoredReport>;
  /** Judges an RFC 3161 token over some bytes under the same trust. */
  judgeTimestamp(token: Buffer, stamped: Buffer): JudgedTimestamp;
  /** Whether a certificate, by its fingerprint, lies in a folder as an older seal of an installation. */
  isKnownSeal(fingerprint: string): boolean;
  close(): void;
};

/** A validator without house or database, for the command line: it trusts what lies in the folders. @throws Error naming an unreadable file */
export async function validateAlone(trust: AloneTrust): Promise<AloneValidator> {
  const contents = await Promise.all(trust.folders.filter((folder) => existsSync(folder)).map((folder) => readWhole(folder, trust.now)));
  const anchors = contents.flatMap((content) => [...content.anchors, ...content.lists.flatMap((list) => list.anchors)]);
  const periods = periodsOf(contents);
  const { certificates = [], crls = [], ocsps = [] } = trust.material ?? {};
  const lists = [...contents.flatMap((content) => [...content.crls.values()]), ...crls];
  const material: TrustMaterial = {
    anchors: anchors.map((anchor) => anchor.raw),
    periods: periods.map(({ fingerprint, from, until, only }) => ({ fingerprint, ...(from ? { from: from.toISOString() } : {}), ...(until ? { until: until.toISOString() } : {}), ...(only ? { only } : {}) })),
    crls: lists,
    certificates: [...certificates],
    ocsps: [...ocsps],
    now: trust.now.toISOString(),
  };
  const reader = createDocumentReader();
  return {
    validate: async (bytes, content) => {
      try {
        return storedReport((await reader.examine(bytes, material, content && [Buffer.isBuffer(content) ? { name: '', bytes: content } : content])).report);
      } catch (error) {
        if (error instanceof AppError && error.entry.status < 500) return unreadableReport(error, { bytes, now: trust.now });
        throw error;
      }
    },
    judgeTimestamp: (token, stamped) => judgeTimestamp(token, stamped, { anchors, periods, crls: lists, ocsps, now: trust.now }),
    isKnownSeal: (fingerprint) => contents.some(({ seals }) => seals.some((each) => each.fingerprint === fingerprint)),
    close: () => {
      reader.close();
    },
  };
}

/** Whoever calls a program can mend the folder and call again: nothing of it is left out in silence. */
async function readWhole(folder: string, now: Date): Promise<TrustFolder> {
  const content = await readTrustFolder(folder, now);
  const unreadable = content.refused.find(isUnreadable);
  if (unreadable !== undefined) throw new TrustFolderError(join(folder, unreadable.name), { cause: new Error(trustFileTexts[unreadable.code].en) });
  return content;
}

/** A certificate that lies in a folder by itself is trusted whatever a list says of it. */
function periodsOf(contents: readonly TrustFolder[]): TrustPeriod[] {
  const always = new Set(contents.flatMap(({ anchors }) => anchors.map(({ fingerprint }) => fingerprint)));
  return contents.flatMap(({ lists }) => lists.flatMap(({ periods }) => periods)).filter(({ fingerprint }) => !always.has(fingerprint));
}
