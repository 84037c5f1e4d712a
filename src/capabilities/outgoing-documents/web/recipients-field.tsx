import { useQuery } from '@tanstack/react-query';
import { useMemo, useState, type ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { MultiCombobox, type ComboboxOption } from '#ui/controls/combobox.tsx';
import { useLanguage, useT } from '#ui/i18n.ts';
import { draftMessages } from './draft-messages.ts';

type Agency = { id: string; name: string; abbreviation: string; code: string | null; oldCode: string | null; kind: string };
type Group = { key: string; vi: string; en: string; agencyIds: string[] };
type RecentSet = { documentId: string; summary: string; recipients: { id: string; name: string }[] };

const MOST_AGENCIES = 1000;
const RECENT_SHOWN = 3;

export type RecipientsFieldProps = { values: readonly string[]; onChange: (values: readonly string[]) => void; error?: string | undefined; known: readonly { agencyId: string; name: string }[] };

/** Recipients by typing without diacritics, by group, or from earlier documents. */
export function RecipientsField({ values, onChange, error, known }: RecipientsFieldProps): ReactNode {
  const t = useT(draftMessages);
  const api = useApi();
  const { language } = useLanguage();
  const agencies = useQuery({
    queryKey: ['identity', 'agencies'],
    staleTime: 300_000,
    queryFn: ({ signal }) => api.get<{ agencies: Agency[] }>('/api/v1/accounts/agencies', { signal, query: { limit: MOST_AGENCIES } }),
  });
  const groups = useQuery({ queryKey: ['identity', 'groups'], staleTime: 300_000, queryFn: ({ signal }) => api.get<{ groups: Group[] }>('/api/v1/accounts/agency-groups', { signal }) });
  const recent = useQuery({ queryKey: ['outgoing-documents', 'recent-recipients'], queryFn: ({ signal }) => api.get<{ sets: RecentSet[] }>('/api/v1/outgoing-documents/recent-recipients', { signal }) });
  const [isOpen, setOpen] = useState(false);
  const options = useMemo(() => optionsOf({ agencies: agencies.data?.agencies ?? [], groups: groups.data?.groups ?? [], known, language, groupHeading: t('groups') }), [agencies.data, groups.data, known, language, t]);
  const sets = (recent.data?.sets ?? []).slice(0, isOpen ? undefined : RECENT_SHOWN);
  return (
    <div className="lt-stack">
      <MultiCombobox label={t('recipients')} hint={t('recipientsHint')} error={error} options={options} values={values} onChange={onChange} loading={agencies.isPending} />
      {sets.length > 0 && (
        <div className="lt-row">
          <span className="lt-quiet">{t('recent')}</span>
          {sets.map((set) => (
            <Button key={set.documentId} size="small" variant="plain" title={set.recipients.map(({ name }) => name).join(', ')} onClick={() => onChange([...new Set([...values, ...set.recipients.map(({ id }) => id)])])}>
              {set.summary.length > 40 ? `${set.summary.slice(0, 40)}…` : set.summary}
            </Button>
          ))}
          {!isOpen && (recent.data?.sets.length ?? 0) > RECENT_SHOWN && (
            <Button size="small" variant="plain" onClick={() => setOpen(true)}>
              …
            </Button>
          )}
        </div>
      )}
    </div>
  );
}

type OptionSources = { agencies: Agency[]; groups: Group[]; known: RecipientsFieldProps['known']; language: 'vi' | 'en'; groupHeading: string };

function optionsOf({ agencies, groups, known, language, groupHeading }: OptionSources): ComboboxOption[] {
  const groupOfKind = new Map(groups.map((group) => [group.key, group[language]]));
  const listed = new Set(agencies.map((agency) => agency.id));
  return [
    ...groups.map((group): ComboboxOption => ({ value: `group:${group.key}`, label: group[language], group: groupHeading, members: group.agencyIds })),
    ...agencies.map((agency): ComboboxOption => ({
      value: agency.id,
      label: agency.name,
      ...(agency.code === null ? {} : { hint: agency.code }),
      keywords: `${agency.abbreviation} ${agency.oldCode ?? ''}`,
      group: groupOfKind.get(agency.kind) ?? '',
    })),
    // What a draft already names stays visible, also when it was closed meanwhile.
    ...known.filter(({ agencyId }) => !listed.has(agencyId)).map(({ agencyId, name }): ComboboxOption => ({ value: agencyId, label: name })),
  ];
}
