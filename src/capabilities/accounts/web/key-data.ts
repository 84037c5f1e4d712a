import { useQuery } from '@tanstack/react-query';
import { useApi } from '#ui/api-context.tsx';
import type { Translate } from '#ui/i18n.ts';
import type { CredentialSummary, SigningServiceList } from '#engines/signatures/contract.ts';
import type { keyMessages } from './key-messages.ts';

export const CREDENTIALS_KEY = ['signatures', 'credentials'];

export type KeyWords = Translate<keyof typeof keyMessages.vi>;
export type KeyKind = CredentialSummary['kind'];
export type OfferedService = SigningServiceList['services'][number];

/** The certificates of the person at the screen, and as a clerk those of the agency. */
export function useOwnKeys() {
  const api = useApi();
  return useQuery({ queryKey: CREDENTIALS_KEY, queryFn: ({ signal }) => api.get<{ credentials: CredentialSummary[] }>('/api/v1/signatures/credentials', { signal }) });
}

/** Where a key may be: what the installation has, and which programs on people's computers it can use. */
export function useSigningServices() {
  const api = useApi();
  return useQuery({ queryKey: ['signatures', 'services'], staleTime: Number.POSITIVE_INFINITY, queryFn: ({ signal }) => api.get<SigningServiceList>('/api/v1/signatures/services', { signal }) });
}

/** As people call the service or device that holds a key. */
export function serviceLabel({ kind, label }: Pick<OfferedService, 'kind' | 'label'>, t: KeyWords): string {
  return label ?? t(`kind_${kind}`);
}

/** A file as Base64, as requests carry small files. */
export async function readBase64(file: File): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = '';
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text);
}

/** What a request may carry of a picture or a key file. */
export const FILE_LIMIT_BYTES = 500_000;
