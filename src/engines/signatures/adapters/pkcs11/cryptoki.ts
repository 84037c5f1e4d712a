/** PKCS#11 v2.40 as far as signing needs it: what a token's module offers, in words of this house. Errors are `CryptokiError`. */
export type Cryptoki = {
  initialize(): void;
  finalize(): void;
  /** The slots in which a token is present. */
  tokens(): PresentToken[];
  /** `write` is needed where objects are made. */
  openSession(slot: bigint, kind?: 'read' | 'write'): bigint;
  closeSession(session: bigint): void;
  /** `again` is the login that a key with CKA_ALWAYS_AUTHENTICATE wants before each signature. */
  login(session: bigint, pin: string, kind: 'user' | 'again'): void;
  logout(session: bigint): void;
  findObjects(session: bigint, template: ObjectTemplate): bigint[];
  /** Undefined when the object has no such attribute. */
  attribute(session: bigint, object: bigint, name: AttributeName): Buffer | undefined;
  signInit(session: bigint, key: bigint, mechanism: Mechanism): void;
  sign(session: bigint, data: Buffer): Buffer;
  /** Makes a key pair in the token. @returns its public object */
  generateKeyPair(session: bigint, pair: NewKeyPair): bigint;
};

export type PresentToken = { slot: bigint; label: string; serial: string; pin: { isLastTry: boolean; isLocked: boolean; isToBeChanged: boolean } };

export type ObjectTemplate = { class: 'certificate' | 'private-key'; id?: Buffer; value?: Buffer };
export type AttributeName = 'id' | 'value' | 'label' | 'alwaysAuthenticate' | 'ecPoint' | 'modulus' | 'publicExponent';

export type TokenKeyKind = 'rsa-2048' | 'rsa-3072' | 'rsa-4096' | 'p-256' | 'p-384';
export type PairMechanism = 'ec' | 'rsa';
export type KeyAttribute =
  | { name: 'token' | 'private' | 'sensitive' | 'extractable' | 'sign' | 'verify'; value: boolean }
  | { name: 'modulusBits'; value: bigint }
  | { name: 'id' | 'label' | 'ecParams' | 'publicExponent'; value: Buffer };
export type NewKeyPair = { mechanism: PairMechanism; public: readonly KeyAttribute[]; private: readonly KeyAttribute[] };

export type Mechanism = { kind: 'rsa-pkcs1' | 'ecdsa' } | { kind: 'rsa-pss'; hash: 'sha256' | 'sha384' | 'sha512' };

/** Return values (PKCS#11 v2.40 base, section 5.1) that mean something to us. */
const names = {
  0x03: 'CKR_SLOT_ID_INVALID',
  0x05: 'CKR_GENERAL_ERROR',
  0x06: 'CKR_FUNCTION_FAILED',
  0x30: 'CKR_DEVICE_ERROR',
  0x31: 'CKR_DEVICE_MEMORY',
  0x32: 'CKR_DEVICE_REMOVED',
  0x54: 'CKR_FUNCTION_NOT_SUPPORTED',
  0x70: 'CKR_MECHANISM_INVALID',
  0xa0: 'CKR_PIN_INCORRECT',
  0xa1: 'CKR_PIN_INVALID',
  0xa2: 'CKR_PIN_LEN_RANGE',
  0xa3: 'CKR_PIN_EXPIRED',
  0xa4: 'CKR_PIN_LOCKED',
  0xb0: 'CKR_SESSION_CLOSED',
  0xb3: 'CKR_SESSION_HANDLE_INVALID',
  0xe0: 'CKR_TOKEN_NOT_PRESENT',
  0xe1: 'CKR_TOKEN_NOT_RECOGNIZED',
  0x100: 'CKR_USER_ALREADY_LOGGED_IN',
  0x101: 'CKR_USER_NOT_LOGGED_IN',
  0x102: 'CKR_USER_PIN_NOT_INITIALIZED',
  0x12: 'CKR_ATTRIBUTE_TYPE_INVALID',
  0x190: 'CKR_CRYPTOKI_NOT_INITIALIZED',
  0x191: 'CKR_CRYPTOKI_ALREADY_INITIALIZED',
} as const;

export type CryptokiCode = (typeof names)[keyof typeof names];

export class CryptokiError extends Error {
  override readonly name = 'CryptokiError';
  /** The name of the return value, or `0x…` for one that means nothing to us. */
  readonly code: CryptokiCode | `0x${string}`;
  constructor(call: string, returned: bigint | CryptokiCode) {
    const code = typeof returned === 'string' ? returned : nameOf(returned);
    super(`${call}: ${code}`);
    this.code = code;
  }
}

function nameOf(value: bigint): CryptokiError['code'] {
  const entry = Object.entries(names).find(([number]) => BigInt(number) === value);
  return entry?.[1] ?? `0x${value.toString(16)}`;
}
