import type { CmsHash, CmsScheme } from '../../domain/cms/sign.ts';
import { digestInfo, ecdsaDer } from '../signature-values.ts';
import { SigningDriverError, type DriverProblem } from '../signing-driver.ts';
import { CryptokiError, type Cryptoki, type Mechanism, type PresentToken, type TokenKeyKind } from './cryptoki.ts';
import { pairTemplates, publicKeyFrom } from './key-templates.ts';

/** Which token is meant; without any of it, whichever holds the certificate. */
export type TokenChoice = { label?: string | undefined; serial?: string | undefined };

export type TokenSignRequest = {
  certificate: Buffer;
  /** CKA_ID of the key, where the token does not hold the certificate itself. */
  keyId: Buffer | undefined;
  pin: string;
  /**
   * True for the installation's own PIN of an HSM: the login stays. Otherwise each request logs in with the PIN that its person
   * typed and logs out, since a login holds for all sessions of the process.
   */
  keepsLogin: boolean;
  scheme: CmsScheme;
  hash: CmsHash;
  digests: readonly Buffer[];
};

export type TokenCertificate = { certificate: Buffer; keyId: Buffer };

/** A key pair to be made with the installation's own PIN. */
export type NewTokenKey = { kind: TokenKeyKind; keyId: Buffer; label: string; pin: string };

/** Sessions with the tokens of one module; used by one thread. */
export type TokenUser = {
  list(choice: TokenChoice): TokenCertificate[];
  sign(choice: TokenChoice, request: TokenSignRequest): Buffer[];
  /** Makes a key pair that never leaves the one token that is meant. @returns the public key (SPKI, DER) */
  generate(choice: TokenChoice, key: NewTokenKey): Buffer;
  /** Those of these keys (CKA_ID) that the token does not have. */
  missing(choice: TokenChoice, wanted: { keyIds: readonly Buffer[]; pin: string }): Buffer[];
  /** Lets go of all sessions. `reset` starts the module anew as well, since some see a token that was plugged in only then; `end` ends it. */
  forget(how: 'sessions' | 'reset' | 'end'): void;
};

