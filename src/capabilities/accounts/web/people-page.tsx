import { useInfiniteQuery } from '@tanstack/react-query';
import Search from 'lucide-react/icons/search';
import UserPlus from 'lucide-react/icons/user-plus';
import { useEffect, useState, type ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { TextField } from '#ui/controls/text-field.tsx';
import { Badge } from '#ui/data/badge.tsx';
import { DataList, type Column } from '#ui/data/data-list.tsx';
import { pagingOf } from '#ui/data/keyed-pages.ts';
import { EmptyState } from '#ui/feedback/empty-state.tsx';
import { formatDateTime } from '#ui/format.ts';
import { useT, type Translate } from '#ui/i18n.ts';
import { Page } from '#ui/layout/page.tsx';
import { useSearch } from '#ui/navigation.tsx';
import { useAbility, useSession } from '#ui/session-context.tsx';
import type { PeopleList, PersonRow } from '../contract.ts';
import { NewPersonPanel } from './new-person-panel.tsx';
import { peopleMessages } from './people-messages.ts';
import { PersonPanel } from './person-panel.tsx';

const TYPING_PAUSE_MS = 250;

/** Accounts and posts, for administrators: of the own agency, or of the province. */
export function PeoplePage(): ReactNode {
  const t = useT(peopleMessages);
  const api = useApi();
  const { agency } = useSession();
  const seesAll = useAbility('accounts.keep-directory');
  const [{ tim: text = '' }, setSearch] = useSearch();
  const [typed, setTyped] = useState(text);
  const [openId, setOpenId] = useState<string | undefined>(undefined);
  const [adding, setAdding] = useState(false);
  useEffect(() => {
    if (typed === text) return undefined;
    const timer = setTimeout(() => setSearch({ tim: typed === '' ? undefined : typed }), TYPING_PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed, text, setSearch]);
  const pages = useInfiniteQuery({
    queryKey: ['identity', 'people', text],
    queryFn: ({ signal, pageParam }) => api.get<PeopleList>('/api/v1/accounts/people', { signal, query: { text, after: pageParam } }),
    // safe because the first page has no cursor
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
  });
  const rows = pages.data?.pages.flatMap((page) => page.people);
  const open = rows?.find((person) => person.personId === openId);
  return (
    <Page
      title={t('title')}
      subtitle={seesAll ? t('subtitleAll') : t('subtitle', { agency: agency.name })}
      actions={
        <Button variant="primary" icon={UserPlus} onClick={() => setAdding(true)}>
          {t('add')}
        </Button>
      }
      bar={<TextField label={t('search')} hideLabel icon={Search} placeholder={t('search')} type="search" value={typed} onChange={setTyped} />}
    >
      <DataList
        label={t('list')}
        columns={columns(t)}
        rows={rows}
        rowId={(person) => person.personId}
        onOpen={(person) => setOpenId(person.personId)}
        openId={openId}
        refreshing={pages.isFetching && !pages.isFetchingNextPage}
        error={pages.error}
        onRetry={() => void pages.refetch()}
        paging={pagingOf(pages)}
        empty={<EmptyState kind="filtered" title={t('empty')} />}
      />
      {open !== undefined && <PersonPanel key={open.personId} person={open} onClose={() => setOpenId(undefined)} />}
      {adding && <NewPersonPanel onClose={() => setAdding(false)} />}
    </Page>
  );
}

type T = Translate<keyof (typeof peopleMessages)['vi']>;

function columns(t: T): Column<PersonRow>[] {
  return [
    { id: 'name', label: t('name'), narrow: 'title', main: true, render: (person) => person.name },
    { id: 'login', label: t('login'), width: '11rem', narrow: 'below', render: (person) => person.login ?? '' },
    { id: 'posts', label: t('posts'), narrow: 'below', render: (person) => person.posts.map((post) => `${post.title}, ${post.agencyName}`).join('; ') },
    { id: 'state', label: t('state'), width: '9rem', narrow: 'aside', render: (person) => <AccountState person={person} t={t} /> },
    {
      id: 'last',
      label: t('lastSignIn'),
      width: '11rem',
      narrow: 'hidden',
      optional: true,
      render: (person) => (person.lastSignInAt === null ? t('never') : formatDateTime(person.lastSignInAt)),
    },
  ];
}

function AccountState({ person, t }: { person: PersonRow; t: T }): ReactNode {
  if (person.login === null) return <Badge>{t('noAccount')}</Badge>;
  if (person.disabledAt !== null) return <Badge tone="danger">{t('disabled')}</Badge>;
  if (person.isDormant) return <Badge tone="warn">{t('dormant')}</Badge>;
  if (person.lockedUntil !== null) return <Badge tone="warn">{t('locked')}</Badge>;
  return person.hasSecondFactor ? <Badge tone="done">{t('twoFactors')}</Badge> : null;
}
