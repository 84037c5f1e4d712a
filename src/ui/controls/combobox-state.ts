import { useId, useMemo, useState, type KeyboardEvent } from 'react';
import { findOptions, type ComboboxOption } from './combobox-options.ts';

export type ComboboxState = {
  listId: string;
  open: boolean;
  typed: string | undefined;
  shown: readonly ComboboxOption[];
  hidden: number;
  activeIndex: number;
  optionId: (index: number) => string;
  setActive: (index: number) => void;
  type: (text: string) => void;
  show: () => void;
  /** Closes the list and forgets what was typed. */
  close: () => void;
  onKeyDown: (event: KeyboardEvent) => void;
};

type ComboboxStateOptions = {
  options: readonly ComboboxOption[];
  mostShown: number;
  onType: ((typed: string) => void) | undefined;
  onPick: (option: ComboboxOption) => void;
  /** Text of its own may stay: nothing is marked before an arrow key marks it, so that Enter takes nothing unasked. */
  isFree?: boolean;
};

/** The pattern of the ARIA authoring guide: the focus stays in the box, the list follows the keys. */
export function useComboboxState({ options, mostShown, onType, onPick, isFree = false }: ComboboxStateOptions): ComboboxState {
  const listId = useId();
  const [open, setOpen] = useState(false);
  const [typed, setTyped] = useState<string | undefined>(undefined);
  const first = isFree ? -1 : 0;
  const [active, setActive] = useState(first);
  const { shown, hidden } = useMemo(() => findOptions(options, typed ?? '', mostShown), [options, typed, mostShown]);
  const activeIndex = Math.min(active, shown.length - 1);
  const show = () => {
    if (isFree && typed === undefined) return;
    if (!open) setActive(first);
    setOpen(true);
  };
  const close = () => {
    setOpen(false);
    setTyped(undefined);
  };
  const move = (event: KeyboardEvent, step: number) => {
    event.preventDefault();
    if (open) setActive(activeIndex < 0 ? (step > 0 ? 0 : shown.length - 1) : (activeIndex + step + shown.length) % Math.max(1, shown.length));
    else show();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    const active = shown[activeIndex];
    if (event.key === 'ArrowDown') move(event, 1);
    else if (event.key === 'ArrowUp') move(event, -1);
    else if (event.key === 'Enter' && open) {
      event.preventDefault(); // the form is sent by an Enter in a closed box only
      if (active !== undefined && active.disabled !== true) onPick(active);
      else if (isFree) close();
    } else if (event.key === 'Escape' && (open || typed !== undefined)) {
      event.preventDefault();
      event.stopPropagation(); // closes the list, not the dialog around it
      close();
    }
  };
  return {
    listId,
    open,
    typed,
    shown,
    hidden,
    activeIndex,
    optionId: (index) => `${listId}-${String(index)}`,
    setActive,
    type: (text) => {
      setTyped(text);
      setActive(first);
      setOpen(true);
      onType?.(text);
    },
    show,
    close,
    onKeyDown,
  };
}
