import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

export type HashAlgorithm = 'sha256' | 'sha384' | 'sha512';

/** Hash algorithms that are signed here (RFC 5754); SHA-1 is none of them. */
export const hashAlgorithms: readonly { name: HashAlgorithm; oid: string; bytes: number; rsaOid: string; ecdsaOid: string }[] = [
  { name: 'sha256', oid: '2.16.840.1.101.3.4.2.1', bytes: 32, rsaOid: '1.2.840.113549.1.1.11', ecdsaOid: '1.2.840.10045.4.3.2' },
  { name: 'sha384', oid: '2.16.840.1.101.3.4.2.2', bytes: 48, rsaOid: '1.2.840.113549.1.1.12', ecdsaOid: '1.2.840.10045.4.3.3' },
  { name: 'sha512', oid: '2.16.840.1.101.3.4.2.3', bytes: 64, rsaOid: '1.2.840.113549.1.1.13', ecdsaOid: '1.2.840.10045.4.3.4' },
];

const RSA_ENCRYPTION = '1.2.840.113549.1.1.1';
const EC_PUBLIC_KEY = '1.2.840.10045.2.1';

/** RSASSA-PSS; which hash and which salt, its parameters say. */
export const RSASSA_PSS = '1.2.840.113549.1.1.10';

/** In which ways a key signs. The signatures are made when the owner approves, before the application says which it wants. */
export type KeyWays = { isEc: boolean; hasPss: boolean };

/** What a key is said to do: RSASSA-PKCS1-v1_5, with PSS where it does that too, or ECDSA. */
export function signatureAlgorithms({ isEc, hasPss }: KeyWays): string[] {
  if (isEc) return [...hashAlgorithms.map((each) => each.ecdsaOid), EC_PUBLIC_KEY];
  return [RSA_ENCRYPTION, ...hashAlgorithms.map((each) => each.rsaOid), ...(hasPss ? [RSASSA_PSS] : [])];
}

/** Whether a signature algorithm means what the key does with hashes of this kind. */
export function isSignatureAlgorithm(oid: string, { isEc, hasPss, hash }: KeyWays & { hash: HashAlgorithm }): boolean {
  if (oid === (isEc ? EC_PUBLIC_KEY : RSA_ENCRYPTION) || (hasPss && oid === RSASSA_PSS)) return true;
  const algorithm = hashAlgorithms.find((each) => each.name === hash);
  return oid === (isEc ? algorithm?.ecdsaOid : algorithm?.rsaOid);
}

export type BoundRequest = { id: string; clientId: string; agencyId: string; credentialId: string; hash: HashAlgorithm; hashes: readonly Buffer[] };

/**
 * What the owner's passkey signs: SHA-256 over who asks, with which credential, every hash in its order, and a random number that is used
 * once (SCAL2 of EN 419241-1: activation data are bound to what is signed). Each part is written with its length, so that nothing can slide
 * from one into the next.
 */
export function approvalChallenge(requests: readonly BoundRequest[], nonce: Buffer): Buffer {
  const digest = createHash('sha256').update('remote-signing approval 1');
  const put = (part: Buffer | string): void => {
    const bytes = typeof part === 'string' ? Buffer.from(part, 'utf8') : part;
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    digest.update(length).update(bytes);
  };
  put(nonce);
  put(String(requests.length));
  for (const { id, clientId, agencyId, credentialId, hash, hashes } of requests) {
    for (const part of [id, clientId, agencyId, credentialId, hash, String(hashes.length)]) put(part);
    hashes.forEach(put);
  }
  return digest.digest();
}

/** The same request of the same application is the same: its hashes in their order and the application's own number for it. */
export function requestHashOf(input: { hash: HashAlgorithm; hashes: readonly Buffer[]; clientData: string }): Buffer {
  return createHash('sha256').update(`${input.hash} ${String(input.hashes.length)} `).update(Buffer.concat(input.hashes)).update(input.clientData, 'utf8').digest();
}

type Place = { agencyId: string; id: string };

/**
 * The signature activation data of one approved request. They follow from the installation's secret, so that an application whose answer
 * was lost is told the same again, and a copy of the database does not hold them.
 */
export function activationData(appSecret: string, { agencyId, id }: Place): string {
  return `${agencyId}.${id}.${activationMac(appSecret, { agencyId, id })}`;
}

function activationMac(appSecret: string, { agencyId, id }: Place): string {
  return createHmac('sha256', appSecret).update(`remote-signing activation ${agencyId} ${id}`).digest('base64url');
}

/** Which request activation data belong to; undefined for anything that was not made here. */
export function placeOfActivation(appSecret: string, text: string): Place | undefined {
  const [agencyId, id, mac, ...more] = text.split('.');
  if (agencyId === undefined || id === undefined || mac === undefined || more.length > 0 || !isUuid(agencyId) || !isUuid(id)) return undefined;
  const wanted = Buffer.from(activationMac(appSecret, { agencyId, id }));
  const given = Buffer.from(mac);
  return wanted.length === given.length && timingSafeEqual(wanted, given) ? { agencyId, id } : undefined;
}

/** Credentials, waiting requests and answers are called `agency.id`. */
export function placeOf(text: string): Place | undefined {
  const [agencyId, id, ...more] = text.split('.');
  return agencyId !== undefined && id !== undefined && more.length === 0 && isUuid(agencyId) && isUuid(id) ? { agencyId, id } : undefined;
}

export const nameOf = ({ agencyId, id }: Place): string => `${agencyId}.${id}`;

const isUuid = (text: string): boolean => /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/.test(text);
