import { useQuery } from '@tanstack/react-query';
import { useApi } from '#ui/api-context.tsx';
import type { RemoteCredentialList } from '#capabilities/remote-signing/contract.ts';
import type { PasskeyOffer } from './passkey-release.ts';

export { knowsPasskeys, releaseByPasskey, releaseOf, type PasskeyOffer } from './passkey-release.ts';

const BASE = '/api/v1/remote-signing';

/** Where the requests that wait for the person's passkey are, with everything that can be done with them. */
export const APPROVALS_PAGE = '/xac-nhan-ky';

/** The same page, at one of them. */
export const approvalPage = (approvalId: string): string => `${APPROVALS_PAGE}?yeu-cau=${approvalId}`;

/** What the person's own certificates offer, by id. A certificate that is not known yet offers nothing. */
export function usePasskeyOffers(enabled: boolean): (credentialId: string | undefined) => PasskeyOffer {
  const api = useApi();
  const { data } = useQuery({ queryKey: ['remote-signing', 'credentials'], enabled, queryFn: ({ signal }) => api.get<RemoteCredentialList>(`${BASE}/credentials`, { signal }) });
  return (credentialId) => {
    const found = data?.credentials.find(({ id }) => id === credentialId);
    if (found === undefined) return 'none';
    if (!found.isEnrolled) return 'not opened';
    return !found.needsPin || found.passkeys.some(({ remembersPin }) => remembersPin) ? 'touch' : 'touch and PIN';
  };
}
