import type { Placement } from '../../contract.ts';
import type { ActiveContentKind } from '../../domain/pdf/reader/index.ts';
import type { Lookup } from '../../domain/validation/lookups.ts';
import type { ValidationReport } from '../../domain/validation/report.ts';
import type { FileReport } from './file-report.ts';

/** What an untrusted file is judged by; plain bytes, so that they cross into the reader's process. */
export type TrustMaterial = {
  anchors: Uint8Array[];
  crls: Uint8Array[];
  now: string;
  /** What was looked up for this validation. */
  certificates?: Uint8Array[];
  ocsps?: Uint8Array[];
  /** Names (DER) of issuers of whom a revocation list lies here that cannot be read. */
  withheld?: Uint8Array[];
  /** When each anchor is trusted; one without a period is trusted always. Instants as ISO 8601. */
  periods?: { fingerprint: string; from?: string; until?: string; only?: 'timestamp' }[];
};

/** A report, what would help to know more, and the hashes of the given material that it rests on. */
export type Examination = {
  report: FileReport;
  lookups: Lookup[];
  used: string[];
  /** What an intact signature holds inside (CMS that is not detached). */
  enclosed?: { bytes: Uint8Array; mediaType: string };
};

/** A file that came along with a signature, under the name with which it was sent. */
export type BesideFile = { name: string; bytes: Uint8Array };

/** What a file needs to be checked without anybody's help, as far as all its signatures hold today. */
export type LongTerm = {
  report: ValidationReport;
  lookups: Lookup[];
  /** The bytes to append (empty when the file has them all); absent while a signature does not hold. */
  store?: Uint8Array;
  /** Until when the newest document time stamp protects the file; ISO 8601, absent without one. */
  protectedUntil?: string;
};

export type Blank = { page: number; x: number; baseline: number; width: number; fontSize: number };

/** Where signature, number and date belong on the pages; places as in the contract. */
export type FoundPlaces = {
  pageCount: number;
  signature: Placement;
  /** False when the name was not found and the place is only a usual one. */
  isFound: boolean;
  /** Where initials go that nobody placed. */
  initials: Placement;
  blanks: { number?: Blank; day?: Blank; month?: Blank };
};

export type ReaderTask =
  /** A file of any kind that can be judged; the files that a detached signature is about come after it. */
  | { kind: 'examine'; besideNames: readonly string[] }
  | { kind: 'long-term' }
  | { kind: 'places'; signerName: string }
  /** Which kinds of things that act the file carries. */
  | { kind: 'active' }
  /** Nothing but an answer. */
  | { kind: 'ready' };

export type ReaderResult = Examination | LongTerm | FoundPlaces | ActiveContentKind[];

/** What goes to the process, with the bytes of the file behind it. What files are judged by is sent when it is another than the last time. */
export type ReaderRequest = { id: number; task: ReaderTask; trust?: TrustMaterial };

/** The first that a process says: it is whole, and what ends it from now on is a file. */
export type ReaderReady = { ready: true };

export type ReaderReply =
  | { id: number; ok: true; result: ReaderResult }
  /** The file itself is at fault: a code of the core. */
  | { id: number; ok: false; code: string; detail: string };
