import { z } from 'zod';

const hash = z.string().meta({ description: '32 bytes in base64' });

export const treeHeadSchema = z.object({
  origin: z.string(),
  size: z.number().int().positive(),
  root: hash,
  at: z.iso.datetime(),
  keyId: z.string(),
  publicKey: hash,
  signature: z.string().meta({ description: 'Ed25519 over the text of the checkpoint, base64' }),
  checkpoint: z.string().meta({ description: 'the signed note as text (C2SP tlog-checkpoint)' }),
  timestampToken: z.string().nullable().meta({ description: 'RFC 3161 token over the text of the checkpoint, base64' }),
});

export const inclusionProofSchema = z.object({
  entry: z.object({
    id: z.uuid(),
    agencyId: z.uuid(),
    at: z.iso.datetime(),
    type: z.string(),
    actor: z.record(z.string(), z.unknown()),
    subject: z.object({ type: z.string(), id: z.string() }),
    data: z.record(z.string(), z.unknown()),
    requestId: z.string(),
  }),
  leafHash: hash,
  leafIndex: z.number().int().nonnegative(),
  path: z.array(hash),
  treeHead: treeHeadSchema,
});

export const consistencyProofSchema = z.object({ first: treeHeadSchema, second: treeHeadSchema, path: z.array(hash) });

export type TreeHeadReply = z.infer<typeof treeHeadSchema>;
export type InclusionProofReply = z.infer<typeof inclusionProofSchema>;
export type ConsistencyProofReply = z.infer<typeof consistencyProofSchema>;

/** One line of a timeline, as every capability shows it. */
export const timelineEntry = z.object({
  id: z.uuid(),
  type: z.string(),
  at: z.iso.datetime(),
  /** What happened, in the reader's language. */
  text: z.string(),
  actorName: z.string().nullable(),
  actorTitle: z.string().nullable(),
  onBehalfOf: z.string().nullable(),
  evidence: z.object({
    leafHash: z.string(),
    /** Size of the first signed tree that holds the entry; null until it is sealed. */
    sealedInTree: z.int().nullable(),
    /** The file that the event is about, where its data names one. */
    sha256: z.string().nullable(),
  }),
});

export const timelineReply = z.object({
  entries: z.array(timelineEntry),
  /** The cursor of the next page; null at the end. */
  next: z.object({ at: z.iso.datetime(), entryId: z.uuid() }).nullable(),
});

export type TimelineEntry = z.infer<typeof timelineEntry>;
export type TimelineReply = z.infer<typeof timelineReply>;
