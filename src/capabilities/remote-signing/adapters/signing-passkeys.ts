import type { AuthenticationResponseJSON, AuthenticatorTransport, RegistrationResponseJSON } from '@simplewebauthn/server';
import { z } from 'zod';
import type { RelyingParty } from '#engines/identity/index.ts';

export type SigningPasskey = { id: string; publicKey: Buffer; counter: number; transports: string[] };

/** Its certificate library takes a tenth of a server's memory: it comes with the first passkey. */
const library = () => import('@simplewebauthn/server');

const transportNames = ['ble', 'cable', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb'] as const;
const isTransport = (name: string): name is AuthenticatorTransport => transportNames.some((known) => known === name);
const descriptor = ({ id, transports }: SigningPasskey): { id: string; transports: AuthenticatorTransport[] } => ({ id, transports: transports.filter(isTransport) });
const bytesOf = (buffer: Buffer): Uint8Array<ArrayBuffer> => new Uint8Array(buffer);

const clientResponse = z.object({
  id: z.string().min(1).max(1400),
  rawId: z.string().max(1400),
  type: z.literal('public-key'),
  clientExtensionResults: z.record(z.string(), z.unknown()),
  response: z.record(z.string(), z.unknown()),
});

/** The id that a browser's answer names, before anything of it is believed. */
export function claimedPasskey(response: unknown): string | undefined {
  return clientResponse.safeParse(response).data?.id;
}

export type NewPasskey = { challenge: Buffer; credentialId: string; userName: string; label: string; passkeys: readonly SigningPasskey[] };

/**
 * What the browser needs to make a passkey that releases one credential. Its user is the credential and not the person, so that the device
 * keeps it beside the passkey with which the person signs in.
 */
export async function enrolmentOptions(party: RelyingParty, { challenge, credentialId, userName, label, passkeys }: NewPasskey) {
  const { generateRegistrationOptions } = await library();
  return generateRegistrationOptions({
    rpName: 'Liên Thông – ký số từ xa',
    rpID: party.id,
    userName: `${userName} (ký số)`,
    userDisplayName: label,
    userID: bytesOf(Buffer.from(credentialId.replaceAll('-', ''), 'hex')),
    challenge: bytesOf(challenge),
    attestationType: 'none',
    excludeCredentials: passkeys.map(descriptor),
    authenticatorSelection: { residentKey: 'discouraged', userVerification: 'required' },
  });
}

/** The new passkey when the answer holds; undefined when it does not. */
export async function verifyEnrolment(party: RelyingParty, { challenge, response }: { challenge: Buffer; response: unknown }): Promise<SigningPasskey | undefined> {
  if (!clientResponse.safeParse(response).success) return undefined;
  const { verifyRegistrationResponse } = await library();
  try {
    const { registrationInfo } = await verifyRegistrationResponse({
      // safe because the library checks every part that it reads and throws on what is malformed
      response: response as RegistrationResponseJSON,
      expectedChallenge: challenge.toString('base64url'),
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

/** What the browser needs so that one of these passkeys signs the challenge, after a PIN or a fingerprint on the device. */
export async function approvalOptions(party: RelyingParty, { challenge, passkeys }: { challenge: Buffer; passkeys: readonly SigningPasskey[] }) {
  const { generateAuthenticationOptions } = await library();
  return generateAuthenticationOptions({ rpID: party.id, challenge: bytesOf(challenge), userVerification: 'required', allowCredentials: passkeys.map(descriptor) });
}

/** The signature counter after a proof that holds; undefined for one that does not. */
export async function verifyApproval(party: RelyingParty, { challenge, response, passkey }: { challenge: Buffer; response: unknown; passkey: SigningPasskey }): Promise<number | undefined> {
  if (!clientResponse.safeParse(response).success) return undefined;
  const { verifyAuthenticationResponse } = await library();
  try {
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      // safe because the library checks every part that it reads and throws on what is malformed
      response: response as AuthenticationResponseJSON,
      expectedChallenge: challenge.toString('base64url'),
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
