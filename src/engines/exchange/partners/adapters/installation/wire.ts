import { z } from 'zod';
import { deliveryStatus } from '../../../contract.ts';
import type { OpeningParcel, Parcel, PartnerId, PeerParcel, ReminderParcel } from '../../adapter.ts';
import { markOf, type SentParcel } from './sent-mark.ts';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const ref = z.string().min(1).max(100);
const code = z.string().max(100).nullable();

/** The facts of a parcel are text; its files travel apart. */
export const PARCEL_LIMIT_BYTES = 4 * 1024 * 1024;
/** So much of a file travels in one request. */
export const PART_LIMIT_BYTES = 4 * 1024 * 1024;

const envelopeWire = z.object({
  version: z.literal(1),
  id: z.uuid(),
  kind: z.literal('envelope'),
  original: z.string().min(2).max(2 * 1024 * 1024),
  contentHash: sha256,
  sender: z.object({ ref, code, name: z.string().min(1).max(300) }),
  /** Passed on for a system that is connected to the sending installation, which announced the agency in its directory. */
  relayed: z.literal(true).optional(),
  /** `ref` is the sender's own id of the delivery, `id` the receiver's id of its agency. */
  recipients: z.array(z.object({ ref, id: z.string().max(100).nullable(), code, name: z.string().max(300) })).min(1).max(5000),
  /** The sender's own mark, by which it recognises the parcel after a restore. It says nothing to anybody else. */
  mark: z.string().max(100).optional(),
});

const answerWire = z.object({
  version: z.literal(1),
  id: z.uuid(),
  kind: z.literal('answer'),
  envelopeId: z.uuid(),
  contentHash: sha256,
  /** Whose document it was, by its own id. */
  sender: z.object({ ref, code }),
  addressed: z.object({ ref: ref.nullable(), code }),
  ordinal: z.number().int().min(1).max(100_000),
  status: deliveryStatus,
  at: z.iso.datetime({ offset: true }),
  by: z.object({ name: z.string().min(1).max(300), title: z.string().max(500).nullable() }),
  reason: z.string().max(5000).nullable(),
  receipt: z.string().min(10).max(20_000),
  /** Given by an agency of another system, to which the document was passed on. */
  passedOn: z.literal(true).optional(),
});

/** What a receipt says, as far as it is believed: whoever signs it may have signed anything. */
export const signedAnswer = z.object({
  recipient: z.object({ agencyId: ref, code }),
  addressed: z.object({ agencyId: ref, code: code.default(null) }).optional(),
  at: answerWire.shape.at,
  by: answerWire.shape.by,
  reason: z.string().max(5000).nullable().default(null),
});

/** That somebody at the receiver has looked at a document of ours. For who tells the feature `openings`. */
const openingWire = z.object({
  version: z.literal(1),
  id: z.uuid(),
  kind: z.literal('opening'),
  envelopeId: z.uuid(),
  contentHash: sha256,
  /** Whose document it was, by its own id. */
  sender: z.object({ ref: z.uuid(), code }),
  addressed: z.object({ ref: ref.nullable(), code }),
  at: z.iso.datetime({ offset: true }),
});

/** That the sender of a document reminds of it. For who tells the feature `reminders`. */
const reminderWire = z.object({
  version: z.literal(1),
  id: z.uuid(),
  kind: z.literal('reminder'),
  /** The parcel by which the document went. */
  parcelId: z.uuid(),
  envelopeId: z.uuid(),
  contentHash: sha256,
  addressed: z.object({ ref, code }),
  by: z.string().min(1).max(1000),
  at: z.iso.datetime({ offset: true }),
});

export const wireParcel = z.discriminatedUnion('kind', [envelopeWire, answerWire, openingWire, reminderWire]);
export type WireParcel = z.output<typeof wireParcel>;

/** Who sends, and to whom: what our own mark is made of. */
export type Sending = { appSecret: string; partnerId: PartnerId };

/** A parcel as it travels. The same parcel is the same bytes at each try: only what was written down when it was made. */
export function writeWire(parcel: Parcel | PeerParcel, sending: Sending): Buffer {
  return Buffer.from(JSON.stringify(wireOf(parcel, sending)), 'utf8');
}

/** A parcel with an envelope as its mark speaks of it. */
export function sentParcelOf(wire: z.output<typeof envelopeWire>, partnerId: string): SentParcel {
  return { partnerId, parcelId: wire.id, contentHash: wire.contentHash, senderRef: wire.sender.ref, recipientRefs: wire.recipients.map(({ ref: own }) => own) };
}

function wireOf(parcel: Parcel | PeerParcel, sending: Sending): z.input<typeof wireParcel> {
  switch (parcel.kind) {
    case 'envelope':
      return writeEnvelopeWire(parcel, sending);
    case 'answer':
      return writeAnswerWire(parcel);
    case 'opening':
      return writeOpeningWire(parcel);
    case 'reminder':
      return writeReminderWire(parcel);
  }
}

