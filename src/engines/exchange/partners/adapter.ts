import type { z } from 'zod';
import type { Id } from '#kernel/ids.ts';
import type { Kernel } from '#kernel/kernel.ts';
import type { DeliveryStatus, Envelope, EnvelopeFile } from '../contract.ts';
import { withRawCode } from './trouble-words.ts';
import type { WitnessReply } from './witness.ts';

export type PartnerId = Id<'partner'>;
export type TransferId = Id<'transfer'>;
export type Protocol = 'installation' | 'provincial_axis' | 'national_axis';

/** A party of an exchange as both sides know it. `ref` is the partner's own id of it where it lives there. */
export type Party = { agencyId: Id<'agency'>; ref: string | null; code: string | null; name: string };

/** A recipient at the partner. `party` is the agency that takes it today, `addressed` the one that the sender wrote on it. */
export type ParcelRecipient = { party: Party; addressed: Party };

export type EnvelopeParcel = {
  kind: 'envelope';
  /** The same at every try: what the partner is asked to drop when it comes twice. */
  id: TransferId;
  /** The envelope to the byte, and its SHA-256, hex. */
  original: string;
  contentHash: string;
  envelope: Envelope;
  sender: Party;
  recipients: readonly ParcelRecipient[];
  /** Bytes by `openBytes(kernel, sha256, range)` or `readBytes`. */
  files: readonly EnvelopeFile[];
  /** Of an agency outside, passed on by us. */
  isRelayed: boolean;
  /** Then the document may have an id that its own system gave it, and keeps it. */
  keepsDocumentId: boolean;
  /** Another installation gets it with our own mark, by which we recognise it after a restore. */
  carriesMark: boolean;
};

export type AnswerParcel = {
  kind: 'answer';
  id: TransferId;
  envelopeId: string;
  contentHash: string;
  envelope: Envelope | undefined;
  /** To whom: the sender of the document, or its successor when the sender is closed. */
  to: Party;
  /** The sender as it stood on the document: the old id and code are kept (`ResponseFor`). */
  sender: { ref: string; code: string | null };
  /** Who answers, and the id and code that the sender had addressed: by these it finds its delivery. */
  from: Party;
  addressed: { ref: string | null; code: string | null };
  /** The number of the answer to this message: a later one overtakes an earlier one. */
  ordinal: number;
  status: DeliveryStatus;
  at: Date;
  by: { name: string; title: string | null };
  reason: string | null;
  /** Signed by this installation. */
  receipt: string;
  /** Of an agency of another system, to which we passed the document on. */
  isPassedOn: boolean;
};

export type Parcel = EnvelopeParcel | AnswerParcel;

/** That somebody at the receiver has looked at a document. `sender` and `addressed` are as in an answer. */
export type OpeningParcel = { kind: 'opening'; id: TransferId; envelopeId: string; contentHash: string; sender: AnswerParcel['sender']; addressed: AnswerParcel['addressed']; at: Date };

/** A reminder of a recipient that has a document and has not registered it. */
export type ReminderParcel = {
  kind: 'reminder';
  id: TransferId;
  /** The parcel by which the document went: by it the partner finds what it took. */
  parcelId: TransferId;
  envelopeId: string;
  contentHash: string;
  addressed: { ref: string; code: string | null };
  /** Who reminds, as the receiver reads it. */
  by: string;
  at: Date;
};

/** What the law's standard has no message for: it goes only to a partner that says that it understands it. */
export type PeerParcel = OpeningParcel | ReminderParcel;

/** An open line to one partner: what an adapter needs to talk to it. */
export type PartnerLine<Config = unknown, Secrets = unknown> = {
  kernel: Kernel;
  partnerId: PartnerId;
  name: string;
  address: string | null;
  config: Config;
  secrets: Secrets;
  /** What the other side is recognised by, as the adapter wrote it. */
  pinned: unknown;
  /** Ends when the framework's time for this call is over. Pass it to every call of the network. */
  signal: AbortSignal;
};

