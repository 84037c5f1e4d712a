import BookOpen from 'lucide-react/icons/book-open';
import ScanLine from 'lucide-react/icons/scan-line';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { z } from 'zod';
import type { DocumentTypeList } from '#engines/registers/contract.ts';
import { useApi } from '#ui/api-context.tsx';
import { ButtonLink } from '#ui/controls/button.tsx';
import { oneOf, turnByKey } from '#ui/data/keyed-pages.ts';
import { useT } from '#ui/i18n.ts';
import { ListPage } from '#ui/layout/list-page.tsx';
import '#ui/layout/form.css';
import { useSearch } from '#ui/navigation.tsx';
import { useAbility } from '#ui/session-context.tsx';
import type { incomingList } from '../contract.ts';
import { incomingStates, urgencies, workFilters } from '../domain/states.ts';
import { copyMessages } from './copy-messages.ts';
import { handlingMessages } from './handling-messages.ts';
import { inboxColumns } from './inbox-columns.tsx';
import { messages } from './messages.ts';
import { useRegister } from './use-register.ts';

/** The agency's inbox: filters in the address, the list keeps its place while documents are opened beside it. */
export function InboxPage(): ReactNode {
  const t = useT(messages);
  const tHandling = useT(handlingMessages);
  const tCopy = useT(copyMessages);
  const mayRegisterPaper = useAbility('incoming-documents.register-paper');
  const mayReadRegister = useAbility('incoming-documents.read-register');
  const api = useApi();
  const register = useRegister();
  const [search] = useSearch();
  const filters = { work: oneOf(workFilters, search['viec']), state: oneOf(incomingStates, search['trang_thai']), urgency: oneOf(urgencies, search['do_khan']), type: search['loai'], text: search['tim'] };
  const pages = useInfiniteQuery({
    queryKey: ['incoming-documents', 'list', filters],
    queryFn: ({ signal, pageParam }) => api.get<z.infer<typeof incomingList>>('/api/v1/incoming-documents', { signal, query: { ...filters, after: pageParam } }),
    ...turnByKey,
  });
  const types = useQuery({ queryKey: ['registers', 'types'], staleTime: 300_000, queryFn: ({ signal }) => api.get<DocumentTypeList>('/api/v1/registers/document-types', { signal }) });
  return (
    <ListPage
      title={t('title')}
      path="/van-ban-den"
      listLabel={t('list')}
      detailLabel={t('detail')}
      actions={
        <>
          {mayRegisterPaper && (
            <ButtonLink icon={ScanLine} to="/vao-so-van-ban-giay">
              {tCopy('registerPaper')}
            </ButtonLink>
          )}
          {mayReadRegister && (
            <ButtonLink icon={BookOpen} to="/so-van-ban?loai=den">
              {t('registers')}
            </ButtonLink>
          )}
        </>
      }
      filters={{
        tabs: { name: 'viec', label: tHandling('work'), all: t('all'), options: workFilters.map((value) => ({ value, label: tHandling(`work.${value}`) })) },
        choices: [
          { name: 'trang_thai', label: t('states'), all: t('anyState'), options: incomingStates.map((value) => ({ value, label: t(value) })) },
          { name: 'do_khan', label: t('urgency'), all: t('anyUrgency'), options: urgencies.map((value) => ({ value, label: t(value) })) },
          { name: 'loai', label: t('type'), all: t('anyType'), options: (types.data?.types ?? []).map(({ code, name }) => ({ value: code, label: name })) },
        ],
        search: { name: 'tim', label: t('search') },
      }}
      pages={pages}
      list={{
        storageKey: 'incoming-documents',
        columns: inboxColumns(t, new Date()),
        onComplete: (row) => row.state === 'arrived' && !register.isPending && register.mutate(row),
        isUnread: (row) => row.state === 'arrived',
      }}
      empty={{ title: t('empty'), text: t('emptyText') }}
      noneFound={t('noneFound')}
    />
  );
}
