import { startAuthentication, startRegistration, WebAuthnError, type PublicKeyCredentialCreationOptionsJSON, type PublicKeyCredentialRequestOptionsJSON } from '@simplewebauthn/browser';
import type { Api } from '#ui/api-context.tsx';

/** Whether somebody closed the device's own dialog: no fault, nothing to report as one. */
export function wasClosed(error: unknown): boolean {
  return (error instanceof WebAuthnError && error.code === 'ERROR_CEREMONY_ABORTED') || (error instanceof Error && (error.name === 'NotAllowedError' || error.name === 'AbortError'));
}

/** Has the passkey sign exactly these requests, and sends its answer with the PIN. @returns how many hashes were signed */
export async function approve(api: Api, { ids, pin }: { ids: readonly string[]; pin: string }): Promise<number> {
  const { approvalId, options } = await api.post<{ approvalId: string; options: PublicKeyCredentialRequestOptionsJSON }>('/api/v1/remote-signing/approvals', { ids });
  const response = await startAuthentication({ optionsJSON: options });
  return (await api.post<{ signed: number }>(`/api/v1/remote-signing/approvals/${approvalId}`, { response, pin })).signed;
}

/** Makes a passkey on this device that releases a certificate's key. */
export async function enrol(api: Api, { credentialId, password, pin, name }: { credentialId: string; password: string; pin: string; name: string }): Promise<void> {
  const path = `/api/v1/remote-signing/credentials/${credentialId}`;
  const { step, options } = await api.post<{ step: string; options: PublicKeyCredentialCreationOptionsJSON }>(`${path}/enrolment-options`, { password });
  const response = await startRegistration({ optionsJSON: options });
  await api.post(`${path}/enrolment`, { step, pin, name, response });
}