/**
 * What became of a parcel. `accepted`: the partner has it durably and will say later what became of it; it is asked again
 * from time to time by sending the same parcel. `processed`: it is done with. `continues`: a large one is not all over yet;
 * the next slice follows at once and counts as no failure. `refused` is final.
 */
export type SendResult =
  | { outcome: 'accepted' | 'processed'; partnerRef?: string }
  | { outcome: 'continues' }
  | { outcome: 'refused'; code: string; problem: string; partnerRef?: string };

/** What came, as it lies in the store. A packet with its files inside has hundreds of megabytes: it is read as a stream (`openBytes`). */
export type Original = { sha256: string; sizeBytes: number };

/** What came in, as the adapter reads the untouched original. */
export type Reading =
  /** `also`: further envelopes of the same original, which are taken after the first, in the same transaction. */
  | { ok: true; content: InboundContent; also?: readonly EnvelopeContent[] }
  /** It goes into quarantine with the code. `awaits`: the id of the document with whose arrival it is read again. */
  | { ok: false; code: string; problem: string; awaits?: string };

export type EnvelopeContent = Extract<InboundContent, { kind: 'envelope' }>;

export type InboundContent =
  | {
      kind: 'envelope';
      /** The text of an envelope of this engine's contract, which is what the receiver keeps and what receipts name. */
      original: string;
      contentHash: string;
      /** The partner passes it on for a system that is connected to it, which gave the document its id. */
      isRelayed?: boolean;
      /** By which the partner knows the sender: its id there, or its code. */
      sender: { ref: string; code: string | null; name: string };
      /** One for each agency here that is to have it: `ref` is whatever the sender wants to read again in the answers. */
      recipients: readonly { code: string | null; agencyId?: string; ref: string | null }[];
    }
  | {
      kind: 'answer';
      /** Our own agency that sent the envelope, and the envelope. */
      senderAgencyId: string;
      envelopeId: string;
      /** The hash that the receipt names; checked against ours when given. */
      contentHash?: string;
      /** Our own agency id of the delivery where the partner echoes it, or the code that we had addressed. */
      addressed: { ref: string | null; code: string | null };
      /** Without a number it counts as the next one. */
      ordinal?: number;
      status: DeliveryStatus;
      at: Date;
      by: { name: string; title: string | null };
      reason: string | null;
      /** The signed receipt, verified by the adapter; without one the kept original is the evidence. */
      receipt?: string;
      /** The agency that the receipt speaks for, by the partner's own id and code: the one that we addressed, also where its successor answers. */
      signedFor?: { ref: string; code: string | null };
      /** Given by an agency of another system, to which the partner passed the document on. */
      isPassedOn?: boolean;
    }
  /** That a document of ours was opened there. */
  | { kind: 'opening'; senderAgencyId: string; envelopeId: string; contentHash: string; addressed: { ref: string | null; code: string | null }; at: Date }
  /** That the sender of a document reminds of it; the document came with the partner's parcel `parcelId`. */
  | { kind: 'reminder'; parcelId: string; envelopeId: string; contentHash: string; addressed: { ref: string; code: string | null }; by: string }
  /** What became of a parcel that the partner had accepted. */
  | { kind: 'outcome'; transferId: string; outcome: 'processed' | 'refused'; code: string | null; problem: string | null };

/** An agency as a partner's directory tells it. */
export type RemoteAgency = {
  ref: string;
  code: string | null;
  name: string;
  abbreviation: string;
  kind: string;
  level: string;
  /** Where the directory tells it; otherwise it counts from the day on which it was read. */
  establishedOn?: string;
  closedOn: string | null;
  /** Their ids at the partner. */
  successors: readonly string[];
  /** False when the partner reached it once and does so no more: its way ends. */
  isReached?: boolean;
};

