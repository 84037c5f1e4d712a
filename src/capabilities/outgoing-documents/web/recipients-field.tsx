import { useQuery } from '@tanstack/react-query';
import { useMemo, useState, type ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { MultiCombobox, type ComboboxOption } from '#ui/controls/combobox.tsx';
import { useSettled } from '#ui/controls/settled.ts';
import { useLanguage, useT } from '#ui/i18n.ts';
import { draftMessages } from './draft-messages.ts';
import { RecipientsGroups, type OwnGroup } from './recipients-groups.tsx';

type Agency = { id: string; name: string; abbreviation: string; code: string | null; oldCode: string | null; kind: string };
type Group = { key: string; vi: string; en: string; agencyIds: string[] };
type RecentSet = { documentId: string; summary: string; recipients: { id: string; name: string }[] };

const MOST_AGENCIES = 1000;
const MOST_FOUND = 40;
const LEAST_TYPED = 2;
const TYPING_PAUSE_MS = 200;
const RECENT_SHOWN = 3;

export type RecipientsFieldProps = { values: readonly string[]; onChange: (values: readonly string[]) => void; error?: string | undefined; known: readonly { agencyId: string; name: string }[]; /** Other words than “recipients”. */ label?: string };

/** Recipients by typing without diacritics, also of the whole national list, by group, or from earlier documents. */
export function RecipientsField({ values, onChange, error, known, label }: RecipientsFieldProps): ReactNode {
  const t = useT(draftMessages);
  const api = useApi();
  const { language } = useLanguage();
  const agencies = useQuery({
    queryKey: ['identity', 'agencies'],
    staleTime: 300_000,
    queryFn: ({ signal }) => api.get<{ agencies: Agency[] }>('/api/v1/accounts/agencies', { signal, query: { limit: MOST_AGENCIES } }),
  });
  const groups = useQuery({ queryKey: ['identity', 'groups'], staleTime: 300_000, queryFn: ({ signal }) => api.get<{ groups: Group[]; own: OwnGroup[]; abilities: string[] }>('/api/v1/accounts/agency-groups', { signal }) });
  const recent = useQuery({ queryKey: ['outgoing-documents', 'recent-recipients'], queryFn: ({ signal }) => api.get<{ sets: RecentSet[] }>('/api/v1/outgoing-documents/recent-recipients', { signal }) });
  const [isOpen, setOpen] = useState(false);
  const [typed, setTyped] = useState('');
  const asked = useSettled(typed.trim(), TYPING_PAUSE_MS);
  const found = useQuery({
    queryKey: ['identity', 'agency-search', asked],
    enabled: asked.length >= LEAST_TYPED,
    staleTime: 60_000,
    queryFn: ({ signal }) => api.get<{ agencies: Agency[] }>('/api/v1/accounts/agencies', { signal, query: { text: asked, limit: MOST_FOUND, closed: false } }),
  });
  // What was chosen from the national list keeps its name when the next word is typed.
  const [picked, setPicked] = useState<readonly Agency[]>([]);
  const take = (next: readonly string[]) => {
    const fresh = (found.data?.agencies ?? []).filter((agency) => next.includes(agency.id) && !picked.some(({ id }) => id === agency.id));
    if (fresh.length > 0) setPicked([...picked, ...fresh]);
    onChange(next);
  };
  const options = useMemo(
    () =>
      optionsOf({
        agencies: uniqueById([...(agencies.data?.agencies ?? []), ...picked, ...(found.data?.agencies ?? [])]),
        groups: groups.data?.groups ?? [],
        own: groups.data?.own ?? [],
        known,
        language,
        words: { groups: t('groups'), own: t('ownGroups'), national: t('nationalAgencies') },
      }),
    [agencies.data, picked, found.data, groups.data, known, language, t],
  );
  // The document at hand, and any other that would add nothing to what it began with, is no earlier one to take from.
  const [first] = useState(values);
  const useful = (recent.data?.sets ?? []).filter(({ recipients }) => recipients.some(({ id }) => !first.includes(id)));
  const sets = useful.slice(0, isOpen ? undefined : RECENT_SHOWN);
  return (
    <div className="lt-stack">
      <MultiCombobox label={label ?? t('recipients')} hint={t('recipientsHint')} error={error} options={options} values={values} onChange={take} onType={setTyped} loading={agencies.isPending} />
      {groups.data?.abilities.includes('keep-groups') === true && <RecipientsGroups groups={groups.data.own} values={values} />}
      {sets.length > 0 && (
        <div className="lt-row">
          <span className="lt-quiet">{t('recent')}</span>
          {sets.map((set) => (
            <Button key={set.documentId} size="small" variant="plain" title={set.recipients.map(({ name }) => name).join(', ')} onClick={() => onChange([...new Set([...values, ...set.recipients.map(({ id }) => id)])])}>
              {set.summary.length > 40 ? `${set.summary.slice(0, 40)}…` : set.summary}
            </Button>
          ))}
          {useful.length > sets.length && (
            <Button size="small" variant="plain" onClick={() => setOpen(true)}>
              …
            </Button>
          )}
        </div>
      )}
    </div>
  );
}

function uniqueById(agencies: readonly Agency[]): Agency[] {
  return [...new Map(agencies.map((agency) => [agency.id, agency])).values()];
}

type OptionSources = { agencies: Agency[]; groups: Group[]; own: OwnGroup[]; known: RecipientsFieldProps['known']; language: 'vi' | 'en'; words: { groups: string; own: string; national: string } };

function optionsOf({ agencies, groups, own, known, language, words }: OptionSources): ComboboxOption[] {
  const groupOfKind = new Map(groups.map((group) => [group.key, group[language]]));
  const inGroups = new Set(groups.flatMap((group) => group.agencyIds));
  const listed = new Set(agencies.map((agency) => agency.id));
  const named = uniqueNamed([...own.flatMap((group) => group.agencies), ...known.map(({ agencyId, name }) => ({ id: agencyId, name }))]);
  return [
    ...own.map((group): ComboboxOption => ({ value: `group:own:${group.id}`, label: group.name, group: words.own, members: group.agencyIds })),
    ...groups.map((group): ComboboxOption => ({ value: `group:${group.key}`, label: group[language], group: words.groups, members: group.agencyIds })),
    ...agencies.map((agency): ComboboxOption => ({
      value: agency.id,
      label: agency.name,
      ...(agency.code === null ? {} : { hint: agency.code }),
      keywords: `${agency.abbreviation} ${agency.oldCode ?? ''}`,
      group: inGroups.has(agency.id) ? (groupOfKind.get(agency.kind) ?? '') : words.national,
    })),
    // What a draft or a group already names stays visible, also when it was closed meanwhile.
    ...named.filter(({ id }) => !listed.has(id)).map(({ id, name }): ComboboxOption => ({ value: id, label: name })),
  ];
}

function uniqueNamed(agencies: readonly { id: string; name: string }[]): { id: string; name: string }[] {
  return [...new Map(agencies.map((agency) => [agency.id, agency])).values()];
}
