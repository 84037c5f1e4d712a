import { queryOptions, useQuery } from '@tanstack/react-query';
import { useApi, type Api } from '#ui/api-context.tsx';
import { preferredFirst } from '#ui/signing-agents/known-agents.ts';
import type { CredentialSummary, Placement } from '#engines/signatures/contract.ts';
import type { z } from 'zod';
import type { practiceView } from '../contract.ts';

export type Blank = { page: number; x: number; baseline: number; width: number; fontSize: number };

/** What the server found on the pages: where the signature belongs, and the blanks of number and date. */
export type FoundPlaces = { pageCount: number; signature: Placement; isFound: boolean; /** Where initials go that nobody places. */ initials: Placement; blanks: { number?: Blank; day?: Blank; month?: Blank } };

/** The certificates that this person may sign with now, of one kind; in front the one that is chosen beforehand in this browser. */
export function useCredentials(kind: 'person' | 'agency') {
  const api = useApi();
  const query = useQuery({ queryKey: ['signatures', 'credentials'], queryFn: ({ signal }) => api.get<{ credentials: CredentialSummary[] }>('/api/v1/signatures/credentials', { signal }) });
  return { ...query, credentials: query.data === undefined ? undefined : preferredFirst(query.data.credentials.filter((credential) => credential.kind === kind && credential.state === 'active')) };
}

/** The picture that the signature will show, for whoever places it. */
export function imageUrlOf(credential: CredentialSummary | undefined): string | undefined {
  return credential?.hasImage === true ? `/api/v1/signatures/credentials/${credential.id}/image` : undefined;
}

type PlaceOptions = { signerName: string; kind: 'person' | 'seal' };

/** Where the signature, the number and the date belong on a file. */
export function usePlaces(file: { fileId: string } | undefined, options: PlaceOptions) {
  return useQuery(placesQuery(useApi(), file, options));
}

/** The same question for whoever asks it of many files. */
export function placesQuery(api: Api, file: { fileId: string } | undefined, options: PlaceOptions) {
  return queryOptions({
    queryKey: ['signatures', 'places', file?.fileId, options.signerName],
    enabled: file !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: ({ signal }) => api.get<FoundPlaces>('/api/v1/signatures/placements', { signal, query: { fileId: file?.fileId, ...options } }),
  });
}

/** The frame of initials when somebody points at a page: 25 × 9 mm, half of a signature, in points. */
export const INITIALS_SIZE = { width: 71, height: 25.5 };

export type InitialsLook = z.infer<typeof practiceView>['initialsLook'];

/** What the agency chose where the law leaves the choice. */
export function usePractice(enabled = true) {
  const api = useApi();
  return useQuery({ queryKey: ['outgoing-documents', 'practice'], enabled, queryFn: ({ signal }) => api.get<z.infer<typeof practiceView>>('/api/v1/outgoing-documents/practice', { signal }) });
}
