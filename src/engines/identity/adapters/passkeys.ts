import type { AuthenticationResponseJSON, AuthenticatorTransport, RegistrationResponseJSON } from '@simplewebauthn/server';
import { z } from 'zod';
import type { Kernel } from '#kernel/kernel.ts';

/** For which address passkeys are made: the public one, or the one that the browser used where none is configured. */
export type RelyingParty = { id: string; origin: string };

export function relyingParty(kernel: Kernel, request: { protocol: string; host: string }): RelyingParty {
  const origin = kernel.config.publicUrl === undefined ? `${request.protocol}://${request.host}` : new URL(kernel.config.publicUrl).origin;
  return { id: new URL(origin).hostname, origin };
}

export type StoredPasskey = { id: string; publicKey: Buffer; counter: number; transports: string[] };

/** Its certificate library takes a tenth of a server's memory: it comes with the first passkey. */
const library = () => import('@simplewebauthn/server');

const transportNames = ['ble', 'cable', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb'] as const;
const isTransport = (name: string): name is AuthenticatorTransport => transportNames.some((known) => known === name);

export type NewPasskeyFor = {
  /** What the device calls us. */
  service: string;
  /** Whom or what the device keeps the passkey for: a UUID of ours and its names. */
  user: { id: string; name: string; displayName: string };
  /** Those that are there already: a device makes no second one. */
  passkeys: readonly StoredPasskey[];
  /** Drawn at random unless the caller binds the passkey to something. */
  challenge?: Buffer;
  /** Whether the device should find it by the address alone, without being told its id. */
  isDiscoverable: boolean;
};

/** What the browser needs to make a passkey. A PIN or a fingerprint is demanded, so that it stands for two factors. */
export async function registrationOptions(party: RelyingParty, { service, user, passkeys, challenge, isDiscoverable }: NewPasskeyFor) {
  const { generateRegistrationOptions } = await library();
  return generateRegistrationOptions({
    rpName: service,
    rpID: party.id,
    userName: user.name,
    userDisplayName: user.displayName,
    userID: bytesOf(Buffer.from(user.id.replaceAll('-', ''), 'hex')),
    attestationType: 'none',
    excludeCredentials: passkeys.map(descriptor),
    authenticatorSelection: { residentKey: isDiscoverable ? 'preferred' : 'discouraged', userVerification: 'required' },
    ...(challenge === undefined ? {} : { challenge: bytesOf(challenge) }),
  });
}

/**
 * What the browser needs to prove a passkey: one of those given, or, with an empty list, any that it has for this address. It signs the
 * challenge after a PIN or a fingerprint; one is drawn at random unless given.
 */
export async function authenticationOptions(party: RelyingParty, { passkeys, challenge }: { passkeys: readonly StoredPasskey[]; challenge?: Buffer }) {
  const { generateAuthenticationOptions } = await library();
  const own = challenge === undefined ? {} : { challenge: bytesOf(challenge) };
  return generateAuthenticationOptions({ rpID: party.id, userVerification: 'required', allowCredentials: passkeys.map(descriptor), ...own });
}

function bytesOf(buffer: Buffer): Uint8Array<ArrayBuffer> {
  return new Uint8Array(buffer);
}

function descriptor(passkey: StoredPasskey): { id: string; transports: AuthenticatorTransport[] } {
  return { id: passkey.id, transports: passkey.transports.filter(isTransport) };
}

const clientResponse = z.object({
  id: z.string().min(1).max(1400),
  rawId: z.string().max(1400),
  type: z.literal('public-key'),
  clientExtensionResults: z.record(z.string(), z.unknown()),
  response: z.record(z.string(), z.unknown()),
});

/** The id that a browser's answer names, before anything of it is believed. */
export function claimedPasskeyId(response: unknown): string | undefined {
  return clientResponse.safeParse(response).data?.id;
}

/** The new passkey when the browser's answer to this challenge (base64url) holds; undefined when it does not. */
export async function verifyRegistration(party: RelyingParty, challenge: string, response: unknown): Promise<StoredPasskey | undefined> {
  if (!clientResponse.safeParse(response).success) return undefined;
  const { verifyRegistrationResponse } = await library();
  try {
    const { registrationInfo } = await verifyRegistrationResponse({
      // safe because the library checks every part that it reads and throws on what is malformed
      response: response as RegistrationResponseJSON,
      expectedChallenge: challenge,
      expectedOrigin: party.origin,
      expectedRPID: party.id,
      requireUserVerification: true,
    });
    if (registrationInfo === undefined) return undefined;
    const { credential } = registrationInfo;
    return { id: credential.id, publicKey: Buffer.from(credential.publicKey), counter: credential.counter, transports: (credential.transports ?? []).filter(isTransport) };
  } catch {
    // The library tells a forged or malformed answer by throwing; for us both are a refusal.
    return undefined;
  }
}

/** The signature counter after a proof over this challenge (base64url) that holds; undefined for one that does not. */
export async function verifyAuthentication(party: RelyingParty, proof: { challenge: string; response: unknown; passkey: StoredPasskey }): Promise<number | undefined> {
  const { passkey } = proof;
  if (!clientResponse.safeParse(proof.response).success) return undefined;
  const { verifyAuthenticationResponse } = await library();
  try {
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      // safe because the library checks every part that it reads and throws on what is malformed
      response: proof.response as AuthenticationResponseJSON,
      expectedChallenge: proof.challenge,
      expectedOrigin: party.origin,
      expectedRPID: party.id,
      credential: { id: passkey.id, publicKey: bytesOf(passkey.publicKey), counter: passkey.counter, transports: passkey.transports.filter(isTransport) },
      requireUserVerification: true,
    });
    return verified ? authenticationInfo.newCounter : undefined;
  } catch {
    // As above: a proof that cannot be read, or whose counter ran backwards, is a refusal.
    return undefined;
  }
}
