import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import BookOpen from 'lucide-react/icons/book-open';
import FilePlus from 'lucide-react/icons/file-plus';
import type { ReactNode } from 'react';
import type { z } from 'zod';
import type { DocumentTypeList } from '#engines/registers/contract.ts';
import { useApi } from '#ui/api-context.tsx';
import { ButtonLink } from '#ui/controls/button.tsx';
import type { Column } from '#ui/data/data-list.tsx';
import { oneOf, turnByKey } from '#ui/data/keyed-pages.ts';
import { formatDate, formatDateTime } from '#ui/format.ts';
import { useT } from '#ui/i18n.ts';
import { ListPage } from '#ui/layout/list-page.tsx';
import '#ui/layout/form.css';
import { useSearch } from '#ui/navigation.tsx';
import { RouteInline } from '#ui/route/route-inline.tsx';
import { useAbility } from '#ui/session-context.tsx';
import type { outgoingList, outgoingRow } from '../contract.ts';
import { outgoingStates, urgencies } from '../domain/states.ts';
import { messages } from './messages.ts';
import { OutgoingStateMark, UrgencyBadge, type T } from './outgoing-marks.tsx';
import { routeOfRow } from './outgoing-route.ts';

/** The agency's outgoing documents: filters in the address, the open one beside the list. */
export function OutgoingPage(): ReactNode {
  const t = useT(messages);
  const api = useApi();
  const mayReadRegister = useAbility('outgoing-documents.read-register');
  const [search] = useSearch();
  const filters = { state: oneOf(outgoingStates, search['trang_thai']), urgency: oneOf(urgencies, search['do_khan']), type: search['loai'], text: search['tim'] };
  const pages = useInfiniteQuery({
    queryKey: ['outgoing-documents', 'list', filters],
    queryFn: ({ signal, pageParam }) => api.get<z.infer<typeof outgoingList>>('/api/v1/outgoing-documents', { signal, query: { ...filters, after: pageParam } }),
    ...turnByKey,
  });
  const types = useQuery({ queryKey: ['registers', 'types'], staleTime: 300_000, queryFn: ({ signal }) => api.get<DocumentTypeList>('/api/v1/registers/document-types', { signal }) });
  return (
    <ListPage
      title={t('title')}
      path="/van-ban-di"
      listLabel={t('list')}
      detailLabel={t('detail')}
      actions={
        <>
          <ButtonLink variant="primary" icon={FilePlus} to="/soan-van-ban">
            {t('new')}
          </ButtonLink>
          {mayReadRegister && (
            <ButtonLink icon={BookOpen} to="/so-van-ban">
              {t('registers')}
            </ButtonLink>
          )}
        </>
      }
      filters={{
        choices: [
          { name: 'trang_thai', label: t('states'), all: t('anyState'), options: outgoingStates.map((value) => ({ value, label: t(value) })) },
          { name: 'do_khan', label: t('urgency'), all: t('anyUrgency'), options: urgencies.map((value) => ({ value, label: t(value) })) },
          { name: 'loai', label: t('type'), all: t('anyType'), options: (types.data?.types ?? []).map(({ code, name }) => ({ value: code, label: name })) },
        ],
        search: { name: 'tim', label: t('search') },
      }}
      pages={pages}
      list={{ storageKey: 'outgoing-documents', columns: columns(t) }}
      empty={{ title: t('empty'), text: t('emptyText') }}
      noneFound={t('noneFound')}
    />
  );
}

type Row = z.infer<typeof outgoingRow>;

function columns(t: T): Column<Row>[] {
  return [
    { id: 'number', label: t('number'), width: '8.5rem', narrow: 'top', render: (row) => row.numberAndNotation ?? <span className="lt-quiet">{t('noNumber')}</span> },
    { id: 'summary', label: t('summary'), narrow: 'title', main: true, render: (row) => row.summary },
    { id: 'urgency', label: t('urgency'), width: '6.5rem', narrow: 'aside', optional: true, render: (row) => (row.urgency === 'normal' ? null : <UrgencyBadge urgency={row.urgency} t={t} />) },
    { id: 'type', label: t('type'), width: '8rem', narrow: 'hidden', optional: 'hidden', render: (row) => row.typeName },
    {
      id: 'route',
      label: t('route'),
      width: '7.5rem',
      narrow: 'below',
      optional: true,
      render: (row) => <RouteInline label={t('routeOf', { name: row.numberAndNotation ?? row.summary })} stations={routeOfRow(row, t)} />,
    },
    { id: 'state', label: t('state'), width: '8.5rem', narrow: 'below', render: (row) => <OutgoingStateMark state={row.state} t={t} /> },
    { id: 'approver', label: t('approver'), width: '10rem', narrow: 'hidden', optional: true, render: (row) => row.approverName },
    { id: 'recipients', label: t('recipients'), width: '6.5rem', narrow: 'below', optional: true, render: (row) => t('recipientCount', { count: row.recipientCount }) },
    { id: 'issuedOn', label: t('issuedOn'), width: '7rem', narrow: 'hidden', optional: true, render: (row) => (row.issuedOn === null ? null : formatDate(row.issuedOn)) },
    { id: 'drafter', label: t('drafter'), width: '11rem', narrow: 'hidden', optional: 'hidden', render: (row) => row.drafterName },
    { id: 'createdAt', label: t('createdAt'), width: '9.5rem', narrow: 'hidden', optional: 'hidden', render: (row) => formatDateTime(row.createdAt) },
  ];
}
