import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadRows, type LoadingPages } from './load-rows.ts';

type Page = { rows: string[] };

/** A list of pages of two rows, of which some are loaded; `fails` is the page that cannot be. */
function list(count: number, loaded = 1, fails?: number): LoadingPages<Page> & { asked: number[] } {
  const asked: number[] = [];
  const of = (at: number): LoadingPages<Page> => ({
    data: { pages: Array.from({ length: at }, (_unused, index) => ({ rows: [`${String(index)}a`, `${String(index)}b`] })) },
    hasNextPage: at < count,
    isError: false,
    fetchNextPage: () => {
      asked.push(at + 1);
      return Promise.resolve(fails === at + 1 ? { ...of(at), isError: true } : of(at + 1));
    },
  });
  return { ...of(loaded), asked };
}

const rowsOf = ({ rows }: Page): string[] => rows;

test('all pages are loaded one after the other, and none that is there already', async () => {
  const pages = list(4, 2);
  const found = await loadRows(pages, rowsOf, 100);
  assert.deepEqual([found?.rows.length, found?.isAll, pages.asked], [8, true, [3, 4]]);
});

test('loading ends at the bound, and what is beyond it is not chosen', async () => {
  const pages = list(10);
  assert.deepEqual([await loadRows(pages, rowsOf, 5), pages.asked], [{ rows: ['0a', '0b', '1a', '1b', '2a'], isAll: false }, [2, 3]]);
  assert.deepEqual(await loadRows(list(2, 2), rowsOf, 3), { rows: ['0a', '0b', '1a'], isAll: false });
  assert.equal((await loadRows(list(2), rowsOf, 4))?.isAll, true);
});

test('a page that cannot be loaded ends it, and nothing is chosen by half', async () => {
  const pages = list(4, 1, 3);
  assert.deepEqual([await loadRows(pages, rowsOf, 100), pages.asked], [undefined, [2, 3]]);
});
