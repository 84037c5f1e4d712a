import { createContext, createElement, useCallback, useContext, useEffect, useMemo, type ReactNode } from 'react';
import { formatNumber } from './format.ts';
import { setPreference, usePreferences } from './preferences.ts';

export type Language = 'vi' | 'en';

/** Texts of one component or capability: English has exactly the keys of Vietnamese, or it does not compile. */
export type Messages<Key extends string = string> = {
  vi: Readonly<Record<Key, string>>;
  en: Readonly<Record<Key, string>>;
};

export type MessageValues = Readonly<Record<string, string | number>>;

/** Translates a key of one dictionary into the present language. */
export type Translate<Key extends string> = (key: Key, values?: MessageValues) => string;

/**
 * Declares a dictionary. `{name}` takes a value; a text with ` | ` has a form for `count` = 1 and one for the rest.
 * Dictionaries stay beside what uses them, so that a screen that loads late brings its texts along.
 */
export function defineMessages<const Vi extends Record<string, string>>(messages: {
  vi: Vi;
  en: Readonly<Record<NoInfer<keyof Vi>, string>>;
}): Messages<keyof Vi & string> {
  return messages;
}

/** Fills one text: numbers are written as the language writes them; an unknown key comes back as it is. */
export function translate(messages: Messages, request: { language: Language; key: string; values?: MessageValues | undefined }): string {
  const { language, key, values = {} } = request;
  const text = messages[language][key] ?? messages.vi[key] ?? key;
  const [one = text, many = one] = text.split(' | ');
  const form = values['count'] === 1 ? one : many;
  return form.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    return typeof value === 'number' ? formatNumber(value, language) : value;
  });
}

type LanguageState = { language: Language; setLanguage: (language: Language) => void };

const LanguageContext = createContext<LanguageState>({ language: 'vi', setLanguage: () => undefined });

/** Holds the language of the screen (Vietnamese unless the person chose) and keeps `<html lang>` true to it. */
export function LanguageProvider({ children }: { children: ReactNode }): ReactNode {
  const { language } = usePreferences();
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  const state = useMemo(() => ({ language, setLanguage: (next: Language) => setPreference('language', next) }), [language]);
  return createElement(LanguageContext.Provider, { value: state }, children);
}

/** The present language and the way to change it (kept in this browser). */
export function useLanguage(): LanguageState {
  return useContext(LanguageContext);
}

/** The translator of one dictionary: `const t = useT(messages); t('save')`. Unknown keys do not compile. */
export function useT<Key extends string>(messages: Messages<Key>): Translate<Key> {
  const { language } = useLanguage();
  return useCallback((key: Key, values?: MessageValues) => translate(messages, { language, key, values }), [messages, language]);
}
