import Download from 'lucide-react/icons/download';
import Printer from 'lucide-react/icons/printer';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useEffect, useState, type ReactNode } from 'react';
import { MOST_REGISTER_ROWS, type ReadRegisterKind, type RegisterPage as Reply, type RegisterRow } from '#engines/registers/contract.ts';
import { useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { DateField } from '#ui/controls/date-field.tsx';
import { Select } from '#ui/controls/select.tsx';
import { turnByKey } from '#ui/data/keyed-pages.ts';
import { Tabs } from '#ui/data/tabs.tsx';
import { Banner } from '#ui/feedback/banner.tsx';
import { EmptyState } from '#ui/feedback/empty-state.tsx';
import { ErrorState } from '#ui/feedback/error-state.tsx';
import { Forbidden } from '#ui/feedback/forbidden.tsx';
import { problemToast } from '#ui/feedback/problem-toast.ts';
import { Skeleton, SkeletonGroup } from '#ui/feedback/skeleton.tsx';
import { useToasts } from '#ui/feedback/toast.tsx';
import { formatNumber } from '#ui/format.ts';
import { useLanguage, useT } from '#ui/i18n.ts';
import { Page } from '#ui/layout/page.tsx';
import { useMutation } from '#ui/mutation.ts';
import '#ui/layout/form.css';
import { useSearch } from '#ui/navigation.tsx';
import { useAbility } from '#ui/session-context.tsx';
import { registerMessages } from './register-messages.ts';
import { Missing, RegisterTable } from './register-table.tsx';
import './register.css';

const ADDRESSES: Record<ReadRegisterKind, string> = { outgoing: '/api/v1/outgoing-documents/register', incoming: '/api/v1/incoming-documents/register' };
const ROWS_AT_ONCE = 1000;

type Question = { registerId: string | undefined; year: string | undefined; from: string | undefined; to: string | undefined };

/** The registers of the agency in the forms of the decree: to read, to print and bind, to take along (30/2020/NĐ-CP Art. 16.2, 22.3). */
export function RegisterPage(): ReactNode {
  const t = useT(registerMessages);
  const [search, setSearch] = useSearch();
  const may = { outgoing: useAbility('outgoing-documents.read-register'), incoming: useAbility('incoming-documents.read-register') };
  const kinds = (['outgoing', 'incoming'] as const).filter((kind) => may[kind]);
  const kind = search['loai'] === 'den' ? 'incoming' : 'outgoing';
  const tabs = (
    <Tabs
      label={t('tabs')}
      value={kind}
      onChange={(id) => setSearch({ loai: id === 'incoming' ? 'den' : undefined, so: undefined, tu: undefined, den: undefined })}
      items={kinds.map((id) => ({ id, label: t(id) }))}
    />
  );
  if (!may[kind]) {
    return (
      <Page title={t('title')} bar={kinds.length === 0 ? undefined : tabs}>
        <Forbidden />
      </Page>
    );
  }
  return <OneRegister key={kind} kind={kind} tabs={tabs} />;
}

function OneRegister({ kind, tabs }: { kind: ReadRegisterKind; tabs: ReactNode }): ReactNode {
  const t = useT(registerMessages);
  const api = useApi();
  const { language } = useLanguage();
  const [search] = useSearch();
  const [registerId, year] = (search['so'] ?? '').split('.').map((part) => (part === '' ? undefined : part));
  const question: Question = { registerId, year, from: search['tu'], to: search['den'] };
  const pages = useInfiniteQuery({
    queryKey: [`${kind}-documents`, 'register', question],
    queryFn: ({ signal, pageParam }) => api.get<Reply>(ADDRESSES[kind], { signal, query: { ...question, after: pageParam } }),
    ...turnByKey,
  });
  const printing = usePrinting(kind, question);
  const first = pages.data?.pages[0];
  const missingAtEnd = printing.whole?.missingAtEnd ?? pages.data?.pages.at(-1)?.missingAtEnd ?? null;
  const count = first?.count ?? 0;
  const isTooLong = count > MOST_REGISTER_ROWS;
  return (
    <Page
      title={t('title')}
      subtitle={first === undefined || count === 0 || isTooLong ? undefined : printing.fetched === undefined ? t('count', { count }) : t('loading', { count: printing.fetched })}
      actions={count === 0 || isTooLong ? undefined : <Actions href={exportOf(kind, question)} printing={printing} />}
      bar={
        <>
          {tabs}
          <Fields page={first} />
        </>
      }
    >
      {isTooLong && <Banner title={t('tooMany', { most: formatNumber(MOST_REGISTER_ROWS, language) })}>{t('tooManyText')}</Banner>}
      {pages.error !== null ? (
        <ErrorState error={pages.error} onRetry={() => void pages.refetch()} />
      ) : first === undefined ? (
        <SkeletonGroup>
          <Skeleton shape="block" height="50vh" />
        </SkeletonGroup>
      ) : first.register === null ? (
        <EmptyState title={t('empty')}>{t(kind === 'outgoing' ? 'emptyOutgoing' : 'emptyIncoming')}</EmptyState>
      ) : count === 0 ? (
        <EmptyState kind="filtered" title={t('none')}>
          {t('noneText')}
        </EmptyState>
      ) : (
        <>
          <RegisterTable kind={kind} page={first} rows={printing.whole?.rows ?? pages.data?.pages.flatMap(({ rows }) => rows) ?? []} />
          {pages.hasNextPage && printing.whole === undefined && (
            <p className="lt-register__more">
              <Button loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
                {t('more')}
              </Button>
            </p>
          )}
        </>
      )}
      {missingAtEnd !== null && !isTooLong && (
        <p>
          <Missing numbers={missingAtEnd} />
        </p>
      )}
    </Page>
  );
}

/** Which book, and which of its days. */
function Fields({ page }: { page: Reply | undefined }): ReactNode {
  const t = useT(registerMessages);
  const [search, setSearch] = useSearch();
  const register = page?.register ?? undefined;
  if (page === undefined || register === undefined) return null;
  const year = String(register.year);
  return (
    <div className="lt-register__fields">
      <Select
        label={t('register')}
        value={`${register.id}.${year}`}
        onChange={(so) => setSearch({ so, tu: undefined, den: undefined })}
        options={page.registers.map((each) => ({ value: `${each.id}.${String(each.year)}`, label: t('registerOf', { name: each.name, year: String(each.year) }) }))}
      />
      <DateField label={t('from')} value={search['tu'] ?? page.from} min={`${year}-01-01`} max={`${year}-12-31`} onChange={(tu) => setSearch({ tu })} />
      <DateField label={t('to')} value={search['den'] ?? page.to} min={search['tu'] ?? page.from} max={`${year}-12-31`} onChange={(den) => setSearch({ den })} />
      <Button onClick={() => setSearch({ tu: `${year}-01-01`, den: `${year}-12-31` })}>{t('wholeYear')}</Button>
    </div>
  );
}

function Actions({ href, printing }: { href: string; printing: Printing }): ReactNode {
  const t = useT(registerMessages);
  return (
    <>
      <a className="lt-button lt-button--quiet" href={href} download>
        <span className="lt-button__content">
          <Download size={16} aria-hidden="true" />
          {t('excel')}
        </span>
      </a>
      <Button icon={Printer} loading={printing.fetched !== undefined} onClick={printing.print}>
        {t('print')}
      </Button>
    </>
  );
}

function exportOf(kind: ReadRegisterKind, question: Question): string {
  const parameters = new URLSearchParams(Object.entries(question).flatMap(([name, value]): [string, string][] => (value === undefined ? [] : [[name, value]])));
  return `${ADDRESSES[kind]}.xlsx?${parameters.toString()}`;
}

type Whole = Pick<Reply, 'rows' | 'missingAtEnd'>;
type Printing = { whole: Whole | undefined; fetched: number | undefined; print: () => void };

/** Paper holds all days that were asked for, so the pages that nobody has looked at are fetched before the browser prints. */
function usePrinting(kind: ReadRegisterKind, question: Question): Printing {
  const api = useApi();
  const toasts = useToasts();
  const asked = JSON.stringify(question);
  const [fetched, setFetched] = useState(0);
  const [whole, setWhole] = useState<(Whole & { asked: string }) | undefined>();
  const load = useMutation({
    mutationFn: async () => {
      setFetched(0);
      const rows: RegisterRow[] = [];
      let missingAtEnd: Reply['missingAtEnd'] = null;
      let after: string | null = '0';
      while (after !== null) {
        const page: Reply = await api.get<Reply>(ADDRESSES[kind], { query: { ...question, after, limit: ROWS_AT_ONCE } });
        rows.push(...page.rows);
        setFetched(rows.length);
        after = page.next;
        missingAtEnd = page.missingAtEnd;
      }
      // On record before it is on paper.
      await api.post(`${ADDRESSES[kind]}/prints`, question);
      return { asked, rows, missingAtEnd };
    },
    onSuccess: setWhole,
    onError: (problem) => toasts.show(problemToast(problem)),
  });
  useEffect(() => {
    if (whole === undefined) return undefined;
    const done = (): void => setWhole(undefined);
    window.addEventListener('afterprint', done);
    window.print();
    return () => window.removeEventListener('afterprint', done);
  }, [whole]);
  return { whole: whole?.asked === asked ? whole : undefined, fetched: load.isPending ? fetched : undefined, print: () => load.mutate() };
}
