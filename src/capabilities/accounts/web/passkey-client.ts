import { startAuthentication, startRegistration, type PublicKeyCredentialCreationOptionsJSON, type PublicKeyCredentialRequestOptionsJSON } from '@simplewebauthn/browser';
import type { Api } from '#ui/api-context.tsx';
import type { SignInReply } from '../contract.ts';

type Options<Kind> = { step: string; options: Kind };

/** Proves a passkey; `step` after a password that was right. */
export async function signInWithPasskey(api: Api, step?: string): Promise<SignInReply> {
  const begun = await api.post<Options<PublicKeyCredentialRequestOptionsJSON>>('/api/v1/sign-in/passkey-options', step === undefined ? {} : { step });
  const response = await startAuthentication({ optionsJSON: begun.options });
  return api.post<SignInReply>('/api/v1/sign-in/passkey', { step: begun.step, response });
}

/** Makes a passkey on this device and registers it under a name; the own password proves who asks. */
export async function addPasskey(api: Api, { name, password }: { name: string; password: string }): Promise<void> {
  const begun = await api.post<Options<PublicKeyCredentialCreationOptionsJSON>>('/api/v1/me/passkeys/options', { password });
  const response = await startRegistration({ optionsJSON: begun.options });
  await api.post('/api/v1/me/passkeys', { step: begun.step, name, response });
}
