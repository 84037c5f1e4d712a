import { z } from 'zod';

export const protocol = z.enum(['installation', 'provincial_axis', 'national_axis']);
export const partnerState = z.enum(['invited', 'pairing', 'active', 'suspended']);

/** Why a call failed, in words, with what to do and the code for the expert; null where the partner gave its own reason or all is well. */
export const troubleView = z.object({ vi: z.string(), en: z.string(), fixVi: z.string(), fixEn: z.string(), raw: z.string() }).nullable();

/** How the line to a partner is, and what waits. */
export const lineView = z.object({
  circuit: z.enum(['closed', 'open', 'half_open']),
  failures: z.number().int(),
  openedAt: z.string().nullable(),
  /** When the next try is let through. */
  probeAt: z.string().nullable(),
  lastSuccessAt: z.string().nullable(),
  lastFailureAt: z.string().nullable(),
  problemCode: z.string().nullable(),
  problem: z.string().nullable(),
  trouble: troubleView.default(null),
  waiting: z.number().int(),
  sent: z.number().int(),
  failed: z.number().int(),
  quarantined: z.number().int(),
  /** Packets that the national axis lists and does not give. */
  withheld: z.number().int(),
});

export const partnerView = z.object({
  id: z.uuid(),
  protocol,
  name: z.string(),
  address: z.string().nullable(),
  state: partnerState,
  config: z.record(z.string(), z.unknown()),
  /** The key that the other side is recognised by, as both administrators compare it; null before there is one. */
  fingerprint: z.string().nullable(),
  /** That of our own key for this partner, to be told to the other administrator; null where keys are not made here. */
  ownFingerprint: z.string().nullable(),
  validFrom: z.string(),
  validTo: z.string().nullable(),
  agencies: z.number().int(),
  conflicts: z.number().int(),
  /** When the connection stops working unless somebody acts: the last key of a vendor's system, the first trusted certificate. */
  securedUntil: z.string().nullable(),
  /** The version of the protocol in which another installation calls, where that is none of ours, and since when: nothing of it is taken. */
  foreignVersion: z.object({ version: z.string(), since: z.string() }).nullable(),
  line: lineView,
});
export type PartnerView = z.output<typeof partnerView>;

const name = z.string().trim().min(2).max(300);
const address = z.url({ protocol: /^https?$/ }).max(500).nullable();
const validTo = z.iso.date().nullable();

export const newPartner = z.object({
  protocol,
  name,
  address,
  config: z.record(z.string(), z.unknown()),
  secrets: z.record(z.string(), z.unknown()),
  validFrom: z.iso.date().optional(),
  validTo: validTo.optional(),
});
export const partnerChange = z.object({ name: name.optional(), address: address.optional(), config: z.record(z.string(), z.unknown()).optional(), validFrom: z.iso.date().optional(), validTo: validTo.optional() });
export const suspension = z.object({ reason: z.string().trim().min(1).max(500) });
export const newSecrets = z.object({ secrets: z.record(z.string(), z.unknown()) });
export const newLink = z.object({ agencyId: z.uuid(), remoteId: z.string().trim().min(1).max(100), code: z.string().trim().min(1).max(100).nullable().optional() });
/** `ours` is that of this installation for the partner, `theirs` the one by which the partner is recognised. Of a secret nothing is shown. */
export const partnerKeyView = z.object({
  side: z.enum(['ours', 'theirs']),
  id: z.string(),
  fingerprint: z.string().nullable(),
  /** Null where nobody noted it. */
  since: z.string().nullable(),
  /** Of one that another took the place of: until when it is still believed. */
  endsAt: z.string().nullable(),
  isInUse: z.boolean(),
  abilities: z.array(z.enum(['replace', 'end'])),
});
export const partnerKeys = z.object({ keys: z.array(partnerKeyView) });
export const newSecret = z.object({ secret: z.string().trim().min(8).max(500) });
export const rotated = z.object({ fingerprint: z.string(), formerEndsAt: z.string().nullable() });

/** How two installations reach each other: by which address it is called (null: it comes itself for what waits), and whether we come for what it has for us. */
export const reach = z.object({ address, isFetching: z.boolean() });

/** The most that is taken from a partner, in megabytes; what is not named stays. */
export const limits = z.object({ packetLimitMb: z.number().int().min(1).optional(), fileLimitMb: z.number().int().min(1).optional(), parcelLimitMb: z.number().int().min(1).optional() });

