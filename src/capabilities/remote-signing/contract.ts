import { z } from 'zod';

const line = z.string().trim().min(1).max(200);
/** What a browser's WebAuthn call answers; checked by the library that understands it. */
const browserAnswer = z.record(z.string(), z.unknown());
const browserOptions = z.record(z.string(), z.unknown());

const askedDocument = z.object({ name: z.string().nullable(), /** Where it is read, when it is a document of this workplace. */ link: z.string().nullable(), /** Hexadecimal. */ hash: z.string() });
const askedAuthorization = z.object({
  id: z.uuid(),
  credentialId: z.uuid(),
  credentialLabel: z.string(),
  clientName: z.string(),
  description: z.string().nullable(),
  hashAlgorithm: z.enum(['sha256', 'sha384', 'sha512']),
  state: z.enum(['waiting', 'approved', 'refused', 'expired']),
  askedAt: z.string(),
  expiresAt: z.string(),
  decidedAt: z.string().nullable(),
  documents: z.array(askedDocument),
});
export type AskedAuthorization = z.infer<typeof askedAuthorization>;
/**
 * What the owner gives to release a key: nothing but the passkey, or also the PIN, unless the device of one of its passkeys remembers it.
 * `mayRememberPin`: the owner turned that off on none of them.
 */
const askedKey = z.object({ credentialId: z.uuid(), needsPin: z.boolean(), remembersPin: z.boolean(), mayRememberPin: z.boolean() });
export type AskedKey = z.infer<typeof askedKey>;
export const authorizationList = z.object({ waiting: z.array(askedAuthorization), decided: z.array(askedAuthorization), keys: z.array(askedKey), mostDocuments: z.int() });
export type AuthorizationList = z.infer<typeof authorizationList>;
export const refuseBody = z.object({ reason: z.string().trim().max(300).default('') });

const typedPin = z.string().min(1).max(200);
/** The PIN as a device locked it (`src/ui/device/locked-secret.ts`), base64url. */
const lockedPin = z.string().regex(/^[\w-]{210,892}$/);
/** For what a device locks the PIN, and what it locked before, by passkey; null where there is no PIN to type. */
const pinMemory = z.object({ purpose: z.string(), subject: z.string(), locked: z.record(z.string(), lockedPin) }).nullable();
export type PinMemory = z.infer<typeof pinMemory>;

export const beginApprovalBody = z.object({ ids: z.array(z.uuid()).min(1).max(50) });
export const beginApprovalReply = z.object({ approvalId: z.uuid(), options: browserOptions, memory: pinMemory });
/** `isRemembered`: the device had kept the PIN; when it is wrong it is forgotten, and not tried again. */
export const approveBody = z.object({ response: browserAnswer, pin: typedPin.optional(), isRemembered: z.boolean().default(false) });
export const approveReply = z.object({ signed: z.int() });
export const rememberPinBody = z.object({ lockedPin });
export const passkeyParams = z.object({ id: z.uuid(), passkeyId: z.string().regex(/^[\w-]{1,1400}$/) });

const remoteCredential = z.object({
  id: z.uuid(),
  label: z.string(),
  serial: z.string(),
  validTo: z.string(),
  isEnrolled: z.boolean(),
  needsPin: z.boolean(),
  passkeys: z.array(z.object({ id: z.string(), name: z.string(), remembersPin: z.boolean() })),
});
export const remoteCredentialList = z.object({ credentials: z.array(remoteCredential) });
export type RemoteCredentialList = z.infer<typeof remoteCredentialList>;
/** `mayRememberPin`: the owner wants one touch from then on, where the device can do it. */
export const beginEnrolmentBody = z.object({ password: z.string().min(1).max(1000), mayRememberPin: z.boolean().default(false) });
export const beginEnrolmentReply = z.object({ step: z.uuid(), options: browserOptions, memory: pinMemory });
export const finishEnrolmentBody = z
  .object({ step: z.uuid(), pin: typedPin.optional(), name: z.string().trim().min(1).max(80), response: browserAnswer, mayRememberPin: z.boolean().default(false), lockedPin: lockedPin.optional() })
  .refine((body) => body.lockedPin === undefined || (body.mayRememberPin && body.pin !== undefined), { path: ['lockedPin'], error: 'Chỉ nhớ mã PIN khi chủ khóa cho phép.|A PIN is remembered only when its owner lets it be.' });

/** `service`: sees which certificates there are; `credential`: asks for signatures. */
export const clientScope = z.enum(['service', 'credential']);
export const remoteClient = z.object({ id: z.uuid(), name: z.string(), redirectUris: z.array(z.string()), perMinute: z.int(), scopes: z.array(clientScope), createdAt: z.string(), createdBy: z.string(), disabledAt: z.string().nullable() });
export const remoteClientList = z.object({ clients: z.array(remoteClient) });
export type RemoteClientList = z.infer<typeof remoteClientList>;
export const registerClientBody = z.object({ name: line, redirectUris: z.array(z.url().max(1000)).max(10), perMinute: z.int().min(1).max(6000).default(300), scopes: z.array(clientScope).min(1).max(2).default(['service', 'credential']) });
/** The secret is told here and never again. */
export const clientSecretReply = z.object({ clientId: z.uuid(), clientSecret: z.string() });
export type ClientSecret = z.infer<typeof clientSecretReply>;

export const consentReply = z.object({
  id: z.uuid(),
  clientName: z.string(),
  scope: z.enum(['service', 'credential']),
  returnsTo: z.string(),
  /** For a request to sign: the request that waits for the caller's passkey. */
  authorizationId: z.uuid().nullable(),
});
export type Consent = z.infer<typeof consentReply>;
/** An application that the caller let connect; `lastUsedAt` to the minute. */
const connection = z.object({ clientId: z.uuid(), clientName: z.string(), connectedAt: z.string(), lastUsedAt: z.string().nullable() });
export type Connection = z.infer<typeof connection>;
export const connectionList = z.object({ connections: z.array(connection) });
export type ConnectionList = z.infer<typeof connectionList>;
/** Where the browser has to go. */
export const consentAnswer = z.object({ location: z.string() });
