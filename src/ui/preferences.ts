import { useSyncExternalStore } from 'react';

/** What a person chose for the screen in this browser. */
export type Preferences = {
  theme: 'auto' | 'light' | 'dark';
  density: 'compact' | 'normal' | 'roomy';
  language: 'vi' | 'en';
  /** Shortcuts of a single letter can be switched off (WCAG 2.1.4). */
  letterKeys: 'on' | 'off';
};

const storageKey = 'lienthong.preferences';

const choices: { [Name in keyof Preferences]: readonly Preferences[Name][] } = {
  theme: ['auto', 'light', 'dark'],
  density: ['normal', 'compact', 'roomy'],
  language: ['vi', 'en'],
  letterKeys: ['on', 'off'],
};

/** Only what the person chose in this browser; the rest follows the defaults. */
let chosen: Partial<Preferences> | undefined;
let current: Preferences | undefined;
const listeners = new Set<() => void>();

const defaults: Preferences = { theme: 'auto', density: 'normal', language: 'vi', letterKeys: 'on' };

/** Reads what was stored; anything unknown is left out. */
export function parseChosen(stored: string | null): Partial<Preferences> {
  const values = parseObject(stored);
  const known = Object.entries(choices).filter(([name, allowed]) => allowed.some((choice) => choice === values[name]));
  return Object.fromEntries(known.map(([name]) => [name, values[name]]));
}

/** Changes one preference, keeps it in this browser and applies it at once. */
export function setPreference<Name extends keyof Preferences>(name: Name, value: Preferences[Name]): void {
  remember({ ...getChosen(), [name]: value });
  writeStored(JSON.stringify(getChosen()));
}

/** Takes the account's language on a browser where nobody has chosen one. */
export function suggestLanguage(language: Preferences['language']): void {
  if (getChosen().language === undefined && getPreferences().language !== language) remember(getChosen(), { language });
}

/** Puts theme and density on `<html>`, where the tokens read them. */
export function applyPreferences(): void {
  const { theme, density } = getPreferences();
  const { dataset } = document.documentElement;
  if (theme === 'auto') delete dataset['theme'];
  else dataset['theme'] = theme;
  dataset['density'] = density;
}

export function usePreferences(): Preferences {
  return useSyncExternalStore(subscribe, getPreferences);
}

export function getPreferences(): Preferences {
  current ??= { ...defaults, ...getChosen() };
  return current;
}

function getChosen(): Partial<Preferences> {
  chosen ??= parseChosen(readStored());
  return chosen;
}

function remember(next: Partial<Preferences>, suggested: Partial<Preferences> = {}): void {
  chosen = next;
  current = { ...defaults, ...suggested, ...next };
  applyPreferences();
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  const onStorage = (event: StorageEvent) => {
    if (event.key === storageKey) remember(parseChosen(event.newValue));
  };
  listeners.add(listener);
  window.addEventListener('storage', onStorage);
  return () => {
    listeners.delete(listener);
    window.removeEventListener('storage', onStorage);
  };
}

function parseObject(stored: string | null): Record<string, unknown> {
  if (stored === null) return {};
  try {
    const value: unknown = JSON.parse(stored);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {}; // a damaged preference is no reason to stop anyone's work
  }
}

function readStored(): string | null {
  try {
    return localStorage.getItem(storageKey);
  } catch {
    return null; // storage is closed in this browser: the defaults serve
  }
}

function writeStored(value: string): void {
  try {
    localStorage.setItem(storageKey, value);
  } catch {
    // storage is closed or full: the choice holds until the page is closed
  }
}
