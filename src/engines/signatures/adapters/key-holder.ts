import type { CmsHash } from '../domain/cms/sign.ts';

/** Whoever holds a private key and signs with it: a key file here, later tokens, HSMs and remote services. */
export type KeyHolder = {
  name: string;
  /** True when a wrong secret is found out here and has to be counted here; remote holders count by themselves. */
  checksSecretHere: boolean;
  /** The certificates that this holder can sign with for the credential, best first. */
  listCertificates(credential: HeldCredential): Promise<HolderCertificate[]>;
  /**
   * First phase. Signs at once, or says under which reference the answer will come.
   * @throws KeyHolderError `wrongSecret` · `refused` · `unavailable`.
   */
  sign(request: SignRequest): Promise<SignOutcome>;
  /** Second phase, for what was pending. A late answer is still an answer. @throws KeyHolderError as `sign`. */
  poll(reference: string): Promise<SignOutcome>;
};

export type HeldCredential = { credentialId: string; certificate: Buffer; chain: readonly Buffer[]; container: Buffer | null };

export type HolderCertificate = { certificate: Buffer; chain: readonly Buffer[] };

export type SignRequest = {
  credential: HeldCredential;
  /** What the holder of the key typed, such as a PIN. */
  secret: string | undefined;
  hash: CmsHash;
  /** One per file: the DER of the signed attributes (whoever signs ready-made hashes hashes them), and their hash. */
  items: readonly { attributes: Buffer; digest: Buffer }[];
  /** What the person sees on the device. */
  description: string;
};

export type SignOutcome =
  | { state: 'signed'; /** PKCS#1, PSS or DER ECDSA values, in the order of the items. */ signatures: Buffer[] }
  | { state: 'pending'; reference: string; pollAfterMs: number };

export class KeyHolderError extends Error {
  override readonly name = 'KeyHolderError';
  readonly problem: 'wrongSecret' | 'secretMissing' | 'refused' | 'unavailable';
  constructor(problem: KeyHolderError['problem'], options?: ErrorOptions) {
    super(problem, options);
    this.problem = problem;
  }
}