/** How one protocol speaks with the outside world. */
export type PartnerAdapter<Config = unknown, Secrets = unknown> = {
  protocol: Protocol;
  /** What an operator sets. No secrets: it is shown again. */
  config: z.ZodType<Config>;
  /** What is kept encrypted and never shown. */
  secrets: z.ZodType<Secrets>;
  /** Of a protocol that makes its keys itself: the secrets after an operator set those that are set by hand. */
  setByHand?: (present: Secrets, given: unknown) => unknown;
  /** True when the partner fetches its parcels itself; `send` is then never called. */
  isFetched?: (line: { address: string | null; config: Config }) => boolean;
  /** Why a parcel that is not there yet waits, where it is for us to mend it: it is then not tried, and no try is counted. */
  heldUp?: (line: PartnerLine<Config, Secrets>) => { code: string; problem: string } | undefined;
  /**
   * Brings a parcel to the partner. It may be called again with the same parcel after a crash, so the partner, or the
   * adapter by asking first, must drop what came twice (`parcel.id`).
   * @throws PartnerUnavailable for everything that may pass; everything else counts the same with the code `defect`.
   */
  send: (line: PartnerLine<Config, Secrets>, parcel: Parcel) => Promise<SendResult>;
  /** The same for what only our own kind understands; absent where the protocol has no such message. */
  tell?: (line: PartnerLine<Config, Secrets>, parcel: PeerParcel) => Promise<SendResult>;
  /** Reads an original. Files that it carries inside are put into the store here (`storeBytes`). It may run twice. */
  read: (line: PartnerLine<Config, Secrets>, original: Original) => Promise<Reading>;
  /** Asks whether the partner is there and knows us; shown to the operator. @throws PartnerUnavailable */
  test: (line: PartnerLine<Config, Secrets>) => Promise<{ vi: string; en: string }>;
  /** Whether there is anything to fetch on this line; always unless told. */
  isCollected?: (line: { config: Config }) => boolean;
  /**
   * Fetches what the partner holds for us: `keepInbound` for each, and only then tells the partner that we have it.
   * @returns where to go on, and whether there is more at once.
   */
  collect?: (line: PartnerLine<Config, Secrets>, cursor: string | null) => Promise<{ cursor: string | null; isMore: boolean }>;
  /** A page of the agencies that are reached there, changed since the cursor. */
  readDirectory?: (line: PartnerLine<Config, Secrets>, cursor: string | null) => Promise<{ agencies: RemoteAgency[]; cursor: string | null; isMore: boolean }>;
  /** The newest signed root of the partner's own record, with the proof that it only adds to the tree of a known size. */
  witness?: (line: PartnerLine<Config, Secrets>, knownSize: number | null) => Promise<WitnessReply>;
};

/** Gives an adapter to `contributions: { 'exchange.partner-adapters': [...] }`, its types forgotten. */
export function definePartnerAdapter<Config, Secrets>(adapter: PartnerAdapter<Config, Secrets>): PartnerAdapter {
  // safe because the framework parses config and secrets with these very schemas before it calls the adapter
  return adapter as PartnerAdapter;
}

/**
 * The partner could not be reached, or could not answer now. `again`: tried again with growing pauses, and counted against
 * the line's circuit. `later`: it answered that it cannot take this now; tried again after the pause, the line counts as good.
 */
export class PartnerUnavailable extends Error {
  readonly code: string;
  readonly retry: 'again' | 'later';
  readonly retryAfterMs: number | undefined;

  constructor(code: string, options: { problem: string; retry?: 'again' | 'later'; retryAfterMs?: number; cause?: unknown }) {
    super(withRawCode(options.problem, options.cause), { cause: options.cause });
    this.name = 'PartnerUnavailable';
    this.code = code;
    this.retry = options.retry ?? 'again';
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** The adapter of a protocol, as some module contributes it. @throws Error when none does: a defect of the composition. */
export function adapterOf(kernel: Kernel, protocol: Protocol): PartnerAdapter {
  // safe because the extension point holds what definePartnerAdapter made
  const adapters = kernel.modules.flatMap((module) => (module.contributions?.['exchange.partner-adapters'] ?? []) as PartnerAdapter[]);
  const found = adapters.find((adapter) => adapter.protocol === protocol);
  if (found === undefined) throw new Error(`no module contributes an adapter for ${protocol}`);
  return found;
}
