import { useInfiniteQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { z } from 'zod';
import { useApi } from '#ui/api-context.tsx';
import type { Column } from '#ui/data/data-list.tsx';
import { turnByKey } from '#ui/data/keyed-pages.ts';
import { formatDateTime } from '#ui/format.ts';
import { useT } from '#ui/i18n.ts';
import { ListPage } from '#ui/layout/list-page.tsx';
import { useSearch } from '#ui/navigation.tsx';
import type { incomingList, IncomingRow } from '#capabilities/incoming-documents/contract.ts';
import { guestMessages } from './guest-messages.ts';
import { ReceivedMark } from './marks.tsx';

/** What agencies sent to the guest's office. */
export function InboxPage(): ReactNode {
  const t = useT(guestMessages);
  const api = useApi();
  const [{ tim: text }] = useSearch();
  const pages = useInfiniteQuery({
    queryKey: ['incoming-documents', 'guest-list', text],
    queryFn: ({ signal, pageParam }) => api.get<z.infer<typeof incomingList>>('/api/v1/incoming-documents', { signal, query: { text, after: pageParam } }),
    ...turnByKey,
  });
  const columns: Column<IncomingRow>[] = [
    { id: 'summary', label: t('letter'), narrow: 'title', main: true, render: (row) => row.summary },
    { id: 'sender', label: t('sender'), width: '28%', narrow: 'below', render: (row) => row.senderName },
    { id: 'state', label: t('state'), width: '9rem', narrow: 'below', render: (row) => <ReceivedMark state={row.state} t={t} /> },
    { id: 'at', label: t('when'), width: '10rem', narrow: 'top', render: (row) => <time dateTime={row.arrivedAt}>{formatDateTime(row.arrivedAt)}</time> },
  ];
  return (
    <ListPage
      title={t('inbox')}
      path="/hop-den"
      listLabel={t('inbox')}
      detailLabel={t('received')}
      filters={{ choices: [], search: { name: 'tim', label: t('search') } }}
      pages={pages}
      list={{ storageKey: 'guest-inbox', columns, isUnread: (row) => row.state === 'arrived' }}
      empty={{ title: t('inboxEmpty'), text: t('inboxEmptyText') }}
      noneFound={t('noneFound')}
    />
  );
}
