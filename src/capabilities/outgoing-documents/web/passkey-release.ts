import type { Api } from '#ui/api-context.tsx';
import { touchPasskey, type RequestOptions } from '#ui/device/passkey-secret.ts';
import type { PinMemory } from '#capabilities/remote-signing/contract.ts';

const APPROVALS = '/api/v1/remote-signing/approvals';

/** How a certificate's key can be released by its owner's passkey: not at all, not before the owner opens it, with one touch, or with the PIN typed beside it. */
export type PasskeyOffer = 'none' | 'not opened' | 'touch' | 'touch and PIN';

/** Whether this browser, at this address, can use a passkey: old ones cannot, nor any at an address without TLS. */
export const knowsPasskeys = (): boolean => 'PublicKeyCredential' in globalThis;

/** How the key is released where the person chose nothing yet: with one touch where that is all it takes. */
export function releaseOf(chosen: 'pin' | 'passkey' | undefined, offer: PasskeyOffer): 'pin' | 'passkey' {
  if (offer === 'none' || offer === 'not opened') return 'pin';
  return chosen ?? (offer === 'touch' && knowsPasskeys() ? 'passkey' : 'pin');
}

/**
 * Has the passkey of this device release the key for exactly these requests.
 * @param onTouched the person has touched, and what remains is the server's
 * @returns false when the requests go on waiting: the person closed the device's dialog, the device has no such passkey, or the PIN has to be typed,
 *   which the page of requests asks for
 * @throws ApiError when the server refused it
 */
export async function releaseByPasskey(api: Api, ids: readonly string[], onTouched?: () => void): Promise<boolean> {
  const { approvalId, options, memory } = await api.post<{ approvalId: string; options: RequestOptions; memory: PinMemory }>(APPROVALS, { ids });
  // Whatever keeps the device from answering, the documents wait: the screen says so, and the passkey may be on another device.
  const touch = await touchPasskey(options, memory).catch(() => undefined);
  if (touch === undefined || (memory !== null && touch.secret === undefined)) return false;
  onTouched?.();
  await api.post(`${APPROVALS}/${approvalId}`, { response: touch.response, ...(touch.secret === undefined ? {} : { pin: touch.secret, isRemembered: true }) });
  return true;
}
