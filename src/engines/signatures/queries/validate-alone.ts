import { existsSync } from 'node:fs';
import { AppError } from '#kernel/errors.ts';
import { createDocumentReader } from '../adapters/document-reader/reader.ts';
import { storedReport, unreadableReport, type StoredReport } from '../report-words.ts';
import { readTrustFolder } from '../trust.ts';

export type AloneTrust = {
  /** Folders with root certificates and revocation lists; those that do not exist are left out. */
  folders: readonly string[];
  now: Date;
};

export type AloneValidator = { validate(bytes: Buffer): Promise<StoredReport>; close(): void };

/** A validator without house or database, for the command line: it trusts what lies in the folders. @throws Error naming an unreadable file */
export async function validateAlone(trust: AloneTrust): Promise<AloneValidator> {
  const contents = await Promise.all(trust.folders.filter((folder) => existsSync(folder)).map(readTrustFolder));
  const material = {
    anchors: contents.flatMap(({ anchors }) => anchors.map((anchor) => anchor.raw)),
    crls: contents.flatMap(({ crls }) => crls),
    now: trust.now.toISOString(),
  };
  const reader = createDocumentReader();
  return {
    validate: async (bytes) => {
      try {
        return storedReport(await reader.validate(bytes, material));
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
