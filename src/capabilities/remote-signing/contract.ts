import { z } from 'zod';

const line = z.string().trim().min(1).max(200);
/** What a browser's WebAuthn call answers; checked by the library that understands it. */
const browserAnswer = z.record(z.string(), z.unknown());
const browserOptions = z.record(z.string(), z.unknown());

const askedDocument = z.object({ name: z.string().nullable(), /** Hexadecimal. */ hash: z.string() });
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
export const authorizationList = z.object({ waiting: z.array(askedAuthorization), decided: z.array(askedAuthorization), mostDocuments: z.int() });
export type AuthorizationList = z.infer<typeof authorizationList>;
export const refuseBody = z.object({ reason: z.string().trim().max(300).default('') });

export const beginApprovalBody = z.object({ ids: z.array(z.uuid()).min(1).max(50) });
export const beginApprovalReply = z.object({ approvalId: z.uuid(), options: browserOptions });
export const approveBody = z.object({ response: browserAnswer, pin: z.string().min(1).max(200) });
export const approveReply = z.object({ signed: z.int() });

const remoteCredential = z.object({
  id: z.uuid(),
  label: z.string(),
  serial: z.string(),
  validTo: z.string(),
  isEnrolled: z.boolean(),
  passkeys: z.array(z.object({ id: z.string(), name: z.string() })),
});
export const remoteCredentialList = z.object({ credentials: z.array(remoteCredential) });
export type RemoteCredentialList = z.infer<typeof remoteCredentialList>;
export const beginEnrolmentBody = z.object({ password: z.string().min(1).max(1000) });
export const beginEnrolmentReply = z.object({ step: z.uuid(), options: browserOptions });
export const finishEnrolmentBody = z.object({ step: z.uuid(), pin: z.string().min(1).max(200), name: z.string().trim().min(1).max(80), response: browserAnswer });

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
/** Where the browser has to go. */
export const consentAnswer = z.object({ location: z.string() });