/** Signs with what is plugged in. A session stays open between requests. */
export function tokenUser(cryptoki: Cryptoki): TokenUser {
  const sessions = new Map<string, bigint>();
  let isInitialized = false;

  const start = (): void => {
    if (isInitialized) return;
    ignoring(['CKR_CRYPTOKI_ALREADY_INITIALIZED'], () => cryptoki.initialize());
    isInitialized = true;
  };
  const forget = (how: 'sessions' | 'reset' | 'end'): void => {
    for (const session of sessions.values()) ignoringAll(() => cryptoki.closeSession(session));
    sessions.clear();
    isInitialized = false;
    if (how === 'sessions') return;
    ignoringAll(() => cryptoki.finalize());
    if (how === 'reset') start();
  };
  const present = (choice: TokenChoice): PresentToken[] => {
    start();
    const tokens = cryptoki.tokens().filter(({ label, serial }) => (choice.label ?? label) === label && (choice.serial ?? serial) === serial);
    if (tokens.length === 0) throw new SigningDriverError('deviceMissing');
    return tokens;
  };
  const sessionOf = ({ slot, serial }: PresentToken): bigint => {
    const key = `${String(slot)} ${serial}`;
    const open = sessions.get(key) ?? cryptoki.openSession(slot);
    sessions.set(key, open);
    return open;
  };

  const list = (choice: TokenChoice): TokenCertificate[] =>
    eachOf(present(choice), (token) => {
      const session = sessionOf(token);
      return cryptoki.findObjects(session, { class: 'certificate' }).flatMap((object) => {
        const certificate = cryptoki.attribute(session, object, 'value');
        return certificate === undefined || certificate.length === 0 ? [] : [{ certificate, keyId: cryptoki.attribute(session, object, 'id') ?? Buffer.alloc(0) }];
      });
    }).flat();

  const sign = (choice: TokenChoice, request: TokenSignRequest): Buffer[] => {
    const done: Buffer[] = [];
    const rest = (): void => {
      const { token, keyId } = locate(cryptoki, { tokens: present(choice), sessionOf, request });
      const session = sessionOf(token);
      login(cryptoki, { session, token, pin: request.pin, mayStay: request.keepsLogin });
      try {
        const key = cryptoki.findObjects(session, { class: 'private-key', id: keyId })[0];
        if (key === undefined) throw new SigningDriverError('keyMissing');
        const pinEachTime = cryptoki.attribute(session, key, 'alwaysAuthenticate')?.[0] === 1 ? request.pin : undefined;
        for (const digest of request.digests.slice(done.length)) done.push(signOne(cryptoki, { session, key, pinEachTime }, { ...request, digest }));
      } finally {
        if (!request.keepsLogin) ignoringAll(() => cryptoki.logout(session));
      }
    };
    try {
      rest();
    } catch (error) {
      // A session that the token ended by itself is opened anew, and the batch goes on where it was.
      if (!isSessionLoss(error)) throw error;
      forget('sessions');
      rest();
    }
    return done;
  };
  const only = (choice: TokenChoice): PresentToken => {
    const [token, ...others] = present(choice);
    if (token === undefined || others.length > 0) throw new SigningDriverError('deviceMissing', { detail: 'several tokens fit: name one by tokenLabel or tokenSerial' });
    return token;
  };
  const generate = (choice: TokenChoice, { kind, keyId, label, pin }: NewTokenKey): Buffer => {
    const token = only(choice);
    const session = cryptoki.openSession(token.slot, 'write');
    try {
      login(cryptoki, { session, token, pin, mayStay: true });
      const made = cryptoki.generateKeyPair(session, pairTemplates({ kind, keyId, label }));
      return publicKeyFrom(kind, (name) => cryptoki.attribute(session, made, name)).export({ format: 'der', type: 'spki' });
    } finally {
      ignoringAll(() => cryptoki.closeSession(session));
    }
  };
  const missing = (choice: TokenChoice, { keyIds, pin }: { keyIds: readonly Buffer[]; pin: string }): Buffer[] => {
    const look = (): Buffer[] => {
      const token = only(choice);
      const session = sessionOf(token);
      login(cryptoki, { session, token, pin, mayStay: true });
      return keyIds.filter((id) => cryptoki.findObjects(session, { class: 'private-key', id }).length === 0);
    };
    try {
      return look();
    } catch (error) {
      if (!isSessionLoss(error)) throw error;
      forget('sessions');
      return look();
    }
  };
  /** Many modules have only a general error for a token that was pulled out: what is there now says which it was. */
  const isGone = ({ label, serial }: TokenChoice): boolean => {
    try {
      return !cryptoki.tokens().some((token) => (label ?? token.label) === token.label && (serial ?? token.serial) === token.serial);
    } catch (error) {
      if (!(error instanceof CryptokiError)) throw error;
      return false;
    }
  };
  const careful = <Result>(work: () => Result, choice?: TokenChoice): Result => {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof CryptokiError)) throw error;
      const problem = problems[error.code] ?? (choice !== undefined && isGone(choice) ? 'deviceRemoved' : 'unavailable');
      forget('sessions');
      throw new SigningDriverError(problem, { cause: error, detail: error.message });
    }
  };
  return {
    list: (choice) => careful(() => list(choice), choice),
    sign: (choice, request) => careful(() => sign(choice, request), choice),
    generate: (choice, key) => careful(() => generate(choice, key), choice),
    missing: (choice, wanted) => careful(() => missing(choice, wanted), choice),
    forget: (how) => careful(() => forget(how)),
  };
}

const problems: Readonly<Record<string, DriverProblem>> = {
  CKR_PIN_INCORRECT: 'wrongSecret',
  CKR_PIN_INVALID: 'wrongSecret',
  CKR_PIN_LEN_RANGE: 'wrongSecret',
  CKR_PIN_EXPIRED: 'secretExpired',
  CKR_PIN_LOCKED: 'secretLocked',
  CKR_USER_PIN_NOT_INITIALIZED: 'secretExpired',
  CKR_SLOT_ID_INVALID: 'deviceMissing',
  CKR_TOKEN_NOT_PRESENT: 'deviceMissing',
  CKR_TOKEN_NOT_RECOGNIZED: 'deviceMissing',
  CKR_DEVICE_REMOVED: 'deviceRemoved',
};

const sessionLosses: readonly string[] = ['CKR_SESSION_CLOSED', 'CKR_SESSION_HANDLE_INVALID', 'CKR_USER_NOT_LOGGED_IN', 'CKR_CRYPTOKI_NOT_INITIALIZED'];

