import FileBadge from 'lucide-react/icons/file-badge';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { z } from 'zod';
import { useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { oneOf, turnByKey } from '#ui/data/keyed-pages.ts';
import { useT } from '#ui/i18n.ts';
import { ListPage } from '#ui/layout/list-page.tsx';
import { useNavigation, useSearch } from '#ui/navigation.tsx';
import { requestKinds, requestStates, type requestList } from '../contract.ts';
import { requestColumns } from './certificate-marks.tsx';
import { messages } from './messages.ts';

/** What agencies have asked for, newest first. */
export function RequestsPage(): ReactNode {
  const t = useT(messages);
  const api = useApi();
  const { navigate } = useNavigation();
  const [search] = useSearch();
  const filters = { state: oneOf(requestStates, search['trang_thai']), kind: oneOf(requestKinds, search['loai']), text: search['tim'] };
  const pages = useInfiniteQuery({
    queryKey: ['certificates', 'requests', filters],
    queryFn: async ({ signal, pageParam }) => {
      const page = await api.get<z.infer<typeof requestList>>('/api/v1/certificates/requests', { signal, query: { ...filters, after: pageParam } });
      return { ...page, rows: page.rows.map((row) => ({ ...row, id: `${row.agencyId}.${row.id}` })) };
    },
    ...turnByKey,
  });
  return (
    <ListPage
      title={t('requestsTitle')}
      path="/de-nghi-chung-thu"
      listLabel={t('requestsList')}
      detailLabel={t('requestDetail')}
      actions={
        <Button icon={FileBadge} onClick={() => navigate('/chung-thu-so')}>
          {t('back')}
        </Button>
      }
      filters={{
        tabs: { name: 'trang_thai', label: t('states'), all: t('all'), options: requestStates.map((value) => ({ value, label: t(value) })) },
        choices: [{ name: 'loai', label: t('kind'), all: t('anyKind'), options: requestKinds.map((value) => ({ value, label: t(value) })) }],
        search: { name: 'tim', label: t('requestsSearch') },
      }}
      pages={pages}
      list={{ storageKey: 'certificate-requests', columns: requestColumns(t) }}
      empty={{ title: t('requestsEmpty'), text: t('requestsEmptyText') }}
      noneFound={t('requestsNone')}
    />
  );
}
