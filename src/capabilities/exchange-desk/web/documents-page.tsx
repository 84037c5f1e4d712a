import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { Combobox } from '#ui/controls/combobox.tsx';
import { Select } from '#ui/controls/select.tsx';
import { DataList, type Column } from '#ui/data/data-list.tsx';
import { oneOf, pagingOf, turnByKey } from '#ui/data/keyed-pages.ts';
import { StateMark } from '#ui/data/state-mark.tsx';
import { EmptyState } from '#ui/feedback/empty-state.tsx';
import { Forbidden } from '#ui/feedback/forbidden.tsx';
import { formatDateTime } from '#ui/format.ts';
import { useT, type Translate } from '#ui/i18n.ts';
import { Page } from '#ui/layout/page.tsx';
import '#ui/layout/form.css';
import { useSearch } from '#ui/navigation.tsx';
import { useAbility } from '#ui/session-context.tsx';
import { boxes, documentFilters, type Box, type DocumentRow, type DocumentsReply } from '../contract.ts';
import { deskMessages, type DeskKey } from './desk-messages.ts';
import { DeskNav } from './desk-nav.tsx';
import { MonthFields } from './month-fields.tsx';
import { chosenMonths } from './months.ts';

const filtersOf = { sent: ['late', 'undelivered', 'unsigned'], received: ['late', 'unanswered', 'refused', 'unsigned'] } as const;

/** The documents behind the figures: late, not delivered, not acknowledged; each leads to its whole way. */
export function DocumentsPage(): ReactNode {
  const t = useT(deskMessages);
  const api = useApi();
  const [search, setSearch] = useSearch();
  const mayRead = useAbility('exchange-desk.read');
  const mayOversee = useAbility('exchange-desk.oversee');
  const box = oneOf(boxes, search['chieu']) ?? 'sent';
  const filter = oneOf(filtersOf[box], oneOf(documentFilters, search['tinh_trang']));
  const query = { ...chosenMonths(search, new Date()), box, filter, agencyId: search['co_quan'] };
  const pages = useInfiniteQuery({
    queryKey: ['exchange-desk', 'documents', query],
    enabled: mayRead,
    queryFn: ({ signal, pageParam }) => api.get<DocumentsReply>('/api/v1/exchange-desk/documents', { signal, query: { ...query, after: pageParam } }),
    ...turnByKey,
  });
  const first = pages.data?.pages[0];
  return (
    <Page
      title={t('documentsTitle')}
      subtitle={first === undefined ? undefined : t('documentsOf', { name: first.agencyName })}
      width="full"
      bar={
        <>
          <DeskNav />
          <div className="lt-desk__fields">
            {mayOversee && <AgencyField of={first === undefined ? undefined : { id: first.agencyId, name: first.agencyName }} isOwn={search['co_quan'] === undefined} onChange={(id) => setSearch({ co_quan: id })} />}
            <Select label={t('box')} value={box} onChange={(value: Box) => setSearch({ chieu: value, tinh_trang: undefined })} options={boxes.map((value) => ({ value, label: t(value === 'sent' ? 'boxSent' : 'boxReceived') }))} />
            <Select
              label={t('filter')}
              value={filter ?? ''}
              onChange={(value) => setSearch({ tinh_trang: value })}
              options={[{ value: '', label: t('everyDocument') }, ...filtersOf[box].map((value) => ({ value, label: t(`filter.${value}`) }))]}
            />
            <MonthFields />
          </div>
        </>
      }
    >
      {mayRead ? (
        <DataList
          label={t('documentList')}
          storageKey="exchange-documents"
          columns={columnsOf(t, box)}
          rows={pages.data?.pages.flatMap((page) => page.rows)}
          rowId={(row) => row.id}
          hrefOf={(row) => `/lien-thong/${box === 'sent' ? 'goi' : 'den'}/${first?.agencyId ?? ''}.${row.id}`}
          refreshing={pages.isFetching && first !== undefined}
          error={pages.error}
          onRetry={() => void pages.refetch()}
          paging={pagingOf(pages)}
          empty={
            <EmptyState kind="filtered" title={t('noDocuments')}>
              {t(mayOversee ? 'noDocumentsOversee' : 'noDocumentsText')}
            </EmptyState>
          }
        />
      ) : (
        <Forbidden />
      )}
    </Page>
  );
}

