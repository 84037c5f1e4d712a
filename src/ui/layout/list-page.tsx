import type { ReactNode } from 'react';
import { Button } from '../controls/button.tsx';
import { DataList, type DataListProps } from '../data/data-list.tsx';
import { ListFilters, type FilterChoice, type ListFiltersProps } from '../data/list-filters.tsx';
import { pagingOf, type KeyedPages } from '../data/keyed-pages.ts';
import { Tabs } from '../data/tabs.tsx';
import { EmptyState } from '../feedback/empty-state.tsx';
import { defineMessages, useT } from '../i18n.ts';
import { Outlet, useNavigation, useParam, useSearch } from '../navigation.tsx';
import { ListDetail } from './list-detail.tsx';
import { Page } from './page.tsx';

export type ListPageProps<Row> = {
  title: string;
  /** The list's own place, such as `/van-ban-den`; the open thing stands at `$id` below it. */
  path: string;
  /** Names for screen readers: "Danh sách văn bản đến", "Văn bản đến". */
  listLabel: string;
  detailLabel: string;
  actions?: ReactNode;
  filters: {
    /** One filter as tabs before the others. */
    tabs?: FilterChoice;
    choices: readonly FilterChoice[];
    search: ListFiltersProps['search'];
    /** Fields beside the choices, and their names in the address. */
    fields?: { content: ReactNode; names: readonly string[] };
  };
  pages: KeyedPages<Row>;
  list: Pick<DataListProps<Row>, 'columns' | 'onComplete' | 'isUnread' | 'selection' | 'bulkActions'> & { storageKey: string };
  /** What stands there before anything came: what will come, and how. */
  empty: { title: string; text: string };
  /** When nothing fits the filters: "Không có văn bản nào khớp". */
  noneFound: string;
};

const EVERYTHING = 'all';

const messages = defineMessages({ vi: { clear: 'Bỏ lọc' }, en: { clear: 'Clear filters' } });

/**
 * A place of work with a list: filters and the open thing in the address, pages by key, the choice of columns kept in this
 * browser, and the detail beside the list, which keeps its place. It fetches nothing: the screen hands over its pages.
 */
export function ListPage<Row extends { id: string }>(props: ListPageProps<Row>): ReactNode {
  const { title, path, listLabel, detailLabel, actions, filters } = props;
  const { navigate, search } = useNavigation();
  const openId = useParam('id');
  const query = new URLSearchParams(search).toString();
  const withFilters = (place: string) => (query === '' ? place : `${place}?${query}`);
  return (
    <Page title={title} width="full" actions={actions} bar={<Filters {...filters} />}>
      <ListDetail
        listLabel={listLabel}
        detailLabel={detailLabel}
        onClose={() => navigate(withFilters(path))}
        list={<List {...props} openId={openId} hrefOf={(row) => withFilters(`${path}/${row.id}`)} />}
        detail={openId === undefined ? undefined : <Outlet />}
      />
    </Page>
  );
}

function Filters({ tabs, choices, search, fields }: ListPageProps<never>['filters']): ReactNode {
  const [values, setSearch] = useSearch();
  return (
    <>
      {tabs !== undefined && (
        <Tabs
          label={tabs.label}
          value={values[tabs.name] ?? EVERYTHING}
          onChange={(id) => setSearch({ [tabs.name]: id === EVERYTHING ? undefined : id })}
          items={[{ id: EVERYTHING, label: tabs.all }, ...tabs.options.map(({ value, label }) => ({ id: value, label }))]}
        />
      )}
      <ListFilters choices={choices} search={search} others={[...(tabs === undefined ? [] : [tabs.name]), ...(fields?.names ?? [])]} fields={fields?.content} />
    </>
  );
}

type ListProps<Row> = ListPageProps<Row> & { openId: string | undefined; hrefOf: (row: Row) => string };

function List<Row extends { id: string }>({ listLabel, filters, pages, list, empty, noneFound, openId, hrefOf }: ListProps<Row>): ReactNode {
  const t = useT(messages);
  const [values, setSearch] = useSearch();
  const names = [...[...(filters.tabs === undefined ? [] : [filters.tabs]), ...filters.choices, filters.search].map(({ name }) => name), ...(filters.fields?.names ?? [])];
  const isFiltered = names.some((name) => (values[name] ?? '') !== '');
  return (
    <DataList
      label={listLabel}
      {...list}
      rows={pages.data?.pages.flatMap((page) => page.rows)}
      rowId={(row) => row.id}
      hrefOf={hrefOf}
      openId={openId}
      refreshing={pages.isFetching && !pages.isFetchingNextPage}
      error={pages.error}
      onRetry={() => void pages.refetch()}
      paging={pagingOf(pages)}
      empty={
        isFiltered ? (
          <EmptyState kind="filtered" title={noneFound} actions={<Button onClick={() => setSearch(Object.fromEntries(names.map((name) => [name, undefined])))}>{t('clear')}</Button>} />
        ) : (
          <EmptyState title={empty.title}>{empty.text}</EmptyState>
        )
      }
    />
  );
}
