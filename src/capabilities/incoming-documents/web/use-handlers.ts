import { useQuery } from '@tanstack/react-query';
import { useApi } from '#ui/api-context.tsx';
import type { HandlersReply } from '../contract.ts';

type Person = HandlersReply['leaders'][number];

/** Who of the agency may instruct and who may be given a document. */
export function useHandlers() {
  const api = useApi();
  return useQuery({ queryKey: ['incoming-documents', 'handlers'], staleTime: 300_000, queryFn: ({ signal }) => api.get<HandlersReply>('/api/v1/incoming-documents/handlers', { signal }) });
}

export const labelOf = (person: Person): string => `${person.name} (${person.title}${person.unitName === null ? '' : `, ${person.unitName}`})`;
