import type { KeyObject } from 'node:crypto';
import type { CmsHash, CmsScheme } from '../domain/cms/sign.ts';
import type { KeyKind } from '../domain/pki/authority.ts';

/** How to have something signed by whoever holds a private key: a key file, a token, an HSM, a remote service. One driver a kind and place. */
export type SigningDriver = {
  /** What `credential.driver` says: `pkcs12`, or the name that the installation gave to a token or a service. */
  name: string;
  /** True when a wrong secret is found out here and has to be counted here; tokens and services count by themselves. */
  checksSecretHere: boolean;
  /** True when the answer may come later from elsewhere: the request is then kept before it is sent, and reconciled whatever dies. */
  confirmsElsewhere: boolean;
  /** What the person types here when signing; left out, a secret unless the answer comes from elsewhere. */
  secretToSign?: 'required' | 'optional' | 'none';
  /** How screens speak of it: for what SIGNING_SERVICES names, where a person can connect a key from the own account. */
  about?: KeyService;
  /** How many items one request with this credential may carry; without it, as many as there are. @throws SigningDriverError as `sign`. */
  mostItems?: (credential: HeldCredential) => Promise<number>;
  /** What the person types here for this credential now, where the holder of the key says it itself. @throws SigningDriverError as `sign`. */
  asksFor?: (credential: HeldCredential) => Promise<AskedFor>;
  /** Present where each person has to let us in, in the browser, before we may ask for anything in their name (OAuth 2.0). */
  consent?: ServiceConsent;
  /** Present where the holder may want the person's consent on a page of its own for every signature (OAuth 2.0, scope `credential`). */
  release?: SignatureRelease;
  /** Has the holder send the person a one-time code for this credential. @throws SigningDriverError as `sign`; `retryAfterSeconds` when it was asked too often */
  sendCode?: (credential: HeldCredential) => Promise<CodeSending>;
  /** The certificates that an account has with this driver. @throws SigningDriverError as `sign`. */
  listCertificates(account: KeyAccount): Promise<DriverCertificate[]>;
  /**
   * First phase: signs all items at once, or says under which reference the answer will come. Repeated with the same
   * `transactionId` it is the same request: a driver whose service knows our id asks for that transaction instead of a second one.
   * @throws SigningDriverError; `isUncertain` when nobody knows whether the request arrived.
   */
  sign(request: SignRequest): Promise<SignOutcome>;
  /** Second phase, for what was pending. A late answer is still an answer. @throws SigningDriverError. */
  poll(pending: PendingRequest): Promise<SignOutcome>;
  /** Present where the installation itself opens the device, so that its built-in authority may keep keys there. */
  ownKeys?: OwnKeys;
  /** Lets go of the device, where there is one: its module's threads keep a process from ending by itself. It is opened again when it is needed. */
  close?(): Promise<void>;
};

/** Keys of the installation in a device, made there and never to leave it. Each throws SigningDriverError as `sign`. */
export type OwnKeys = {
  /** Makes a key pair; `keyId` is the name under which the device finds it again, `label` what its own tools show. */
  generate(kind: KeyKind, label: string): Promise<{ keyId: string; publicKey: KeyObject }>;
  sign(key: { keyId: string; publicKey: KeyObject }, what: { hash: CmsHash; data: Buffer }): Promise<Buffer>;
  /** Those of these keys that the device does not have. */
  missing(keyIds: readonly string[]): Promise<string[]>;
};

/** A token, an HSM or a remote service of the installation, for whoever connects a key that it holds. */
export type KeyService = {
  kind: 'pkcs11' | 'csc' | 'smartca' | 'mysign';
  /** As people call it, where the installation has a name of its own for it. */
  label: string | null;
  /** Whether it has to know whose certificates are meant. */
  account: 'required' | 'optional' | 'none';
  /** Whether each person has to consent with it in the browser first. */
  consent: boolean;
};

/** Whose keys are meant: the user's name with a remote service, or the key file itself. */
export type KeyAccount = { user?: string; container?: Buffer; secret?: string; access?: PersonalAccess };

export type ServiceConsent = {
  /** Where the browser has to go; `verifier` and `state` stay here until it is back. */
  begin(): { url: string; verifier: string; state: string };
  /** What the code that the browser brought back is worth. @throws SigningDriverError as `sign` */
  finish(answer: { code: string; verifier: string }): Promise<PersonalTokens>;
};

/** How a person releases a key for certain hashes on the page of its holder. */
export type SignatureRelease = {
  /**
   * Where the browser has to go; `verifier` and `state` stay here until it is back. What is released is bound to these hashes.
   * @throws SigningDriverError as `sign`; `releaseUnwanted` where the holder releases the key otherwise now
   */
  begin(credential: HeldCredential, asked: { hash: CmsHash; hashes: readonly Buffer[]; /** As in a request. */ followedBy: number; description: string }): Promise<{ url: string; verifier: string; state: string }>;
  /** The secret that releases the key, for so long. @throws SigningDriverError as `sign`; `releaseSpent` when the code is not taken */
  finish(answer: { code: string; verifier: string }): Promise<{ secret: string; lastsMs: number }>;
  /** Whether what was released in this process also does for the next signature of the same act. */
  covers(credential: HeldCredential, secret: string): boolean;
};

