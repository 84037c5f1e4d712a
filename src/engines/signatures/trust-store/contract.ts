import { z } from 'zod';

const wording = z.object({ vi: z.string(), en: z.string() });
const fingerprint = z.string().regex(/^[0-9a-f]{64}$/);

/** Where a trusted certificate comes from: our own authority of today or of before, what a person added, a file of TRUST_ANCHORS, a trusted list there. */
const trustSources = ['builtIn', 'formerBuiltIn', 'table', 'folder', 'list'] as const;
export type TrustSource = (typeof trustSources)[number];
const trustStates = ['inForce', 'ahead', 'ended'] as const;
export type TrustState = (typeof trustStates)[number];

/** A trusted certificate for one period. */
export const trustRow = z.object({
  id: z.string(),
  fingerprint,
  name: z.string(),
  subject: z.string(),
  issuer: z.string(),
  serial: z.string(),
  /** The life of the certificate itself. */
  certificateFrom: z.string(),
  certificateTo: z.string(),
  source: z.enum(trustSources),
  /** The file of TRUST_ANCHORS, and for a trusted list whose it is. */
  file: z.string().nullable(),
  legalBasis: z.string().nullable(),
  /** When the trust begins and ends; null where nothing bounds it. */
  trustedFrom: z.string().nullable(),
  trustedTo: z.string().nullable(),
  state: z.enum(trustStates),
  endReason: z.string().nullable(),
  addedAt: z.string().nullable(),
  /** Where else the same certificate is trusted now: ending it here does not end that. */
  alsoFrom: z.array(z.enum(trustSources)),
  abilities: z.array(z.enum(['end'])),
});
export type TrustRow = z.infer<typeof trustRow>;
export const trustPage = z.object({ rows: z.array(trustRow), next: z.string().nullable() });
export const trustQuery = z.object({ state: z.enum(trustStates).optional(), source: z.enum(trustSources).optional(), text: z.string().trim().max(200).optional(), after: z.string().max(100).optional() });
export const trustParams = z.object({ id: z.string().regex(/^[0-9a-f]{32}$/) });

const content = z.base64().max(700_000);
/** One certificate (DER) or a PEM bundle, in base64. */
export const trustFileBody = z.object({ content });
/** What a file would make trusted, for a person to compare before. */
export const trustFileReply = z.object({
  certificates: z.array(
    z.object({ fingerprint, name: z.string(), subject: z.string(), issuer: z.string(), validFrom: z.string(), validTo: z.string(), isRoot: z.boolean(), isTrusted: z.boolean() }),
  ),
});
export type TrustFileReply = z.infer<typeof trustFileReply>;
export const addTrustBody = z.object({ content, legalBasis: z.string().trim().min(5).max(300), validFrom: z.iso.date(), validTo: z.iso.date().nullable() });
export const addTrustReply = z.object({ added: z.array(z.string()), known: z.array(z.string()) });
export const endTrustParams = z.object({ fingerprint });
export const endTrustBody = z.object({ endsOn: z.iso.date(), reason: z.string().trim().min(5).max(500) });

/** A trusted list of TRUST_ANCHORS; of one that is not used, and of any other file that cannot be read, only the name and the reason are known. */
const loadedList = z.object({
  file: z.string(),
  operator: z.string().nullable(),
  territory: z.string().nullable(),
  sequenceNumber: z.number().nullable(),
  issuedAt: z.string().nullable(),
  nextUpdate: z.string().nullable(),
  anchors: z.int().nullable(),
  /** `byHand`: not signed, and named so by whoever put it there. */
  signature: z.enum(['valid', 'byHand', 'notUsed']),
  problem: wording.nullable(),
  /** Of a list that is not used only because a newer issue was read before: which issue it is, and which was read. */
  older: z.object({ operator: z.string(), territory: z.string(), sequenceNumber: z.number(), issuedAt: z.string(), newest: z.object({ sequenceNumber: z.number(), issuedAt: z.string() }) }).nullable(),
  abilities: z.array(z.enum(['use-older'])),
});
export type LoadedList = z.infer<typeof loadedList>;
export const loadedLists = z.object({
  isConfigured: z.boolean(),
  readAt: z.string().nullable(),
  /** The folder, or the revocation list, that cannot be read: until it is mended or taken away no signature can be judged. */
  unreadable: z.string().nullable(),
  lists: z.array(loadedList),
});
/** The older issue that was looked at, and why it is to count all the same. */
export const useOlderBody = z.object({
  file: z.string().max(255),
  sequenceNumber: z.int().min(0),
  issuedAt: z.iso.datetime({ offset: true }),
  reason: z.string().trim().min(5, 'Nêu lý do dùng lại danh sách cũ hơn.|Say why the older list is to be used.').max(500),
});
export type LoadedLists = z.infer<typeof loadedLists>;
