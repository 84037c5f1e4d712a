import { useQuery } from '@tanstack/react-query';
import { useApi } from '#ui/api-context.tsx';
import type { CredentialSummary, Placement } from '#engines/signatures/contract.ts';

export type Blank = { page: number; x: number; baseline: number; width: number; fontSize: number };

/** What the server found on the pages: where the signature belongs, and the blanks of number and date. */
export type FoundPlaces = { pageCount: number; signature: Placement; isFound: boolean; blanks: { number?: Blank; day?: Blank; month?: Blank } };

/** The certificates that this person may sign with now, of one kind. */
export function useCredentials(kind: 'person' | 'agency') {
  const api = useApi();
  const query = useQuery({ queryKey: ['signatures', 'credentials'], queryFn: ({ signal }) => api.get<{ credentials: CredentialSummary[] }>('/api/v1/signatures/credentials', { signal }) });
  return { ...query, credentials: query.data?.credentials.filter((credential) => credential.kind === kind && credential.state === 'active') };
}

/** Where the signature, the number and the date belong on a file. */
export function usePlaces(file: { fileId: string } | undefined, options: { signerName: string; kind: 'person' | 'seal' }) {
  const api = useApi();
  return useQuery({
    queryKey: ['signatures', 'places', file?.fileId, options.signerName],
    enabled: file !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: ({ signal }) => api.get<FoundPlaces>('/api/v1/signatures/placements', { signal, query: { fileId: file?.fileId, ...options } }),
  });
}
