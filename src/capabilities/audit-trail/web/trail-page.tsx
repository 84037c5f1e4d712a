import Archive from 'lucide-react/icons/archive';
import Download from 'lucide-react/icons/download';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { DateField } from '#ui/controls/date-field.tsx';
import type { Column } from '#ui/data/data-list.tsx';
import { turnByKey } from '#ui/data/keyed-pages.ts';
import { formatDateTime } from '#ui/format.ts';
import { useT, type Translate } from '#ui/i18n.ts';
import { ListPage } from '#ui/layout/list-page.tsx';
import { useNavigation, useSearch } from '#ui/navigation.tsx';
import { useSession } from '#ui/session-context.tsx';
import type { TrailPage as Reply, TrailRow } from '../contract.ts';
import { messages, modules, type MessageKey } from './messages.ts';
import { questionOf } from './question.ts';

/** The record: who did what, newest first. */
export function TrailPage(): ReactNode {
  const t = useT(messages);
  const api = useApi();
  const [search] = useSearch();
  const question = questionOf(search);
  const pages = useInfiniteQuery({
    queryKey: ['audit-trail', 'list', question],
    queryFn: ({ signal, pageParam }) => api.get<Reply>('/api/v1/audit-trail/entries', { signal, query: { ...question, after: pageParam } }),
    ...turnByKey,
  });
  return (
    <ListPage
      title={t('title')}
      path="/nhat-ky"
      listLabel={t('list')}
      detailLabel={t('detail')}
      actions={<Actions />}
      filters={{
        choices: [{ name: 'linh_vuc', label: t('module'), all: t('anyModule'), options: modules.map((value) => ({ value, label: t(`module.${value}`) })) }],
        fields: { content: <Span />, names: ['tu', 'den', 'loai', 'ma'] },
        search: { name: 'tim', label: t('search') },
      }}
      pages={pages}
      list={{ storageKey: 'audit-trail', columns: columnsOf(t) }}
      empty={{ title: t('empty'), text: t('emptyText') }}
      noneFound={t('noneFound')}
    />
  );
}

function Span(): ReactNode {
  const t = useT(messages);
  const [values, setSearch] = useSearch();
  return (
    <>
      <DateField compact label={t('from')} value={values['tu']} onChange={(tu) => setSearch({ tu })} />
      <DateField compact label={t('to')} value={values['den']} onChange={(den) => setSearch({ den })} />
    </>
  );
}

function Actions(): ReactNode {
  const t = useT(messages);
  const [search] = useSearch();
  const { navigate } = useNavigation();
  const { post } = useSession();
  const href = (format: 'csv' | 'json'): string => {
    const asked = Object.entries({ ...questionOf(search), format }).filter((entry): entry is [string, string] => typeof entry[1] === 'string' && entry[1] !== '');
    return `/api/v1/audit-trail/export?${new URLSearchParams(asked).toString()}`;
  };
  return (
    <>
      {(['csv', 'json'] as const).map((format) => (
        <Button key={format} icon={Download} onClick={() => window.location.assign(href(format))}>
          {t(format)}
        </Button>
      ))}
      {(post.roles.includes('auditor') || post.roles.includes('province_admin')) && (
        <Button icon={Archive} onClick={() => navigate('/luu-giu-nhat-ky')}>
          {t('keeping')}
        </Button>
      )}
    </>
  );
}

function columnsOf(t: Translate<MessageKey>): Column<TrailRow>[] {
  return [
    { id: 'when', label: t('when'), width: '9.5rem', narrow: 'top', render: (row) => <time dateTime={row.at}>{formatDateTime(row.at)}</time> },
    { id: 'what', label: t('what'), main: true, narrow: 'title', render: (row) => row.text },
    { id: 'who', label: t('who'), width: '20%', narrow: 'below', render: (row) => row.actorName },
    { id: 'agency', label: t('agency'), width: '20%', narrow: 'below', optional: true, render: (row) => row.agencyName },
    { id: 'kind', label: t('kind'), width: '14rem', narrow: 'hidden', optional: 'hidden', render: (row) => <code>{row.type}</code> },
  ];
}