function writeOpeningWire({ id, envelopeId, contentHash, sender, addressed, at }: OpeningParcel): z.input<typeof openingWire> {
  return { version: 1, id, kind: 'opening', envelopeId, contentHash, sender, addressed, at: at.toISOString() };
}

function writeReminderWire({ id, parcelId, envelopeId, contentHash, addressed, by, at }: ReminderParcel): z.input<typeof reminderWire> {
  return { version: 1, id, kind: 'reminder', parcelId, envelopeId, contentHash, addressed, by, at: at.toISOString() };
}

function writeEnvelopeWire(parcel: Parcel & { kind: 'envelope' }, { appSecret, partnerId }: Sending): z.input<typeof envelopeWire> {
  const { id, original, contentHash, sender, recipients } = parcel;
  const wire = {
    version: 1 as const,
    id,
    kind: 'envelope' as const,
    original,
    contentHash,
    sender: { ref: sender.agencyId, code: sender.code, name: sender.name },
    ...(parcel.isRelayed ? { relayed: true as const } : {}),
    recipients: recipients.map(({ addressed, party }) => ({ ref: addressed.agencyId, id: party.agencyId === addressed.agencyId ? party.ref : null, code: addressed.code, name: addressed.name })),
  };
  return parcel.carriesMark ? { ...wire, mark: markOf(appSecret, sentParcelOf(wire, partnerId)) } : wire;
}

function writeAnswerWire(parcel: Parcel & { kind: 'answer' }): z.input<typeof answerWire> {
  const { id, envelopeId, contentHash, sender, addressed, ordinal, status, by, reason, receipt } = parcel;
  return { version: 1, id, kind: 'answer', envelopeId, contentHash, sender, addressed, ordinal, status, at: parcel.at.toISOString(), by, reason, receipt, ...(parcel.isPassedOn ? { passedOn: true } : {}) };
}

/** How far a parcel is at the other side. */
export const parcelReply = z.discriminatedUnion('state', [
  z.object({ state: z.literal('incomplete'), missing: z.array(z.object({ sha256, offset: z.number().int().min(0) })).max(200) }),
  z.object({ state: z.enum(['accepted', 'processed']) }),
  z.object({ state: z.literal('refused'), code: z.string().max(100), problem: z.string().max(2000) }),
]);
export type ParcelReply = z.output<typeof parcelReply>;

export const partReply = z.object({ offset: z.number().int().min(0), isHere: z.boolean() });

export const hello = z.object({
  versions: z.array(z.string().max(10)).max(20),
  name: z.string().max(300),
  features: z.array(z.string().max(50)).max(50),
  limits: z.object({ partBytes: z.number().int().min(1), fileBytes: z.number().int().min(1), parcelBytes: z.number().int().min(1) }),
  receiptKeys: z.array(z.looseObject({ kid: z.string().max(100) })).max(100),
});
export type Hello = z.output<typeof hello>;

export const waitingReply = z.object({ parcels: z.array(wireParcel).max(50), isMore: z.boolean() });

export const settledParcels = z.object({
  results: z.array(z.object({ id: z.uuid(), outcome: z.enum(['accepted', 'processed', 'refused']), code: z.string().max(100).nullable(), problem: z.string().max(2000).nullable() })).max(50),
});

const remoteAgency = z.object({
  ref,
  code,
  name: z.string().min(2).max(300),
  abbreviation: z.string().min(1).max(30),
  kind: z.string().max(50),
  level: z.string().max(50),
  closedOn: z.iso.date().nullable(),
  successors: z.array(ref).max(50),
  /** False for one that was reached through the telling installation and is so no more. */
  isReached: z.boolean().default(true),
});
export const directoryReply = z.object({ agencies: z.array(remoteAgency).max(500), cursor: z.string().max(200), isMore: z.boolean() });

/** What another installation says when it does not do what it was asked. */
export const wireProblem = z.object({ code: z.string().max(100), problem: z.string().max(2000), retry: z.enum(['final', 'again', 'later']), retryAfterMs: z.number().int().min(0).max(86_400_000).optional() });
export type WireProblem = z.output<typeof wireProblem>;

export const pairing = z.object({
  token: z.string().min(20).max(100),
  name: z.string().min(2).max(300),
  address: z.url({ protocol: /^https?$/ }).max(500).nullable(),
  publicKey: z.object({ kty: z.literal('EC'), crv: z.literal('P-256'), x: z.string().max(60), y: z.string().max(60), kid: z.string().max(100) }),
  receiptKeys: hello.shape.receiptKeys,
  features: hello.shape.features.default([]),
});
/** What the one who invited tells of itself. */
export const pairingReply = pairing.pick({ receiptKeys: true, features: true });
export const newKeyReply = z.object({ formerEndsAt: z.iso.datetime().nullable().default(null) });
export const endedKeyWire = z.object({ keyId: z.string().min(10).max(100) });
export const newKeyWire = z.object({ publicKey: pairing.shape.publicKey });

/** Where one installation calls another. */
export const PEER = '/api/v1/exchange/peer';
