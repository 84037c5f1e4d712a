import Archive from 'lucide-react/icons/archive';
import BarChart from 'lucide-react/icons/chart-column';
import ChevronDown from 'lucide-react/icons/chevron-down';
import Download from 'lucide-react/icons/download';
import FilePlus from 'lucide-react/icons/file-plus';
import Files from 'lucide-react/icons/files';
import ShieldCheck from 'lucide-react/icons/shield-check';
import Upload from 'lucide-react/icons/upload';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import type { z } from 'zod';
import { useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { oneOf, turnByKey } from '#ui/data/keyed-pages.ts';
import { useT } from '#ui/i18n.ts';
import { ListPage } from '#ui/layout/list-page.tsx';
import { useNavigation, useSearch } from '#ui/navigation.tsx';
import { Menu, type MenuEntry } from '#ui/overlays/menu.tsx';
import { useSession } from '#ui/session-context.tsx';
import { certificateStates, holderKinds, type certificateList, type CertificateStatistics } from '../contract.ts';
import { AskChosen, AskProgressDialog } from './ask-status.tsx';
import { certificateColumns } from './certificate-marks.tsx';
import { ImportDialog } from './import-dialog.tsx';
import { messages } from './messages.ts';
import { RequestDialog } from './request-dialog.tsx';

/** The inventory: those that end first stand first. */
export function CertificatesPage(): ReactNode {
  const t = useT(messages);
  const api = useApi();
  const [search] = useSearch();
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [asked, setAsked] = useState<string | undefined>();
  const follow = (since: string): void => {
    setSelected(new Set());
    setAsked(since);
  };
  const filters = { state: oneOf(certificateStates, search['tinh_trang']), holder: oneOf(holderKinds, search['chu_the']), agency: search['co_quan'], text: search['tim'] };
  const agencies = useAgencies();
  const pages = useInfiniteQuery({
    queryKey: ['certificates', 'list', filters],
    queryFn: async ({ signal, pageParam }) => {
      const page = await api.get<z.infer<typeof certificateList>>('/api/v1/certificates', { signal, query: { ...filters, after: pageParam } });
      return { ...page, rows: page.rows.map((row) => ({ ...row, id: `${row.agencyId}.${row.id}` })) };
    },
    ...turnByKey,
  });
  return (
    <>
      <ListPage
        title={t('title')}
        path="/chung-thu-so"
        listLabel={t('list')}
        detailLabel={t('detail')}
        actions={<Actions onAsked={setAsked} exportHref={exportOf(filters)} />}
        filters={{
          tabs: { name: 'tinh_trang', label: t('states'), all: t('all'), options: certificateStates.filter((value) => value !== 'notYetValid').map((value) => ({ value, label: t(value) })) },
          choices: [
            { name: 'chu_the', label: t('holder'), all: t('anyHolder'), options: holderKinds.map((value) => ({ value, label: t(value) })) },
            ...(agencies.length > 1 ? [{ name: 'co_quan', label: t('managingFilter'), all: t('anyAgency'), options: agencies }] : []),
          ],
          search: { name: 'tim', label: t('search') },
        }}
        pages={pages}
        list={{
          storageKey: 'certificates',
          columns: certificateColumns(t),
          selection: { selected, onChange: setSelected },
          bulkActions: (ids) => <AskChosen ids={ids} pages={pages} onSelect={setSelected} onAsked={follow} />,
        }}
        empty={{ title: t('empty'), text: t('emptyText') }}
        noneFound={t('noneFound')}
      />
      {asked !== undefined && <AskProgressDialog since={asked} onClose={() => setAsked(undefined)} />}
    </>
  );
}

/** The agencies whose certificates the caller may see: one's own, for the province all. */
function useAgencies(): { value: string; label: string }[] {
  const api = useApi();
  const statistics = useQuery({ queryKey: ['certificates', 'statistics'], queryFn: ({ signal }) => api.get<CertificateStatistics>('/api/v1/certificates/statistics', { signal }) });
  return (statistics.data?.agencies ?? []).map(({ agencyId, agencyName }) => ({ value: agencyId, label: agencyName }));
}

/** The file holds what the filters leave. */
function exportOf(filters: Record<string, string | undefined>): string {
  const parameters = new URLSearchParams(Object.entries(filters).flatMap(([name, value]): [string, string][] => (value === undefined ? [] : [[name, value]])));
  return `/api/v1/certificates/inventory.xlsx?${parameters.toString()}`;
}

/** Whoever sees more than the own certificates sees how many there are. */
const COUNTING_ROLES = ['agency_admin', 'province_admin', 'auditor', 'clerk', 'chief_of_office'];

function Actions({ onAsked, exportHref }: { onAsked: (since: string) => void; exportHref: string }): ReactNode {
  const t = useT(messages);
  const { post } = useSession();
  const { navigate } = useNavigation();
  const [open, setOpen] = useState<'import' | 'ask' | undefined>();
  const keeps = post.roles.includes('agency_admin') || post.roles.includes('province_admin');
  const close = () => setOpen(undefined);
  const entries: MenuEntry[] = [
    ...(keeps ? [{ id: 'import', label: t('import'), icon: Upload, onSelect: () => setOpen('import') }] : []),
    { id: 'excel', label: t('excel'), icon: Download, onSelect: () => window.location.assign(exportHref) },
    ...(post.roles.some((role) => COUNTING_ROLES.includes(role)) ? [{ id: 'statistics', label: t('statistics'), icon: BarChart, onSelect: () => navigate('/thong-ke-chung-thu') }] : []),
    ...(keeps ? [{ id: 'copies', label: t('copiesShort'), icon: Archive, onSelect: () => navigate('/ban-luu-lau-dai') }] : []),
    ...(post.roles.includes('province_admin') ? [{ id: 'roots', label: t('trustedRoots'), icon: ShieldCheck, onSelect: () => navigate('/chung-thu-goc') }] : []),
  ];
  return (
    <>
      <Button variant="primary" icon={FilePlus} onClick={() => setOpen('ask')}>
        {t('ask')}
      </Button>
      <Button icon={Files} onClick={() => navigate('/de-nghi-chung-thu')}>
        {t('requests')}
      </Button>
      {/* A box of its own: an open menu puts marks of its own beside its button, which must not push it. */}
      <div>
        <Menu align="end" entries={entries} trigger={<Button icon={ChevronDown}>{t('otherActions')}</Button>} />
      </div>
      {open === 'import' && <ImportDialog onClose={close} onAsked={onAsked} />}
      {open === 'ask' && <RequestDialog onClose={close} />}
    </>
  );
}
