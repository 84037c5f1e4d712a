import type { Paging } from './data-list.tsx';

/** One page of a list that is paged by key: `next` is handed back to get the page after it. */
export type KeyedPage<Row> = { rows: readonly Row[]; next: string | null };

/** The pages of a list as `useInfiniteQuery` holds them: as much of it as a list needs. */
export type KeyedPages<Row> = {
  data: { pages: readonly KeyedPage<Row>[] } | undefined;
  error: unknown;
  isFetching: boolean;
  isFetchingNextPage: boolean;
  hasNextPage: boolean;
  fetchNextPage: () => unknown;
  refetch: () => unknown;
};

/** How `useInfiniteQuery` turns the pages of a list that is paged by key: the first has no key, the last names no next. */
export const turnByKey = {
  // safe because the first page has no key
  initialPageParam: undefined as string | undefined,
  getNextPageParam: (page: { next: string | null }): string | undefined => page.next ?? undefined,
};

/** The foot of a list whose pages an `useInfiniteQuery` holds: one more page, as long as there is one. */
export function pagingOf({ hasNextPage, isFetchingNextPage, fetchNextPage }: Pick<KeyedPages<unknown>, 'hasNextPage' | 'isFetchingNextPage' | 'fetchNextPage'>): Paging {
  return { onMore: hasNextPage ? () => void fetchNextPage() : undefined, loadingMore: isFetchingNextPage };
}

/** A filter's value from the address, if it is one of those that there are. */
export function oneOf<const Value extends string>(values: readonly Value[], asked: string | undefined): Value | undefined {
  return values.find((value) => value === asked);
}
