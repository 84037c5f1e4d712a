import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { generateSecret, generateURI, verify } from 'otplib';
import type { Kernel } from '#kernel/kernel.ts';

export function newTotpSecret(): string {
  return generateSecret();
}

/** What the QR code says. */
export function totpUri(secret: string, login: string): string {
  return generateURI({ issuer: 'Liên Thông', label: login, secret });
}

const PERIOD_SECONDS = 30;

/**
 * The time step of a right code (RFC 6238), one step early or late; undefined for a wrong one and for every step up to
 * `afterStep`, since a code counts once.
 */
export async function matchingStep(secret: string, code: string, options: { now: Date; afterStep: number }): Promise<number | undefined> {
  if (!/^\d{6}$/.test(code)) return undefined;
  const epoch = Math.floor(options.now.getTime() / 1000);
  const result = await verify({ secret, token: code, epoch, epochTolerance: PERIOD_SECONDS });
  if (!result.valid || !('timeStep' in result)) return undefined;
  return result.timeStep > options.afterStep ? result.timeStep : undefined;
}

const key = (kernel: Kernel): Buffer => Buffer.from(hkdfSync('sha256', kernel.config.appSecret, '', 'identity totp secrets', 32));

/** AES-256-GCM under the installation's secret, bound to the person: nonce, tag, text. */
export function sealSecret(kernel: Kernel, personId: string, secret: string): Buffer {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key(kernel), nonce).setAAD(Buffer.from(personId));
  const text = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), text]);
}

export function openSecret(kernel: Kernel, personId: string, sealed: Buffer): string {
  const decipher = createDecipheriv('aes-256-gcm', key(kernel), sealed.subarray(0, 12)).setAAD(Buffer.from(personId)).setAuthTag(sealed.subarray(12, 28));
  return decipher.update(sealed.subarray(28), undefined, 'utf8') + decipher.final('utf8');
}