export type PersonalTokens = { accessToken: string; /** Null where the service gives none, so that the consent ends with the token. */ refreshToken: string | null };

/** A person's tokens, and how they are exchanged for new ones: once for everybody who works with them at that moment. */
export type PersonalAccess = { tokens: PersonalTokens; renew(ask: (tokens: PersonalTokens) => Promise<PersonalTokens>): Promise<PersonalTokens> };

/**
 * What the holder of a key wants typed. `pin`: undefined where it leaves the choice to the person. `code`, a one-time code beside it:
 * `online` when the holder sends it on request, `offline` when a device or program of the person's shows it.
 */
export type AskedFor = { pin: boolean | undefined; code: 'no' | 'online' | 'offline'; /** True where each single signature wants its own consent on a page of the holder. */ isReleasedOnPage?: boolean };

export type CodeSending = {
  /** False where the holder sends none, because it wants none or the person's own device shows it. */
  isSent: boolean;
  /** A question of the holder that the code answers. */
  challenge?: string;
  asked: AskedFor;
};

export type DriverCertificate = {
  /** DER. */
  certificate: Buffer;
  chain: readonly Buffer[];
  /** What the credential has to keep in its `container` so that the driver finds the key again; null when the certificate is enough. */
  container: Buffer | null;
  /** False when the holder of the key says that it cannot be used: disabled, suspended, revoked. */
  isUsable: boolean;
  /** Left out where the holder does not say it. */
  asked?: AskedFor;
};

export type HeldCredential = { credentialId: string; certificate: Buffer; chain: readonly Buffer[]; container: Buffer | null; /** By which its person lets us into the service. */ access?: PersonalAccess };

export type SignRequest = {
  credential: HeldCredential;
  /** What the holder of the key typed, such as a PIN, or what their consent on the page of a service brought. */
  secret: string | undefined;
  /** A one-time code beside the PIN, where the service wants one. */
  otp?: string | undefined;
  hash: CmsHash;
  /** Default by the kind of key: rsa-pkcs1 or ecdsa. */
  scheme?: CmsScheme;
  /** One per file: the DER of the signed attributes (whoever signs ready-made hashes hashes them), and their hash. */
  items: readonly { attributes: Buffer; digest: Buffer }[];
  /** How many signatures of the same act come after these, each over the one before: one code has to do for all of them. */
  followedBy?: number;
  /** What the person sees on the device. */
  description: string;
  /** A UUID of ours, kept before anything is sent. */
  transactionId: string;
  /** True when the same request may have been sent before. */
  isRepeat?: boolean;
};

/** What was asked, and what the holder called it. */
export type PendingRequest = Omit<SignRequest, 'secret' | 'otp'> & { reference: string };

export type SignOutcome =
  | { state: 'signed'; /** PKCS#1, PSS or DER ECDSA values, in the order of the items. */ signatures: Buffer[] }
  | { state: 'pending'; reference: string; pollAfterMs: number };

export type DriverProblem =
  | 'wrongSecret'
  | 'secretMissing'
  | 'secretLocked'
  | 'secretExpired'
  /** Of the one-time code: not typed, wrong, no longer good, or good for what was signed before. */
  | 'codeMissing'
  | 'wrongCode'
  | 'codeExpired'
  | 'codeUsed'
  /** The key is not there: another token, another account, removed. */
  | 'keyMissing'
  | 'deviceMissing'
  /** The device went away while it was working. */
  | 'deviceRemoved'
  | 'refused'
  | 'timedOut'
  /** The holder of the key says that the certificate is expired, suspended or revoked. */
  | 'certificateRejected'
  /** The service does not accept the installation's own account with it. */
  | 'accountRefused'
  /** The person has not let us into the service, or no longer does. */
  | 'consentMissing'
  /** Of the consent that each signature wants on the holder's page: not given yet, not possible here, not wanted any more, or no longer good. */
  | 'releaseMissing'
  | 'releaseImpossible'
  | 'releaseUnwanted'
  | 'releaseSpent'
  /** The signatures that were paid for are used up. */
  | 'quotaUsedUp'
  /** The holder says that it could not sign this; asking after it again is of no use. */
  | 'failed'
  | 'unavailable';

export class SigningDriverError extends Error {
  override readonly name = 'SigningDriverError';
  readonly problem: DriverProblem;
  /** Nobody knows whether the request arrived, so that it has to be asked after. */
  readonly isUncertain: boolean;
  /** After a wrong PIN: one more locks the device. */
  readonly isLastTry: boolean;
  /** The holder was asked too often and names the pause. */
  readonly retryAfterSeconds: number | undefined;
  constructor(problem: DriverProblem, options: ErrorOptions & { detail?: string; isUncertain?: boolean; isLastTry?: boolean; retryAfterSeconds?: number } = {}) {
    const { detail, isUncertain = false, isLastTry = false, retryAfterSeconds, ...cause } = options;
    super(detail === undefined ? problem : `${problem}: ${detail}`, cause);
    this.problem = problem;
    this.isUncertain = isUncertain;
    this.isLastTry = isLastTry;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}
