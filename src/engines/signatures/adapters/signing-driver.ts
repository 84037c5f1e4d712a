import type { CmsHash, CmsScheme } from '../domain/cms/sign.ts';

/** How to have something signed by whoever holds a private key: a key file, a token, an HSM, a remote service. One driver a kind and place. */
export type SigningDriver = {
  /** What `credential.driver` says: `pkcs12`, or the name that the installation gave to a token or a service. */
  name: string;
  /** True when a wrong secret is found out here and has to be counted here; tokens and services count by themselves. */
  checksSecretHere: boolean;
  /** True when the answer may come later from elsewhere: the request is then kept before it is sent, and reconciled whatever dies. */
  confirmsElsewhere: boolean;
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
};

/** Whose keys are meant: the user's name with a remote service, or the key file itself. */
export type KeyAccount = { user?: string; container?: Buffer; secret?: string };

export type DriverCertificate = {
  /** DER. */
  certificate: Buffer;
  chain: readonly Buffer[];
  /** What the credential has to keep in its `container` so that the driver finds the key again; null when the certificate is enough. */
  container: Buffer | null;
  /** False when the holder of the key says that it cannot be used: disabled, suspended, revoked. */
  isUsable: boolean;
};

export type HeldCredential = { credentialId: string; certificate: Buffer; chain: readonly Buffer[]; container: Buffer | null };

export type SignRequest = {
  credential: HeldCredential;
  /** What the holder of the key typed, such as a PIN. */
  secret: string | undefined;
  /** A one-time code beside the PIN, where the service wants one. */
  otp?: string | undefined;
  hash: CmsHash;
  /** Default by the kind of key: rsa-pkcs1 or ecdsa. */
  scheme?: CmsScheme;
  /** One per file: the DER of the signed attributes (whoever signs ready-made hashes hashes them), and their hash. */
  items: readonly { attributes: Buffer; digest: Buffer }[];
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
  constructor(problem: DriverProblem, options: ErrorOptions & { detail?: string; isUncertain?: boolean; isLastTry?: boolean } = {}) {
    const { detail, isUncertain = false, isLastTry = false, ...cause } = options;
    super(detail === undefined ? problem : `${problem}: ${detail}`, cause);
    this.problem = problem;
    this.isUncertain = isUncertain;
    this.isLastTry = isLastTry;
  }
}
