import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { useSettled } from '#ui/controls/settled.ts';
import { SuggestField } from '#ui/controls/suggest-field.tsx';
import { useT } from '#ui/i18n.ts';
import { copyMessages } from './copy-messages.ts';

type Found = { agencies: { id: string; name: string; abbreviation: string; code: string | null }[] };
export type Sender = { senderName: string; senderAgencyId: string | null };

const MOST_FOUND = 20;
const LEAST_TYPED = 2;
const TYPING_PAUSE_MS = 200;

/** Who sent the paper: an agency found in the directory without diacritics, or whoever stands in none, as the paper has it. */
export function SenderField({ value, onChange, error }: { value: Sender; onChange: (sender: Sender) => void; error: string | undefined }): ReactNode {
  const t = useT(copyMessages);
  const api = useApi();
  const asked = useSettled(value.senderName.trim(), TYPING_PAUSE_MS);
  const found = useQuery({
    queryKey: ['identity', 'agency-search', asked],
    enabled: asked.length >= LEAST_TYPED && value.senderAgencyId === null,
    staleTime: 60_000,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => api.get<Found>('/api/v1/accounts/agencies', { signal, query: { text: asked, limit: MOST_FOUND } }),
  });
  // What the server found by an earlier name stays among the proposals, so the words that found it count as its own.
  const options = (found.data?.agencies ?? []).map(({ id, name, abbreviation, code }) => ({ value: id, label: name, keywords: `${abbreviation} ${asked}`, ...(code === null ? {} : { hint: code }) }));
  const state = value.senderAgencyId !== null ? 'senderListed' : asked.length >= LEAST_TYPED && found.isSuccess ? 'senderFree' : 'senderHint';
  return (
    <SuggestField
      label={t('senderName')}
      hint={t(state)}
      required
      text={value.senderName}
      value={value.senderAgencyId ?? undefined}
      options={options}
      loading={found.isFetching}
      onChange={(senderName, id) => onChange({ senderName, senderAgencyId: id ?? null })}
      error={error}
    />
  );
}
