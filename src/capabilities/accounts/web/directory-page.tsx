import { useQuery } from '@tanstack/react-query';
import CirclePlus from 'lucide-react/icons/circle-plus';
import Download from 'lucide-react/icons/download';
import FileUp from 'lucide-react/icons/file-up';
import { useState, type ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { Badge } from '#ui/data/badge.tsx';
import { DataList, type Column } from '#ui/data/data-list.tsx';
import { ListFilters } from '#ui/data/list-filters.tsx';
import { Tabs } from '#ui/data/tabs.tsx';
import { StateMark } from '#ui/data/state-mark.tsx';
import { EmptyState } from '#ui/feedback/empty-state.tsx';
import { formatDate, formatNumber } from '#ui/format.ts';
import { useLanguage, useT, type Translate } from '#ui/i18n.ts';
import { ListDetail } from '#ui/layout/list-detail.tsx';
import { Page } from '#ui/layout/page.tsx';
import { Outlet, useNavigation, useParam, useSearch } from '#ui/navigation.tsx';
import { Menu } from '#ui/overlays/menu.tsx';
import { useAbility } from '#ui/session-context.tsx';
import type { AgencyRow, GroupList } from '../contract.ts';
import './accounts.css';
import { agencyMessages } from './agency-messages.ts';
import { directoryMessages } from './directory-messages.ts';
import { NationalImportDialog } from './national-import-dialog.tsx';
import { nationalMessages } from './national-messages.ts';
import { NationalView } from './national-view.tsx';
import { NewAgencyDialog } from './new-agency-dialog.tsx';

const MOST_ROWS = 1000;
const NATIONAL = 'quoc-gia';

/** The agencies, and for who keeps the directory the national list beside them. */
export function DirectoryPage(): ReactNode {
  const keepsDirectory = useAbility('accounts.keep-directory');
  const [{ phan: view }] = useSearch();
  return keepsDirectory && view === NATIONAL ? <NationalPage /> : <AgenciesPage hasViews={keepsDirectory} />;
}

function Views({ view }: { view: 'co-quan' | typeof NATIONAL }): ReactNode {
  const t = useT(nationalMessages);
  const { navigate } = useNavigation();
  return (
    <Tabs
      label={t('views')}
      value={view}
      onChange={(id) => navigate(id === NATIONAL ? `/danh-ba?phan=${NATIONAL}` : '/danh-ba')}
      items={[
        { id: 'co-quan', label: t('agencies') },
        { id: NATIONAL, label: t('national') },
      ]}
    />
  );
}

function NationalPage(): ReactNode {
  const t = useT(directoryMessages);
  const words = useT(nationalMessages);
  const [importing, setImporting] = useState(false);
  return (
    <Page
      title={t('title')}
      actions={
        <>
          <Button variant="primary" icon={FileUp} onClick={() => setImporting(true)}>
            {words('importFile')}
          </Button>
          {/* A box of its own: an open menu puts marks of its own beside its button, which must not push it. */}
          <div className="lt-accounts-action">
            <Menu
              align="end"
              trigger={<Button icon={Download}>{words('export')}</Button>}
              entries={(['csv', 'json'] as const).map((format) => ({ id: format, label: words(`export_${format}`), onSelect: () => window.location.assign(`/api/v1/accounts/national-directory/own.${format}`) }))}
            />
          </div>
        </>
      }
      bar={<Views view={NATIONAL} />}
    >
      <NationalView />
      {importing && <NationalImportDialog onClose={() => setImporting(false)} />}
    </Page>
  );
}

/** Every agency of the province and beyond, found without diacritics; its page opens beside the list. */
function AgenciesPage({ hasViews }: { hasViews: boolean }): ReactNode {
  const t = useT(directoryMessages);
  const { navigate, search } = useNavigation();
  const openId = useParam('id');
  const withSearch = (path: string): string => {
    const query = new URLSearchParams(search).toString();
    return query === '' ? path : `${path}?${query}`;
  };
  return (
    <Page title={t('title')} width="full" actions={<AddAgency />} bar={
        <>
          {hasViews && <Views view="co-quan" />}
          <Filters />
        </>
      }>
      <ListDetail
        listLabel={t('list')}
        detailLabel={t('detail')}
        onClose={() => navigate(withSearch('/danh-ba'))}
        list={<AgencyList openId={openId} hrefOf={(id) => withSearch(`/danh-ba/${id}`)} />}
        detail={openId === undefined ? undefined : <Outlet />}
      />
    </Page>
  );
}

/** Only who keeps the directory adds to it. */
function AddAgency(): ReactNode {
  const t = useT(agencyMessages);
  const keepsDirectory = useAbility('accounts.keep-directory');
  const [adding, setAdding] = useState(false);
  if (!keepsDirectory) return null;
  return (
    <>
      <Button icon={CirclePlus} onClick={() => setAdding(true)}>
        {t('addAgency')}
      </Button>
      {adding && <NewAgencyDialog onClose={() => setAdding(false)} />}
    </>
  );
}

function Filters(): ReactNode {
  const t = useT(directoryMessages);
  const api = useApi();
  const { language } = useLanguage();
  const groups = useQuery({ queryKey: ['accounts', 'groups'], queryFn: ({ signal }) => api.get<GroupList>('/api/v1/accounts/agency-groups', { signal }), staleTime: 300_000 });
  const options = (groups.data?.groups ?? []).map((each) => ({ value: each.key, label: `${each[language]} (${formatNumber(each.agencyIds.length, language)})` }));
  return <ListFilters choices={[{ name: 'nhom', label: t('groups'), all: t('all'), options }]} search={{ name: 'tim', label: t('search') }} />;
}

function AgencyList({ openId, hrefOf }: { openId: string | undefined; hrefOf: (id: string) => string }): ReactNode {
  const t = useT(directoryMessages);
  const api = useApi();
  const { language } = useLanguage();
  const [{ tim: text, nhom: group }, setSearch] = useSearch();
  const agencies = useQuery({
    queryKey: ['accounts', 'directory', text, group],
    queryFn: ({ signal }) => api.get<{ agencies: AgencyRow[] }>('/api/v1/accounts/agencies', { signal, query: { text, group, limit: MOST_ROWS } }),
    placeholderData: (before) => before,
  });
  const filtered = text !== undefined || group !== undefined;
  const isCut = agencies.data?.agencies.length === MOST_ROWS;
  return (
    <>
      {isCut && <p className="lt-quiet lt-accounts-cut">{t('narrowDown', { count: formatNumber(MOST_ROWS, language) })}</p>}
      <DataList
        label={t('list')}
        columns={columns(t)}
        rows={agencies.data?.agencies}
        rowId={(agency) => agency.id}
        hrefOf={(agency) => hrefOf(agency.id)}
        openId={openId}
        refreshing={agencies.isFetching}
        error={agencies.error}
        onRetry={() => void agencies.refetch()}
        empty={
          filtered ? (
            <EmptyState kind="filtered" title={t('noneFound')} actions={<Button onClick={() => setSearch({ tim: undefined, nhom: undefined })}>{t('showAll')}</Button>}>
              {t('noneFoundText')}
            </EmptyState>
          ) : (
            <EmptyState title={t('empty')}>{t('emptyText')}</EmptyState>
          )
        }
      />
    </>
  );
}

function columns(t: Translate<keyof (typeof directoryMessages)['vi']>): Column<AgencyRow>[] {
  return [
    { id: 'name', label: t('name'), narrow: 'title', main: true, render: (agency) => agency.name },
    { id: 'code', label: t('code'), width: '8rem', narrow: 'below', render: (agency) => agency.code ?? '' },
    {
      id: 'state',
      label: t('state'),
      width: '10rem',
      narrow: 'aside',
      render: (agency) =>
        agency.closedOn !== null && agency.state === 'closed' ? (
          <StateMark kind="stopped">{t('closed', { day: formatDate(agency.closedOn) })}</StateMark>
        ) : agency.hosting === 'external' ? (
          <Badge>{t('external')}</Badge>
        ) : null,
    },
  ];
}
