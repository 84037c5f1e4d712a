import { useQuery } from '@tanstack/react-query';
import { useApi } from '#ui/api-context.tsx';
import type { ComboboxOption } from '#ui/controls/combobox.tsx';
import type { AgencyPage, AgencyRow } from '../contract.ts';

const MOST_AGENCIES = 1000;

/** The agencies that exist today, to choose from. */
export function useAgencies(): { agencies: readonly AgencyRow[]; loading: boolean } {
  const api = useApi();
  const { data, isPending } = useQuery({
    queryKey: ['accounts', 'agencies'],
    queryFn: ({ signal }) => api.get<{ agencies: AgencyRow[] }>('/api/v1/accounts/agencies', { signal, query: { limit: MOST_AGENCIES } }),
    staleTime: 300_000,
  });
  return { agencies: data?.agencies ?? [], loading: isPending };
}

/** An agency's whole page: units and people to choose from. Nothing is asked without an id. */
export function useAgencyPage(id: string | undefined) {
  const api = useApi();
  return useQuery({
    queryKey: ['accounts', 'agency', id],
    queryFn: ({ signal }) => api.get<AgencyPage>(`/api/v1/accounts/agencies/${id ?? ''}`, { signal }),
    enabled: id !== undefined,
  });
}

/** Found by name, abbreviation and both codes. */
export function agencyOption({ id, name, abbreviation, code, oldCode }: AgencyRow): ComboboxOption {
  return { value: id, label: name, keywords: `${abbreviation} ${oldCode ?? ''}`, ...(code === null ? {} : { hint: code }) };
}
