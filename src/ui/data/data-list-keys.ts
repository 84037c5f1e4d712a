import { useMemo, useState, type RefObject } from 'react';
import { defineMessages, useT } from '../i18n.ts';
import { useNavigation } from '../navigation.tsx';
import { useShortcuts, type Shortcut } from '../shortcuts.tsx';
import type { Selection } from './data-list.tsx';

const messages = defineMessages({
  vi: { next: 'Dòng sau', previous: 'Dòng trước', open: 'Mở', select: 'Chọn hoặc bỏ chọn', complete: 'Hoàn thành' },
  en: { next: 'Next row', previous: 'Previous row', open: 'Open', select: 'Select or not', complete: 'Complete' },
});

const noShortcuts: readonly Shortcut[] = [];

type ListForKeys<Row> = {
  label: string;
  rows: readonly Row[] | undefined;
  rowId: (row: Row) => string;
  hrefOf?: ((row: Row) => string) | undefined;
  onOpen?: ((row: Row) => void) | undefined;
  openId?: string | undefined;
  onComplete?: ((row: Row) => void) | undefined;
  selection?: Selection | undefined;
  container: RefObject<HTMLElement | null>;
};

/** Keys of a list. Returns the id of the row that Tab enters: the focused, the open, or the first one. */
export function useListKeys<Row>(list: ListForKeys<Row>): string | undefined {
  const t = useT(messages);
  const { navigate } = useNavigation();
  const [focusedId, setFocusedId] = useState<string | undefined>(undefined);
  const { label, rows, rowId, hrefOf, onOpen, openId, onComplete, selection, container } = list;
  // What was open last is where the person stands when it is closed again.
  const [lastOpenId, setLastOpenId] = useState<string | undefined>(undefined);
  if (openId !== lastOpenId) {
    setLastOpenId(openId);
    if (openId !== undefined) setFocusedId(openId);
  }
  const ids = useMemo(() => rows?.map(rowId) ?? [], [rows, rowId]);
  const activeId = [focusedId, openId].find((id) => id !== undefined && ids.includes(id)) ?? ids[0];

  const move = (step: number) => {
    const begun = container.current?.contains(document.activeElement) === true || openId !== undefined;
    const at = activeId === undefined ? -1 : ids.indexOf(activeId);
    const target = begun ? ids[Math.max(0, Math.min(ids.length - 1, at + step))] : activeId;
    if (target === undefined) return;
    setFocusedId(target);
    const row = container.current?.querySelector<HTMLElement>(`[data-row-id="${CSS.escape(target)}"]`);
    row?.querySelector<HTMLElement>('[data-row-focus]')?.focus({ preventScroll: true });
    row?.scrollIntoView({ block: 'nearest' });
  };
  const active = rows?.find((row) => rowId(row) === activeId);
  const shortcuts: Shortcut[] = [
    { keys: 'j', label: t('next'), group: label, run: () => move(1) },
    { keys: 'k', label: t('previous'), group: label, run: () => move(-1) },
    {
      keys: 'Enter',
      label: t('open'),
      group: label,
      run: () => {
        if (active === undefined) return;
        if (hrefOf !== undefined) navigate(hrefOf(active));
        else onOpen?.(active);
      },
    },
  ];
  if (selection !== undefined) {
    const toggle = () => {
      if (activeId !== undefined) selection.onChange(toggled(selection.selected, activeId));
    };
    shortcuts.push({ keys: 'x', label: t('select'), group: label, run: toggle });
  }
  if (onComplete !== undefined) {
    // Only what the person stands on: a row that merely comes first must not be completed by a stray key.
    const complete = () => {
      const chosen = container.current?.contains(document.activeElement) === true || activeId === openId;
      if (active !== undefined && chosen) onComplete(active);
    };
    shortcuts.push({ keys: 'e', label: t('complete'), group: label, run: complete });
  }
  useShortcuts(ids.length === 0 ? noShortcuts : shortcuts);
  return activeId;
}

/** The set with one id put in or taken out. */
export function toggled(selected: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(selected);
  if (!next.delete(id)) next.add(id);
  return next;
}
