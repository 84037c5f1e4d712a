import { existsSync } from 'node:fs';
import { AppError } from '#kernel/errors.ts';
import { createDocumentReader } from '../adapters/document-reader/reader.ts';
import type { TrustMaterial } from '../adapters/document-reader/protocol.ts';
import { storedReport, unreadableReport, type StoredReport } from '../report-words.ts';
import { readTrustFolder, type TrustFolder } from '../trust.ts';

export type AloneTrust = {
  /** Folders with root certificates and revocation lists; those that do not exist are left out. */
  folders: readonly string[];
  now: Date;
};

export type AloneValidator = {
  /** `content` is the file beside a detached signature. */
  validate(bytes: Buffer, content?: Buffer): Promise<StoredReport>;
  close(): void;
};

/** A validator without house or database, for the command line: it trusts what lies in the folders. @throws Error naming an unreadable file */
export async function validateAlone(trust: AloneTrust): Promise<AloneValidator> {
  const contents = await Promise.all(trust.folders.filter((folder) => existsSync(folder)).map(readTrustFolder));
  const material = {
    anchors: contents.flatMap(({ anchors, lists }) => [...anchors, ...lists.flatMap((list) => list.anchors)].map((anchor) => anchor.raw)),
    periods: periodsOf(contents),
    crls: contents.flatMap(({ crls }) => crls),
    now: trust.now.toISOString(),
  };
  const reader = createDocumentReader();
  return {
    validate: async (bytes, content) => {
      try {
        return storedReport((await reader.examine(bytes, material, content)).report);
      } catch (error) {
        if (error instanceof AppError) return unreadableReport(error, { bytes, now: trust.now });
        throw error;
      }
    },
    close: () => {
      reader.close();
    },
  };
}

/** A certificate that lies in a folder by itself is trusted whatever a list says of it. */
function periodsOf(contents: readonly TrustFolder[]): NonNullable<TrustMaterial['periods']> {
  const always = new Set(contents.flatMap(({ anchors }) => anchors.map(({ fingerprint }) => fingerprint)));
  const listed = contents.flatMap(({ lists }) => lists.flatMap(({ periods }) => periods)).filter(({ fingerprint }) => !always.has(fingerprint));
  return listed.map(({ fingerprint, from, until }) => ({ fingerprint, ...(from ? { from: from.toISOString() } : {}), ...(until ? { until: until.toISOString() } : {}) }));
}