function isSessionLoss(error: unknown): boolean {
  return error instanceof CryptokiError && sessionLosses.includes(error.code);
}

function ignoring(codes: readonly string[], work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof CryptokiError) || !codes.includes(error.code)) throw error;
  }
}

/** Clearing away after something that may be gone already. */
function ignoringAll(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof CryptokiError)) throw error;
  }
}

type Located = { tokens: readonly PresentToken[]; sessionOf: (token: PresentToken) => bigint; request: TokenSignRequest };

/** The token that holds the certificate. Another person's token in the same reader does not: nothing is signed with it. */
function locate(cryptoki: Cryptoki, { tokens, sessionOf, request }: Located): { token: PresentToken; keyId: Buffer } {
  const look = (token: PresentToken): { token: PresentToken; keyId: Buffer } | undefined => {
    const session = sessionOf(token);
    for (const object of cryptoki.findObjects(session, { class: 'certificate' })) {
      const keyId = cryptoki.attribute(session, object, 'id');
      if (keyId !== undefined && cryptoki.attribute(session, object, 'value')?.equals(request.certificate) === true) return { token, keyId };
    }
    return undefined;
  };
  const found = eachOf(tokens, look).find((each) => each !== undefined);
  if (found !== undefined) return found;
  const [only] = tokens;
  // HSMs often hold keys alone: then the credential says which. The signature is checked against the certificate by the caller.
  if (request.keyId !== undefined && request.keyId.length > 0 && only !== undefined && tokens.length === 1) return { token: only, keyId: request.keyId };
  throw new SigningDriverError('keyMissing');
}

/** What each token gives. One that cannot be opened does not stand in the way of another; the first failure is thrown when none could. */
function eachOf<Result>(tokens: readonly PresentToken[], look: (token: PresentToken) => Result): Result[] {
  const results: Result[] = [];
  const failures: CryptokiError[] = [];
  for (const token of tokens) {
    try {
      results.push(look(token));
    } catch (error) {
      // A session that was lost is opened anew by the caller.
      if (!(error instanceof CryptokiError) || isSessionLoss(error)) throw error;
      failures.push(error);
    }
  }
  const [first] = failures;
  if (results.length === 0 && first !== undefined) throw first;
  return results;
}

type Login = { session: bigint; token: PresentToken; pin: string; mayStay: boolean };

function login(cryptoki: Cryptoki, { session, token, pin, mayStay }: Login): void {
  // Asked once more, a locked device tells the person no more than this.
  if (token.pin.isLocked) throw new SigningDriverError('secretLocked');
  if (token.pin.isToBeChanged) throw new SigningDriverError('secretExpired');
  try {
    try {
      cryptoki.login(session, pin, 'user');
    } catch (error) {
      if (!(error instanceof CryptokiError) || error.code !== 'CKR_USER_ALREADY_LOGGED_IN') throw error;
      if (mayStay) return;
      // Somebody's login was left over; it must not stand in for this person's PIN.
      cryptoki.logout(session);
      cryptoki.login(session, pin, 'user');
    }
  } catch (error) {
    if (!(error instanceof CryptokiError) || problems[error.code] !== 'wrongSecret') throw error;
    const after = cryptoki.tokens().find(({ slot }) => slot === token.slot)?.pin;
    if (after?.isLocked === true) throw new SigningDriverError('secretLocked', { cause: error });
    throw new SigningDriverError('wrongSecret', { cause: error, isLastTry: after?.isLastTry === true });
  }
}

type Item = Pick<TokenSignRequest, 'scheme' | 'hash'> & { digest: Buffer };
type OpenKey = { session: bigint; key: bigint; pinEachTime: string | undefined };

function signOne(cryptoki: Cryptoki, { session, key, pinEachTime }: OpenKey, { digest, scheme, hash }: Item): Buffer {
  const mechanism: Mechanism = scheme === 'rsa-pss' ? { kind: 'rsa-pss', hash } : { kind: scheme };
  cryptoki.signInit(session, key, mechanism);
  if (pinEachTime !== undefined) cryptoki.login(session, pinEachTime, 'again');
  const value = cryptoki.sign(session, scheme === 'rsa-pkcs1' ? digestInfo(hash, digest) : digest);
  return scheme === 'ecdsa' ? ecdsaDer(value) : value;
}
