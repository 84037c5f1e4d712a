import Check from 'lucide-react/icons/check';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { IconButton } from '#ui/controls/icon-button.tsx';
import { TextField } from '#ui/controls/text-field.tsx';
import { Table } from '#ui/data/table.tsx';
import { ErrorState } from '#ui/feedback/error-state.tsx';
import { problemToast } from '#ui/feedback/problem-toast.ts';
import { Skeleton, SkeletonGroup } from '#ui/feedback/skeleton.tsx';
import { useToasts } from '#ui/feedback/toast.tsx';
import { useT } from '#ui/i18n.ts';
import { Page } from '#ui/layout/page.tsx';
import { useMutation } from '#ui/mutation.ts';
import '#ui/layout/form.css';
import type { SettingList } from '../contract.ts';
import { settingsMessages } from './settings-messages.ts';

type Setting = SettingList['settings'][number];
type Name = Exclude<keyof (typeof settingsMessages)['vi'], 'title'>;

/** The limits of passwords and sessions, each with its source and with what that allows. */
export function SettingsPage(): ReactNode {
  const t = useT(settingsMessages);
  const api = useApi();
  const settings = useQuery({ queryKey: ['accounts', 'settings'], queryFn: ({ signal }) => api.get<SettingList>('/api/v1/accounts/settings', { signal }) });
  return (
    <Page title={t('title')} subtitle={t('subtitle')}>
      {settings.error !== null ? (
        <ErrorState error={settings.error} onRetry={() => void settings.refetch()} />
      ) : settings.data === undefined ? (
        <SkeletonGroup>
          <Skeleton shape="block" height="40vh" />
        </SkeletonGroup>
      ) : (
        <Table
          caption={t('caption')}
          hideCaption
          rows={settings.data.settings}
          rowId={({ name }) => name}
          columns={[
            { id: 'limit', label: t('limit'), render: (setting) => <Limit setting={setting} /> },
            { id: 'value', label: t('value'), width: '9rem', render: (setting) => <Value key={`${setting.name} ${String(setting.value)}`} setting={setting} /> },
          ]}
        />
      )}
    </Page>
  );
}

/** What is limited, why so, and where that stands. */
function Limit({ setting: { name, legalBasis } }: { setting: Setting }): ReactNode {
  const t = useT(settingsMessages);
  // safe because the messages name every setting of the migrations; a newer one shows its own name
  const why = `why_${name}` in settingsMessages.vi ? t(`why_${name}` as Name) : undefined;
  return (
    <>
      {t(name as Name)}
      <p className="lt-quiet">
        {why !== undefined && `${why}. `}
        {t('source', { legalBasis })}
      </p>
    </>
  );
}

function Value({ setting }: { setting: Setting }): ReactNode {
  const t = useT(settingsMessages);
  const api = useApi();
  const toasts = useToasts();
  const queries = useQueryClient();
  const [typed, setTyped] = useState(String(setting.value));
  const name = t(setting.name as Name); // safe for the same reason
  const save = useMutation({
    mutationFn: () => api.put(`/api/v1/accounts/settings/${setting.name}`, { value: Number(typed) }),
    onSuccess: () => toasts.show({ tone: 'done', text: t('saved', { name }) }),
    onError: (error) => toasts.show(problemToast(error)),
    onSettled: () => void queries.invalidateQueries({ queryKey: ['accounts', 'settings'] }),
  });
  return (
    <form
      className="lt-row"
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <TextField label={name} hideLabel inputMode="numeric" size={6} value={typed} onChange={setTyped} />
      {typed !== String(setting.value) && /^\d+$/.test(typed) && <IconButton type="submit" icon={Check} size="small" label={t('save', { name })} />}
      <span className="lt-quiet">{t('between', { least: setting.least, most: setting.most })}</span>
    </form>
  );
}
