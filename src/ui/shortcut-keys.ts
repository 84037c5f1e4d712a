/** One pressed key, as a keyboard event tells it. */
export type PressedKey = {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
};

/**
 * Writes a pressed key as shortcuts write it: `j`, `Enter`, `Space`, `?`, `Mod+k`, `Shift+Enter`.
 * `Mod` is Ctrl, or Command on a Mac. Shift is told only where it does not already change the sign.
 */
export function keyName(pressed: PressedKey): string {
  // A space separates the keys of a sequence, so the bar has a name.
  const key = pressed.key === ' ' ? 'Space' : pressed.key;
  const sign = key.length === 1;
  const parts = [
    pressed.ctrlKey || pressed.metaKey ? 'Mod' : '',
    pressed.altKey ? 'Alt' : '',
    pressed.shiftKey && (!sign || /[a-z]/i.test(key)) ? 'Shift' : '',
    sign ? key.toLowerCase() : key,
  ];
  return parts.filter((part) => part !== '').join('+');
}

/** Whether shortcut `keys` (`g v`, `Mod+k`) is complete, only begun, or something else after these pressed names. */
export function matchKeys(keys: string, pressed: readonly string[]): 'complete' | 'begun' | 'no' {
  const wanted = keys.split(' ');
  if (pressed.length > wanted.length || pressed.length === 0) return 'no';
  if (!pressed.every((name, index) => name === wanted[index])) return 'no';
  return pressed.length === wanted.length ? 'complete' : 'begun';
}

/** A shortcut of plain letters or signs, which a person may switch off. */
export function isLetterShortcut(keys: string): boolean {
  return keys.split(' ').every((name) => name.length === 1);
}

/** The signs to draw on keys: `Mod+k` is Ctrl and K. */
export function keySigns(keys: string, isMac: boolean): string[] {
  const signs: Record<string, string> = {
    Mod: isMac ? '⌘' : 'Ctrl',
    Shift: 'Shift',
    Alt: isMac ? '⌥' : 'Alt',
    ArrowUp: '↑',
    ArrowDown: '↓',
    ArrowLeft: '←',
    ArrowRight: '→',
    Escape: 'Esc',
    Space: '␣',
  };
  return keys.split(/[ +]/).map((name) => signs[name] ?? (name.length === 1 ? name.toUpperCase() : name));
}
