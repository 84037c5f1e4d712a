import { createHash } from 'node:crypto';
import { authenticationOptions, passkeyRegistrationOptions, type RelyingParty, type StoredPasskey } from '#engines/identity/index.ts';
import type { PinMemory } from '../contract.ts';
import type { SigningPasskey } from '../ownership.ts';

export type NewPasskey = { nonce: Buffer; credentialId: string; userName: string; label: string; passkeys: readonly StoredPasskey[]; mayRememberPin: boolean };

/**
 * What the browser needs to make a passkey that releases one credential. Its user is the credential and not the person, so that the device
 * keeps it beside the passkey with which the person signs in. The device is asked for its PRF (WebAuthn Level 3, section 10.1.4) in any case,
 * since some give it only to passkeys that were made so; some phones have it only for passkeys that they find by themselves, which are
 * asked for when the PIN is to be remembered.
 */
export async function enrolmentOptions(party: RelyingParty, { nonce, credentialId, userName, label, passkeys, mayRememberPin }: NewPasskey) {
  const user = { id: credentialId, name: `${userName} (ký số)`, displayName: label };
  const options = await passkeyRegistrationOptions(party, { service: 'Liên Thông – ký số từ xa', user, passkeys, challenge: nonce, isDiscoverable: mayRememberPin });
  return { ...options, extensions: { ...options.extensions, prf: { eval: saltText(saltOf(nonce)) } } };
}

/** The salt of a passkey for its whole life; the browser is told it, so that it only has to differ from passkey to passkey. */
export function saltOf(nonce: Buffer): Buffer {
  return createHash('sha256').update('remote-signing prf salt 1').update(nonce).digest();
}

/** What the browser needs so that one of these passkeys signs the challenge, after a PIN or a fingerprint on the device; with its PRF where there is a PIN. */
export async function approvalOptions(party: RelyingParty, { challenge, passkeys, needsPin }: { challenge: Buffer; passkeys: readonly SigningPasskey[]; needsPin: boolean }) {
  const options = await authenticationOptions(party, { passkeys, challenge });
  if (!needsPin) return options;
  return { ...options, extensions: { ...options.extensions, prf: { evalByCredential: Object.fromEntries(passkeys.map(({ id, prfSalt }) => [id, saltText(prfSalt)])) } } };
}

/** For what the device locks the PIN of a credential, and what it locked before. */
export function pinMemory(credentialId: string, passkeys: readonly SigningPasskey[]): NonNullable<PinMemory> {
  const locked = passkeys.flatMap((each) => (each.lockedPin === null ? [] : [[each.id, each.lockedPin.toString('base64url')] as const]));
  return { purpose: 'remote-signing pin', subject: credentialId, locked: Object.fromEntries(locked) };
}

const saltText = (salt: Buffer): { first: string } => ({ first: salt.toString('base64url') });
