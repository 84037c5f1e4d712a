import { z } from 'zod';
import { inclusionProofSchema, treeHeadSchema } from '#engines/audit/contract.ts';
import { deliveryStatus, envelopeDocument } from '../contract.ts';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** Names of the parts that every package has; all others are named by the manifest. */
export const partNames = {
  manifest: 'evidence.json',
  readme: 'DOC-TOI.txt',
  envelope: 'envelope.json',
  receiptKeys: 'keys/receipts.json',
  log: 'log/entries.json',
  folders: { files: 'files/', receipts: 'receipts/', reports: 'reports/', material: 'material/' },
} as const;

/** The recipient as the maker of the package knows it, first by its own id, then by those of the installation where it lives; and which agency took the envelope for it. */
const recipient = z.object({ agencyIds: z.array(z.string()).min(1), code: z.string().nullable(), deliveredTo: z.string().nullable().default(null) });
export type ListedRecipient = z.output<typeof recipient>;

const answerOf = z.object({ recipientName: z.string(), ordinal: z.number().int(), status: deliveryStatus.or(z.string()), at: z.string(), recipient: recipient.optional() });

/** What this installation writes and its verifier reads. */
export const VERSION = 1;
/** What the list of every version says first. */
export const manifestVersion = z.object({ format: z.literal('lienthong-evidence'), version: z.int() });

/** What a package holds and what it is about. Every other part stands here with its hash. */
export const evidenceManifest = manifestVersion.extend({
  version: z.literal(VERSION),
  madeAt: z.iso.datetime(),
  /** Whose record it is taken from: the sender's, or a receiver's. */
  side: z.enum(['sender', 'receiver']),
  agency: z.object({ agencyId: z.uuid(), name: z.string(), code: z.string().nullable() }),
  envelopeId: z.uuid(),
  /** SHA-256 of the envelope's text: what the receipts name. */
  contentHash: sha256,
  document: envelopeDocument.pick({ code: true, number: true, notation: true, issuedOn: true, typeName: true, summary: true, senderName: true }),
  /** The one recipient that a package of the sender is about; null when it is about all. Absent in packages of before there was the field. */
  recipientAgencyId: z.uuid().nullable().optional(),
  files: z.array(z.object({ part: z.string(), sha256, name: z.string(), report: z.string().nullable() })),
  receipts: z.array(answerOf.extend({ part: z.string() })),
  /** Answers of systems that sign none: the record tells of them, and nothing more can be shown. */
  unsigned: z.array(answerOf).default([]),
  parts: z.array(z.object({ name: z.string(), sha256, sizeBytes: z.number().int().nonnegative() })),
});
export type EvidenceManifest = z.output<typeof evidenceManifest>;

/** The entries of the record that tell of the envelope, each with its way to one signed tree. */
export const evidenceLog = z.object({
  treeHead: treeHeadSchema,
  entries: z.array(inclusionProofSchema.omit({ treeHead: true })),
  /** Earlier time-stamped trees of the same record, each with the proof that the tree above only added to it: by when the entries were there. */
  stamped: z.array(z.object({ head: treeHeadSchema, path: z.array(z.string()) })).default([]),
});
export type EvidenceLog = z.output<typeof evidenceLog>;

export const receiptKeySet = z.object({ keys: z.array(z.record(z.string(), z.unknown())) });

/** Data of the event that somebody took a package. */
export const evidenceTaken = z.object({ envelopeId: z.uuid(), side: z.enum(['sender', 'receiver']) });
