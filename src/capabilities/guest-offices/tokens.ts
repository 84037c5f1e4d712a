import { createHash, randomBytes } from 'node:crypto';

/** 256 bits for a link. Only its hash is kept. */
export function newLinkToken(): string {
  return randomBytes(32).toString('base64url');
}

export const LINK_TOKEN = /^[\w-]{43}$/;

export function hashOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