export const certificateFacts = z.object({ fingerprint: z.string(), subject: z.string(), issuer: z.string(), validFrom: z.string(), validTo: z.string() });
/** A certificate that vouches for the partner's server. */
export const anchorView = certificateFacts.extend({ addedAt: z.string().nullable(), addedBy: z.string().nullable(), source: z.string().nullable() });
export type AnchorView = z.output<typeof anchorView>;
/** The signature of packets: as the W3C has it with SHA-256, or as older parsers look for it. */
export const signatureForm = z.enum(['none', 'standard', 'legacy']);
/** How packets for a system outside are signed. While the certificate does not hold, they wait. */
export const packetSigning = z.object({ form: signatureForm, certificate: certificateFacts.nullable() });
export const partnerTrust = z.object({
  anchors: z.array(anchorView),
  /** Our own certificate for a gateway that asks for one. */
  own: certificateFacts.nullable(),
  /** Of the national axis; another installation gets no packets. */
  signing: packetSigning.nullable(),
  abilities: z.array(z.enum(['keep'])),
});
/** A certificate file, base64, and what it is called. */
export const newAnchor = z.object({ content: z.base64().min(4).max(60_000), fileName: z.string().trim().min(1).max(200) });
export const newOwnCertificate = z.object({ certificate: z.string().min(50).max(40_000), key: z.string().min(50).max(20_000) });
/** How packets are to be signed. Without a pair the key that is there already signs on; with `none` it is thrown away. */
export const newPacketSigning = z.object({ form: signatureForm, pair: newOwnCertificate.optional() });

export const testResult = z.object({ vi: z.string(), en: z.string() });

export const linkView = z.object({ agencyId: z.uuid(), name: z.string(), code: z.string().nullable(), remoteId: z.string(), validFrom: z.string(), validTo: z.string().nullable() });
/** Where a page of agencies ended. */
export const linkCursor = z
  .string()
  .regex(/^[0-9a-f-]{36}\.\d{4}-\d{2}-\d{2}$/)
  .transform((text) => ({ agencyId: text.slice(0, 36), validFrom: text.slice(37) }))
  .pipe(z.object({ agencyId: z.uuid(), validFrom: z.iso.date() }));
export const linkPage = z.object({ agencies: z.array(linkView), next: z.string().nullable() });
export const conflictView = z.object({
  remoteId: z.string(),
  problem: z.enum(['hosted_here', 'other_partner', 'name_differs', 'code_malformed', 'code_moved']),
  code: z.string().nullable(),
  name: z.string(),
  /** The agency here that it is about. */
  agencyId: z.uuid().nullable(),
  /** What our directory says of that agency today, and by which partner it is reached. */
  ours: z.object({ name: z.string(), code: z.string().nullable(), isLocal: z.boolean(), via: z.string().nullable() }).nullable(),
  foundAt: z.string(),
  /** `accept`: our directory can follow the partner's. One's own agency is never given away like this. */
  abilities: z.array(z.enum(['accept', 'keep'])),
});
export type ConflictView = z.output<typeof conflictView>;

export const conflictProblem = conflictView.shape.problem;
/** What of the differences is asked for; `after` is where the page before ended. */
export const conflictFilter = z.object({ problem: conflictProblem.optional(), text: z.string().trim().max(200).optional() });
export const conflictPage = z.object({ conflicts: z.array(conflictView), /** How many there are in all, whatever is asked for. */ total: z.number().int(), next: z.string().nullable() });

/** A packet that the national axis lists and does not give: why, in words, since when, how often it was asked for, and when it is again. */
export const withheldView = z.object({
  docId: z.string(),
  messageType: z.enum(['edoc', 'status']),
  fromCode: z.string().nullable(),
  since: z.string(),
  refusals: z.number().int(),
  nextAskAt: z.string(),
  problem: z.string(),
  trouble: troubleView.unwrap(),
});
/** Where a page of them ended. */
export const withheldCursor = z
  .string()
  .max(300)
  .transform((text) => ({ since: text.slice(0, 24), docId: text.slice(25) }))
  .pipe(z.object({ since: z.iso.datetime(), docId: z.string().min(1) }));
export const withheldPage = z.object({ packets: z.array(withheldView), /** How many there are in all. */ total: z.number().int(), next: z.string().nullable(), abilities: z.array(z.enum(['ask-again'])) });

