import type { Placement } from '../../contract.ts';
import type { ActiveContentKind } from '../../domain/pdf/reader/index.ts';
import type { ValidationReport } from '../../domain/validation/report.ts';

/** What an untrusted file is judged by; plain bytes, so that they cross into the reader's process. */
export type TrustMaterial = { anchors: Uint8Array[]; crls: Uint8Array[]; now: string };

export type Blank = { page: number; x: number; baseline: number; width: number; fontSize: number };

/** Where signature, number and date belong on the pages; places as in the contract. */
export type FoundPlaces = {
  pageCount: number;
  signature: Placement;
  /** False when the name was not found and the place is only a usual one. */
  isFound: boolean;
  blanks: { number?: Blank; day?: Blank; month?: Blank };
};

export type ReaderTask =
  | { kind: 'validate'; trust: TrustMaterial }
  | { kind: 'places'; signerName: string }
  /** Which kinds of things that act the file carries. */
  | { kind: 'active' };

export type ReaderResult = ValidationReport | FoundPlaces | ActiveContentKind[];

export type ReaderRequest = { id: number; bytes: Uint8Array; task: ReaderTask };

export type ReaderReply =
  | { id: number; ok: true; result: ReaderResult }
  /** The file itself is at fault: a code of the core. */
  | { id: number; ok: false; code: string; detail: string };
