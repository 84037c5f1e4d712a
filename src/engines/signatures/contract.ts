import { z } from 'zod';

/**
 * A rectangle on a page as people see it: page from 1, `x` and `y` of the upper left corner from the upper left corner of
 * the displayed page, all in points (1/72 inch).
 */
export const placement = z.object({
  page: z.int().min(1).max(10_000),
  x: z.number().min(0).max(20_000),
  y: z.number().min(0).max(20_000),
  width: z.number().min(5).max(2000),
  height: z.number().min(5).max(2000),
});
export type Placement = z.infer<typeof placement>;

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const shortLine = z.string().trim().min(1).max(200);

/** A text that the agency's signature writes into a blank of the letter's head: number, day, month. */
export const writtenText = z.object({
  page: z.int().min(1).max(10_000),
  text: z.string().min(1).max(60),
  /** Left end of the blank and its base line from the upper left corner of the page, in points. */
  x: z.number().min(0).max(20_000),
  baseline: z.number().min(0).max(20_000),
  width: z.number().min(0).max(2000),
  fontSize: z.number().min(4).max(40),
  style: z.enum(['regular', 'italic']).default('regular'),
});
export type WrittenText = z.infer<typeof writtenText>;

/** What a signature looks like, by the kinds of 30/2020/NĐ-CP Appendix I. */
export const appearance = z.discriminatedUnion('kind', [
  /** A person with authority: the blue image of the handwritten signature, no text (App. I.II.7.d). */
  z.object({ kind: z.literal('person'), place: placement }),
  /** The agency on the main document: the red seal in real size over a third of the person's signature, and number and date (App. I.II.8). */
  z.object({
    kind: z.literal('seal'),
    signaturePlace: placement,
    texts: z.array(writtenText).max(10),
    /** Shown as a QR code on page 1: the address of the document's public page. */
    link: z.url().max(200).optional(),
  }),
  /** The agency on an attachment in a file of its own: text at the top right of page 1, no image (App. I.III.1.d). */
  z.object({ kind: z.literal('attachment'), numberAndNotation: shortLine }),
  /** The agency on an electronic copy: kind of copy and agency at the top right of page 1, no image (App. I, Part II). */
  z.object({ kind: z.literal('copy'), copyKind: z.enum(['SAO Y', 'SAO LỤC', 'TRÍCH SAO']), agencyName: shortLine }),
  /** The receiving agency on an electronic document that came in: that it came, its arrival number and day, at the top left of page 1, no image. */
  z.object({ kind: z.literal('arrival'), agencyName: shortLine, arrivalNumber: z.int().min(1), arrivedOn: z.iso.date() }),
  /** Initials of who answers for the content ("ký nháy"): small, behind its last line unless a place was chosen, or nothing to see at all. */
  z.object({
    kind: z.literal('initials'),
    look: z.enum(['image', 'text', 'none']),
    /** The letters of the name, which also stand in for a picture that the certificate does not have. */
    letters: z.string().trim().min(1).max(12),
    place: placement.nullable(),
  }),
  /** A signature that shows nothing on the page. */
  z.object({ kind: z.literal('invisible') }),
]);
export type Appearance = z.infer<typeof appearance>;

/** The kinds of tokens, HSMs and remote services that an installation can name. */
const serviceKinds = ['pkcs11', 'csc', 'smartca', 'mysign'] as const;

export const credentialSummary = z.object({
  id: z.uuid(),
  kind: z.enum(['person', 'agency']),
  personId: z.uuid().nullable(),
  label: z.string(),
  subject: z.string(),
  issuer: z.string(),
  serial: z.string(),
  isBuiltIn: z.boolean(),
  validFrom: z.string(),
  validTo: z.string(),
  state: z.enum(['active', 'revoked', 'expired', 'notYetValid', 'locked']),
  hasImage: z.boolean(),
  imageWidthMm: z.number().nullable(),
  /** What is typed here when signing: the PIN of a key file or token; optional where only the service knows whether it wants one. */
  needsPin: z.boolean(),
  mayTypePin: z.boolean(),
  /** A one-time code beside it: `online` when the service sends it on request, `offline` when a device or program of the person's shows it. */
  needsOtp: z.enum(['no', 'online', 'offline']),
  /** Whether its service wants the person's consent on its own page for every signature. */
  isReleasedOnPage: z.boolean(),
  /** Whether its person lets this system into the service, and may have to do so again. */
  consents: z.boolean(),
  /** Where the key is: a file kept here, a token or HSM at the server, a remote service, or a token at the person's own computer. */
  place: z.enum(['file', 'device', 'remote', 'computer']),
  /** Which token, HSM or service, as SIGNING_SERVICES names it. */
  service: z.object({ name: z.string(), kind: z.enum(serviceKinds), label: z.string().nullable() }).nullable(),
  warnings: z.array(z.enum(['endsToday', 'endsSoon', 'notPublicAuthority', 'revocationNotChecked'])),
});
export type CredentialSummary = z.infer<typeof credentialSummary>;

const pin = z.string().min(6, 'Mã PIN cần ít nhất 6 ký tự.|A PIN needs at least 6 characters.').max(64);