export const transferState = z.enum(['waiting', 'sent', 'processed', 'refused', 'failed']);
export const transferView = z.object({
  agencyId: z.uuid(),
  id: z.uuid(),
  partnerId: z.uuid(),
  partnerName: z.string(),
  kind: z.enum(['envelope', 'answer', 'opening', 'reminder']),
  envelopeId: z.uuid().nullable(),
  /** Whose document it carries or answers: its sender, number and kind; of an answer, the status. */
  about: z.object({ senderName: z.string(), number: z.string(), business: z.enum(['new', 'recall', 'take_back', 'update', 'replace']), status: z.string().nullable() }),
  state: transferState,
  attempts: z.number().int(),
  nextTryAt: z.string().nullable(),
  problemCode: z.string().nullable(),
  problem: z.string().nullable(),
  trouble: troubleView.default(null),
  partnerRef: z.string().nullable(),
  createdAt: z.string(),
  changedAt: z.string(),
});

export const inboundState = z.enum(['incomplete', 'waiting', 'applied', 'refused', 'quarantined', 'with_person', 'resolved', 'discarded']);
export const arrivalActs = ['retry', 'hand-over', 'recover', 'original', 'settle'] as const;
export type ArrivalAct = (typeof arrivalActs)[number];
export const inboundView = z.object({
  id: z.uuid(),
  partnerId: z.uuid(),
  partnerName: z.string(),
  partnerRef: z.string(),
  state: inboundState,
  /** `claim`: a partner says that it has this from us, and nothing proves it. */
  kind: z.enum(['envelope', 'answer', 'outcome', 'opening', 'reminder', 'claim']).nullable(),
  senderName: z.string().nullable(),
  summary: z.string().nullable(),
  problemCode: z.string().nullable(),
  problem: z.string().nullable(),
  attempts: z.number().int(),
  sizeBytes: z.number(),
  /** Whose clerks have it in hand. */
  agencyId: z.uuid().nullable(),
  /** Of a claim: the agency here in whose name it is, the only one to which it can be handed. */
  claimedAgency: z.object({ id: z.uuid(), name: z.string(), hasClerk: z.boolean() }).nullable(),
  resolution: z.string().nullable(),
  receivedAt: z.string(),
  abilities: z.array(z.enum(arrivalActs)),
});
export const handOverTo = z.object({ agencyId: z.uuid() });
/** Agencies of this installation; to one without a clerk nothing can be handed. */
export const takerList = z.object({ agencies: z.array(z.object({ id: z.uuid(), name: z.string(), code: z.string().nullable(), hasClerk: z.boolean() })) });
export type TakerList = z.infer<typeof takerList>;
/** Why a person says that a claimed document is ours. */
export const recovery = z.object({ resolution: z.string().trim().min(3).max(1000) });
export const settlement = z.object({ outcome: z.enum(['resolved', 'discarded']), resolution: z.string().trim().min(3).max(1000) });

/** An invitation to another installation: handed over as a text; its fingerprint is told on another way, such as the telephone. */
export const invitation = z.object({ name, address: address.optional() });
export const invitationReply = z.object({ partnerId: z.uuid(), text: z.string(), fingerprint: z.string(), expiresAt: z.string() });
export const acceptance = z.object({ text: z.string().min(50).max(10_000), fingerprint: z.string().min(10).max(200), name: name.optional() });
export const confirmation = z.object({ fingerprint: z.string().min(10).max(200) });
export const invitationSummary = z.object({ name: z.string(), address: z.string().nullable(), fingerprint: z.string(), expiresAt: z.string() });

/** A letter that was written back from a partner. */
const letter = z.object({ envelopeId: z.uuid(), number: z.string(), issuedOn: z.string(), summary: z.string(), senderName: z.string() });

/** What came of comparing with a partner. */
export const reconciliation = z.object({
  /** Deliveries of ours that both sides know. */
  known: z.number().int(),
  /** Ours that only the partner had: their numbers are used, whatever our registers say. */
  recovered: z.array(letter),
  /** Parcels of the partner that we had taken and lost; they are on their way again. */
  askedAgain: z.number().int(),
  /** Answers that we gave and lost; a clerk gives them once more, the same ones. */
  answeredBefore: z.array(z.object({ envelopeId: z.uuid(), agencyId: z.string(), status: z.string() })),
  /** What a person has to look at. */
  problems: z.array(z.object({ envelopeId: z.uuid(), problem: z.string() })),
});
export type Reconciliation = z.output<typeof reconciliation>;
