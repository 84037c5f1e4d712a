import { authenticationOptions, passkeyRegistrationOptions, type RelyingParty, type StoredPasskey } from '#engines/identity/index.ts';

export type NewPasskey = { challenge: Buffer; credentialId: string; userName: string; label: string; passkeys: readonly StoredPasskey[] };

/**
 * What the browser needs to make a passkey that releases one credential. Its user is the credential and not the person, so that the device
 * keeps it beside the passkey with which the person signs in.
 */
export function enrolmentOptions(party: RelyingParty, { challenge, credentialId, userName, label, passkeys }: NewPasskey) {
  const user = { id: credentialId, name: `${userName} (ký số)`, displayName: label };
  return passkeyRegistrationOptions(party, { service: 'Liên Thông – ký số từ xa', user, passkeys, challenge, isDiscoverable: false });
}

/** What the browser needs so that one of these passkeys signs the challenge, after a PIN or a fingerprint on the device. */
export function approvalOptions(party: RelyingParty, { challenge, passkeys }: { challenge: Buffer; passkeys: readonly StoredPasskey[] }) {
  return authenticationOptions(party, { passkeys, challenge });
}