export const importCredentialBody = z.object({
  /** The PKCS#12 file in base64; at most 700 kB. */
  container: z.base64().max(700_000),
  pin: z.string().min(1).max(64),
  kind: z.enum(['person', 'agency']),
});
/** Where a key is that stays there: the name of a configured service, one's name with it, and what it wants to show its list. */
export const connectableBody = z.object({ driver: z.string().regex(/^[a-z][a-z0-9-]*$/), user: z.string().trim().min(1).max(100).optional(), secret: z.string().min(1).max(200).optional(), /** Where the service wants one: what `consents/finish` gave. */ consentId: z.uuid().optional() });
export const connectBody = connectableBody.extend({ kind: z.enum(['person', 'agency']), fingerprint: z.string().regex(/^[0-9a-f]{64}$/) });
export const connectableReply = z.object({
  certificates: z.array(z.object({ fingerprint: z.string(), holder: z.string(), issuer: z.string(), serial: z.string(), validFrom: z.string(), validTo: z.string(), isUsable: z.boolean() })),
});
export const signingServices = z.object({
  services: z.array(
    z.object({
      name: z.string(),
      kind: z.enum(serviceKinds),
      label: z.string().nullable(),
      /** Whether it has to know whose certificates are meant. */
      account: z.enum(['required', 'optional', 'none']),
      /** Whether one has to consent on its page first. */
      consent: z.boolean(),
    }),
  ),
  /** Programs on people's own computers that this installation can use, with what they want to be told. */
  agents: z.array(z.discriminatedUnion('id', [z.object({ id: z.literal('vgca') }), z.object({ id: z.literal('vnpt'), license: z.string() })])),
});
export type SigningServiceList = z.infer<typeof signingServices>;

/** How far one's own signing is, while somebody waits for a phone, a token or a program. */
export const ownSigning = z.object({
  id: z.uuid(),
  credentialId: z.uuid(),
  state: z.enum(['prepared', 'signing', 'pending', 'completed', 'failed', 'expired']),
  openedAt: z.string(),
  /** What waits for the person's consent on the page of the service; null where it waits otherwise. */
  releaseId: z.uuid().nullable(),
  /** Until then the screen waits; a later confirmation still signs. */
  expiresAt: z.string(),
  /** Why it ended without a signature, and what to do. */
  problem: z.object({ code: z.string(), message: z.string(), fix: z.string().optional() }).nullable(),
});
export type OwnSigning = z.infer<typeof ownSigning>;
export const ownSigningQuery = z.object({ subjectType: z.string().min(1).max(100), subjectId: z.uuid() });
export const issueCredentialBody = z.object({ kind: z.enum(['person', 'agency']), pin });
export const changePinBody = z.object({ pin: z.string().min(1).max(64), newPin: pin });
export const revokeBody = z.object({
  reason: z.enum(['unspecified', 'keyCompromise', 'affiliationChanged', 'superseded', 'cessationOfOperation', 'privilegeWithdrawn']),
});
export const consentBody = z.object({ kind: z.enum(['person', 'agency']), /** The key whose consent has ended; left out to connect one. */ credentialId: z.uuid().optional() });
/** What the service put into the address under which the browser came back (RFC 6749 section 4.1.2). */
export const finishConsentBody = z.object({ state: z.string().min(1).max(200), code: z.string().min(1).max(4000).optional(), /** Why there is no code (section 4.1.2.1). */ error: z.string().max(200).optional() });
const problem = z.object({ code: z.string(), message: z.string(), fix: z.string().optional() });
export const finishConsentReply = z.object({
  driver: z.string(),
  kind: z.enum(['person', 'agency']),
  consentId: z.uuid().nullable(),
  /** What became of the signatures that the person was asked to consent to; null where the consent was for the service as a whole. */
  release: z.object({
      /** Where the person came from. */
      returnPath: z.string(),
      signed: z.int(),
      /** Its signature was made and is being put in, or the service makes it later. */
      pending: z.int(),
      /** Why the others are not signed. */
      problem: problem.nullable(),
    })
    .nullable(),
});
export type FinishedConsentReply = z.infer<typeof finishConsentReply>;
/** What waits for the person's consent on the page of a service: one batch, one consent. */
const waitingRelease = z.object({ id: z.uuid(), credentialId: z.uuid(), service: z.object({ name: z.string(), label: z.string().nullable() }), count: z.int(), description: z.string(), askedAt: z.string(), expiresAt: z.string() });
export type WaitingRelease = z.infer<typeof waitingRelease>;
export const releaseList = z.object({ releases: z.array(waitingRelease) });
/** Where in the workplace the browser goes on afterwards. */
export const releaseBody = z.object({ returnPath: z.string().regex(/^\/[a-z][\w/-]{0,199}$/) });
export const sentCodeReply = z.object({
  /** How long until the next one may be asked for. */
  againAfterSeconds: z.int(),
  /** A question of the service that the code answers. */
  challenge: z.string().nullable(),
});
export type SentCodeReply = z.infer<typeof sentCodeReply>;
export const imageBody = z.object({
  /** PNG, 8 bit, transparent, in base64; at most 500 kB. */
  png: z.base64().max(700_000),
  /** The image's real width on paper. */
  widthMm: z.number().min(5).max(80),
  validFrom: z.iso.date(),
  validTo: z.iso.date().nullable(),
});

export const trustAnchorBody = z.object({
  /** PEM, or DER in base64. */
  certificate: z.string().min(100).max(20_000),
  legalBasis: z.string().trim().min(5).max(300),
  validFrom: z.iso.date(),
  validTo: z.iso.date().nullable(),
});
export const trustAnchorSummary = z.object({
  fingerprint: z.string(),
  name: z.string(),
  legalBasis: z.string(),
  validFrom: z.string(),
  validTo: z.string().nullable(),
  source: z.enum(['builtIn', 'folder', 'table']),
});
export type TrustAnchorSummary = z.infer<typeof trustAnchorSummary>;

export const placementQuery = z.object({ fileId: z.uuid(), signerName: z.string().max(120).default(''), kind: z.enum(['person', 'seal']) });
export const sha256Params = z.object({ sha256 });

export * from './lasting-copies/contract.ts';
export * from './hand-over/contract.ts';
export * from './trust-store/contract.ts';
