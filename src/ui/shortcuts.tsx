import { createContext, useContext, useEffect, useId, useLayoutEffect, useMemo, useState, type ReactNode } from 'react';
import { getPreferences } from './preferences.ts';
import { isLetterShortcut, keyName, matchKeys } from './shortcut-keys.ts';

export type Shortcut = {
  /** `j`, `Enter`, `Space`, `Mod+k`, `g v`. */
  keys: string;
  /** What it does, in the language of the screen; shown by `?`. */
  label: string;
  group?: string;
  run: (event: KeyboardEvent) => void;
  /** Works in text fields and dialogs too. Only for combinations with Mod, and Escape. */
  everywhere?: boolean;
};

type Registry = {
  register: (id: string, shortcuts: readonly Shortcut[]) => void;
  unregister: (id: string) => void;
  list: () => readonly Shortcut[];
};

const sequenceTimeoutMs = 1200;

const ShortcutContext = createContext<Registry | undefined>(undefined);

/** Listens to the keyboard once for the whole workplace. The screen registered last wins. */
export function ShortcutProvider({ children }: { children: ReactNode }): ReactNode {
  const [registry] = useState(createRegistry);
  useEffect(() => listenToKeys(registry), [registry]);
  return <ShortcutContext.Provider value={registry}>{children}</ShortcutContext.Provider>;
}

/** Offers shortcuts while the component is on the screen. */
export function useShortcuts(shortcuts: readonly Shortcut[]): void {
  const registry = useContext(ShortcutContext);
  const id = useId();
  // With the drawing, not after it: a key may be pressed as soon as the screen is seen.
  useLayoutEffect(() => {
    registry?.register(id, shortcuts);
  }, [registry, id, shortcuts]);
  useLayoutEffect(
    () => () => {
      registry?.unregister(id);
    },
    [registry, id],
  );
}

/** All shortcuts that work at this moment. */
export function useShortcutList(): readonly Shortcut[] {
  const registry = useContext(ShortcutContext);
  return useMemo(() => registry?.list() ?? [], [registry]);
}

function createRegistry(): Registry {
  const owners = new Map<string, readonly Shortcut[]>();
  return {
    register: (id, shortcuts) => owners.set(id, shortcuts),
    unregister: (id) => owners.delete(id),
    list: () => [...owners.values()].flat(),
  };
}

function listenToKeys(registry: Registry): () => void {
  let pressed: string[] = [];
  let pressedAt = 0;
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.isComposing || ['Shift', 'Control', 'Alt', 'Meta'].includes(event.key)) return;
    const busy = isBusyElsewhere(event.target);
    const lettersOff = getPreferences().letterKeys === 'off';
    const usable = registry
      .list()
      .filter((shortcut) => (shortcut.everywhere === true || !busy) && !(lettersOff && isLetterShortcut(shortcut.keys) && shortcut.keys !== '?'))
      .toReversed();
    const kept = event.timeStamp - pressedAt < sequenceTimeoutMs ? pressed : [];
    const name = keyName(event);
    for (const attempt of [[...kept, name], [name]]) {
      const complete = usable.find((shortcut) => matchKeys(shortcut.keys, attempt) === 'complete');
      if (complete !== undefined) {
        pressed = [];
        if (acceptsByItself(event)) return;
        event.preventDefault();
        complete.run(event);
        return;
      }
      if (usable.some((shortcut) => matchKeys(shortcut.keys, attempt) === 'begun')) {
        pressed = attempt;
        pressedAt = event.timeStamp;
        return;
      }
    }
    pressed = [];
  };
  window.addEventListener('keydown', onKeyDown);
  return () => window.removeEventListener('keydown', onKeyDown);
}

/** Somebody types, or a dialog or menu has the keyboard. */
function isBusyElsewhere(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.closest('[role="dialog"], [role="alertdialog"], [role="menu"], [role="listbox"]') !== null) return true;
  if (target instanceof HTMLInputElement) return !['checkbox', 'radio', 'button', 'submit', 'range'].includes(target.type);
  return target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}

/** Enter and Space on a button or a link belong to it. */
function acceptsByItself(event: KeyboardEvent): boolean {
  if (event.key !== 'Enter' && event.key !== ' ') return false;
  return event.target instanceof HTMLElement && event.target.closest('a, button, input, select, textarea, summary') !== null;
}