type Found = { agencies: { id: string; name: string; code: string | null }[] };

/** Whose documents: who oversees the province looks at each agency's. */
function AgencyField({ of, isOwn, onChange }: { of: { id: string; name: string } | undefined; isOwn: boolean; onChange: (id: string | undefined) => void }): ReactNode {
  const t = useT(deskMessages);
  const api = useApi();
  const [typed, setTyped] = useState('');
  const { data, isFetching } = useQuery({ queryKey: ['directory', 'desk', typed], queryFn: ({ signal }) => api.get<Found>('/api/v1/accounts/agencies', { signal, query: { text: typed } }), placeholderData: (before) => before });
  const found = (data?.agencies ?? []).map(({ id, name, code }) => ({ value: id, label: name, ...(code === null ? {} : { hint: code }) }));
  const options = of === undefined || found.some(({ value }) => value === of.id) ? found : [{ value: of.id, label: of.name }, ...found];
  return <Combobox label={t('ofAgency')} placeholder={t('ownAgency')} options={options} value={isOwn ? undefined : of?.id} onChange={onChange} onType={setTyped} loading={isFetching} />;
}

function columnsOf(t: Translate<DeskKey>, box: Box): Column<DocumentRow>[] {
  const time = (instant: string | null): ReactNode => (instant === null ? null : <time dateTime={instant}>{formatDateTime(instant)}</time>);
  const common: Column<DocumentRow>[] = [
    { id: 'number', label: t('number'), width: '10rem', narrow: 'top', render: (row) => row.number },
    { id: 'content', label: t('content'), narrow: 'title', main: true, render: (row) => row.summary ?? t('hiddenContent', { name: row.senderName }) },
    { id: 'at', label: t(box === 'sent' ? 'sentAt' : 'arrivedAt'), width: '10rem', narrow: 'below', render: (row) => time(row.at), renderNarrow: (row) => `${t(box === 'sent' ? 'sentAt' : 'arrivedAt')} ${formatDateTime(row.at)}` },
  ];
  const own: Column<DocumentRow>[] =
    box === 'sent'
      ? [
          { id: 'due', label: t('due'), width: '10rem', narrow: 'hidden', optional: true, render: (row) => time(row.dueAt) },
          { id: 'delivered', label: t('delivered'), width: '6rem', narrow: 'below', render: arrivedOf, renderNarrow: (row) => `${t('delivered')} ${arrivedOf(row)}` },
        ]
      : [{ id: 'told', label: t('told'), width: '10rem', narrow: 'below', render: (row) => time(row.toldAt) ?? t('notToldYet'), renderNarrow: (row) => (row.toldAt === null ? t('notToldYet') : `${t('told')} ${formatDateTime(row.toldAt)}`) }];
  return [
    ...common,
    ...own,
    { id: 'measure', label: t('measure'), width: '8rem', narrow: 'aside', render: (row) => <Measure isLate={row.isLate} /> },
    { id: 'signed', label: t('signed'), width: '5rem', narrow: 'hidden', optional: true, render: (row) => t(row.isSigned ? 'yes' : 'unsigned') },
  ];
}

const arrivedOf = (row: DocumentRow): string => `${String(row.arrived ?? 0)}/${String(row.recipients ?? 0)}`;

function Measure({ isLate }: { isLate: boolean | null }): ReactNode {
  const t = useT(deskMessages);
  if (isLate === null) return <StateMark kind="ahead">{t('noMeasure')}</StateMark>;
  return isLate ? <StateMark kind="stopped">{t('late')}</StateMark> : <StateMark kind="done">{t('onTime')}</StateMark>;
}
