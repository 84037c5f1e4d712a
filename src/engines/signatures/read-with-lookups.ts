import type { Kernel } from '#kernel/kernel.ts';
import type { TrustMaterial } from './adapters/document-reader/protocol.ts';
import { failedStartIn } from './adapters/document-reader/reader-starts.ts';
import { gatherRevocations } from './adapters/revocation-network/index.ts';
import type { Lookup } from './domain/validation/lookups.ts';
import { signatureErrors } from './errors.ts';
import { trustMaterial, type TrustSet } from './trust.ts';

/** Each round of looking up may open the next: an issuer first, then its word on the certificate. */
const ROUNDS = 3;

/** Reads with what is known, asks outside what that lacked, and reads again; answers the last reading and what it was given. */
export async function readWithLookups<Found extends { lookups: Lookup[] }>(
  kernel: Kernel,
  trust: TrustSet,
  read: (material: TrustMaterial) => Promise<Found>,
): Promise<{ found: Found; given: TrustMaterial }> {
  return readKnowing(kernel, await trustMaterial(kernel, trust), read);
}

/** As `readWithLookups`, for several files that are judged at one moment by the same material. */
export async function readKnowing<Found extends { lookups: Lookup[] }>(kernel: Kernel, known: TrustMaterial, read: (material: TrustMaterial) => Promise<Found>): Promise<{ found: Found; given: TrustMaterial }> {
  const { gathered, gather } = gatherRevocations(kernel);
  const together = (): TrustMaterial => ({ ...known, crls: [...known.crls, ...gathered.crls], ocsps: [...gathered.ocsps], certificates: [...gathered.certificates] });
  let given = together();
  let found = await read(given).catch((error: unknown) => {
    logFailedStart(kernel, error);
    throw error;
  });
  for (let round = 0; round < ROUNDS && (await gather(found.lookups)); round += 1) {
    given = together();
    found = await read(given);
  }
  return { found, given };
}

/** A process that cannot be started is said once a try, with what to do; whoever waits for it only waits. */
export function logFailedStart(kernel: Kernel, error: unknown): void {
  const start = failedStartIn(error);
  if (start === undefined) return;
  const { cause, ...facts } = start;
  const { code } = signatureErrors.readerNotStarted();
  kernel.log.error({ err: cause, code, ...facts }, `${READER_NOT_STARTED.en} ${READER_NOT_STARTED.fixEn}`);
}

/** What whoever keeps the server is told; people with a file only read that it waits. */
export const READER_NOT_STARTED = {
  vi: 'Bộ đọc tệp của máy chủ không khởi động được nên chưa kiểm tra được tệp nào. Không có gì mất: tệp được đọc khi bộ đọc chạy lại.',
  en: 'The server’s file reader cannot be started, so no file can be checked. Nothing is lost: files are read when it runs again.',
  fixVi: 'Đọc lý do trong nhật ký của máy chủ (signatures.readerNotStarted). Thường do thư mục chương trình (src, node_modules) thiếu tệp, không đọc được hoặc hết bộ nhớ: cài lại đúng phiên bản đang dùng. Hệ thống tự thử lại.',
  fixEn: 'Read the reason in the server’s log (signatures.readerNotStarted). Mostly a file of the program (src, node_modules) is missing or cannot be read, or memory is short: install the version in use again. It is tried again by itself.',
} as const;
