import FileBadge from 'lucide-react/icons/file-badge';
import ListChecks from 'lucide-react/icons/list-checks';
import TriangleAlert from 'lucide-react/icons/triangle-alert';
import Upload from 'lucide-react/icons/upload';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import type { z } from 'zod';
import type { LoadedLists, trustPage, TrustRow, TrustSource, TrustState } from '#engines/signatures/contract.ts';
import { useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import type { Column } from '#ui/data/data-list.tsx';
import { oneOf, turnByKey } from '#ui/data/keyed-pages.ts';
import { formatDate } from '#ui/format.ts';
import { useT, type Translate } from '#ui/i18n.ts';
import { ListPage } from '#ui/layout/list-page.tsx';
import { useNavigation, useSearch } from '#ui/navigation.tsx';
import { AddTrustDialog } from './trust-add-dialog.tsx';
import { TrustStateMark } from './trust-marks.tsx';
import { messages, type MessageKey } from './trust-messages.ts';

const states = ['inForce', 'ahead', 'ended'] as const satisfies readonly TrustState[];
const sources = ['table', 'builtIn', 'formerBuiltIn', 'folder', 'list'] as const satisfies readonly TrustSource[];

/** Whom the installation trusts when it judges signatures: wherever that was said, and for how long. */
export function TrustPage(): ReactNode {
  const t = useT(messages);
  const api = useApi();
  const [search] = useSearch();
  const filters = { state: oneOf(states, search['tinh_trang']), source: oneOf(sources, search['nguon']), text: search['tim'] };
  const pages = useInfiniteQuery({
    queryKey: ['signatures', 'trust', filters],
    queryFn: ({ signal, pageParam }) => api.get<z.infer<typeof trustPage>>('/api/v1/signatures/trust-store', { signal, query: { ...filters, after: pageParam } }),
    ...turnByKey,
  });
  return (
    <ListPage
      title={t('title')}
      path="/chung-thu-goc"
      listLabel={t('list')}
      detailLabel={t('detail')}
      actions={pages.error === null ? <Actions /> : null}
      filters={{
        tabs: { name: 'tinh_trang', label: t('states'), all: t('all'), options: states.map((value) => ({ value, label: t(value) })) },
        choices: [{ name: 'nguon', label: t('source'), all: t('anySource'), options: sources.map((value) => ({ value, label: t(`source.${value}`) })) }],
        search: { name: 'tim', label: t('search') },
      }}
      pages={pages}
      list={{ storageKey: 'trusted-roots', columns: columnsOf(t) }}
      empty={{ title: t('empty'), text: t('emptyText') }}
      noneFound={t('noneFound')}
    />
  );
}

function columnsOf(t: Translate<MessageKey>): Column<TrustRow>[] {
  const day = (at: string | null): ReactNode => (at === null ? <span className="lt-quiet">–</span> : <time dateTime={at}>{formatDate(at)}</time>);
  return [
    { id: 'name', label: t('name'), main: true, narrow: 'title', render: (row) => row.name },
    { id: 'source', label: t('source'), width: '12rem', narrow: 'top', optional: true, render: (row) => t(`source.${row.source}`) },
    { id: 'basis', label: t('legalBasis'), width: '24%', narrow: 'below', optional: true, render: (row) => row.legalBasis ?? row.file },
    { id: 'from', label: t('trustedFrom'), width: '7rem', narrow: 'hidden', optional: true, render: (row) => day(row.trustedFrom) },
    { id: 'to', label: t('trustedTo'), width: '8rem', narrow: 'hidden', optional: true, render: (row) => day(row.trustedTo) },
    { id: 'state', label: t('state'), width: '10rem', narrow: 'below', render: (row) => <TrustStateMark state={row.state} /> },
  ];
}

function Actions(): ReactNode {
  const t = useT(messages);
  const { navigate } = useNavigation();
  const api = useApi();
  const [isAdding, setIsAdding] = useState(false);
  const { data } = useQuery({ queryKey: ['signatures', 'trusted-lists'], queryFn: ({ signal }) => api.get<LoadedLists>('/api/v1/signatures/trust-store/lists', { signal }) });
  const hasTrouble = data !== undefined && (data.unreadable !== null || data.lists.some(({ signature }) => signature === 'notUsed'));
  return (
    <>
      <Button variant="primary" icon={Upload} onClick={() => setIsAdding(true)}>
        {t('add')}
      </Button>
      <Button icon={hasTrouble ? TriangleAlert : ListChecks} onClick={() => navigate('/danh-sach-tin-cay')}>
        {t(hasTrouble ? 'listsTrouble' : 'listsShort')}
      </Button>
      <Button icon={FileBadge} onClick={() => navigate('/chung-thu-so')}>
        {t('certificates')}
      </Button>
      {isAdding && <AddTrustDialog onClose={() => setIsAdding(false)} />}
    </>
  );
}
