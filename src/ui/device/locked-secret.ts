import { base64URLStringToBuffer, bufferToBase64URLString } from '@simplewebauthn/browser';

/** What a locked secret is for. Whoever unlocks it has to name the same, or it stays locked. */
export type SecretBinding = {
  /** Who keeps what, such as `remote-signing pin`. */
  purpose: string;
  /** The id of what the secret opens. */
  subject: string;
  /** Base64url, as WebAuthn writes it. */
  passkeyId: string;
};

/** A key that only the passkey's own device can give out again. It cannot be read, only used, and is gone with the page. */
export type DeviceKey = { readonly key: CryptoKey; /** What is authenticated beside the secret. */ readonly boundTo: Uint8Array<ArrayBuffer> };

const FORMAT = 1;
const NONCE_BYTES = 12;
/** What is locked is filled up to blocks, so that its length says next to nothing about the PIN's. */
const BLOCK_BYTES = 128;
const LENGTH_BYTES = 2;
/** Two hundred characters, each of three bytes. */
const MOST_SECRET_BYTES = 600;

/**
 * The key for one purpose, subject and passkey, out of what the passkey's PRF gave (32 bytes): HKDF-SHA-256 (RFC 5869) whose info names all
 * of them, AES-256-GCM.
 */
export async function deviceKeyOf(prfOutput: BufferSource, { purpose, subject, passkeyId }: SecretBinding): Promise<DeviceKey> {
  const boundTo = new TextEncoder().encode(JSON.stringify(['lien-thong locked secret', FORMAT, purpose, subject, passkeyId]));
  const material = await crypto.subtle.importKey('raw', prfOutput, 'HKDF', false, ['deriveKey']);
  const how = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(0), info: boundTo };
  return { key: await crypto.subtle.deriveKey(how, material, { name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']), boundTo };
}

/**
 * Locks a text of up to 600 bytes. @returns base64url of format, nonce and ciphertext: 210 to 892 characters
 * @throws RangeError when the text is longer
 */
export async function lockSecret({ key, boundTo }: DeviceKey, secret: string): Promise<string> {
  const text = new TextEncoder().encode(secret);
  if (text.length > MOST_SECRET_BYTES) throw new RangeError('a secret of more than 600 bytes is not locked');
  const filled = new Uint8Array(Math.ceil((LENGTH_BYTES + text.length) / BLOCK_BYTES) * BLOCK_BYTES);
  new DataView(filled.buffer).setUint16(0, text.length);
  filled.set(text, LENGTH_BYTES);
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const sealed = new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-GCM', iv: nonce, additionalData: boundTo }, key, filled));
  const whole = new Uint8Array(1 + NONCE_BYTES + sealed.length);
  whole[0] = FORMAT;
  whole.set(nonce, 1);
  whole.set(sealed, 1 + NONCE_BYTES);
  return bufferToBase64URLString(whole.buffer);
}

/** The text that was locked with this key; undefined for anything else: another key or binding, a changed or cut value, another format. */
export async function unlockSecret({ key, boundTo }: DeviceKey, locked: string): Promise<string | undefined> {
  try {
    const whole = new Uint8Array(base64URLStringToBuffer(locked));
    if (whole[0] !== FORMAT) return undefined;
    const how = { name: 'AES-GCM', iv: whole.subarray(1, 1 + NONCE_BYTES), additionalData: boundTo };
    const filled = new Uint8Array(await crypto.subtle.decrypt(how, key, whole.subarray(1 + NONCE_BYTES)));
    const length = new DataView(filled.buffer).getUint16(0);
    return new TextDecoder('utf-8', { fatal: true }).decode(filled.subarray(LENGTH_BYTES, LENGTH_BYTES + length));
  } catch {
    // WebCrypto tells a value that does not fit by throwing; for whoever asks it is a secret that this device does not have.
    return undefined;
  }
}
