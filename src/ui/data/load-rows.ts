/** What of an `useInfiniteQuery` is needed to load further pages. */
export type LoadingPages<Page> = {
  data: { pages: readonly Page[] } | undefined;
  hasNextPage: boolean;
  isError: boolean;
  fetchNextPage: () => Promise<LoadingPages<Page>>;
};

/**
 * Loads the pages of a list one after the other until there are `most` rows or no more, for whoever chooses all that match and not only what is
 * shown. At most `most` rows; undefined when a page could not be loaded, which the list itself says.
 */
export async function loadRows<Page, Row>(pages: LoadingPages<Page>, rowsOf: (page: Page) => readonly Row[], most: number): Promise<{ rows: Row[]; isAll: boolean } | undefined> {
  let loaded = pages;
  const rows = (): Row[] => loaded.data?.pages.flatMap(rowsOf) ?? [];
  while (loaded.hasNextPage && rows().length < most) {
    loaded = await loaded.fetchNextPage();
    if (loaded.isError) return undefined;
  }
  return { rows: rows().slice(0, most), isAll: !loaded.hasNextPage && rows().length <= most };
}
