import { WebAuthnError } from '@simplewebauthn/browser';

/** Whether somebody closed the device's own dialog: no fault, nothing to report as one. */
export function wasClosed(error: unknown): boolean {
  return (error instanceof WebAuthnError && error.code === 'ERROR_CEREMONY_ABORTED') || (error instanceof Error && (error.name === 'NotAllowedError' || error.name === 'AbortError'));
}
