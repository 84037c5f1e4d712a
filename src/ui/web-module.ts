import type { ComponentType } from 'react';
import type { Messages } from './i18n.ts';
import type { Icon } from './icons.ts';

/** Where the number beside a place comes from; fetched by the workplace and kept live. */
export type CountSource = {
  /** A GET address, such as `/api/v1/my-work/counts`. Places with the same address share one request. */
  url: string;
  /** Takes the number out of the reply. */
  pick: (reply: unknown) => number;
  /** Live topics that make the number old. */
  topics: readonly string[];
  /** Asked again so often, where the clock alone changes the number. */
  everyMs?: number;
};

/** A number beside a place; `notice` names the text of the notice with a link there that is shown, wherever one is, when the number grows. */
export type Badge<Key extends string = string> = CountSource & { notice?: Key };

/** One thing that the search of the command palette found. */
export type Finding = { id: string; path: string; label: string; hint?: string | undefined };

/** Where the command palette finds things of a module on the server, by typed words with or without diacritics. */
export type FindSource<Key extends string = string> = {
  /** The heading above what it finds. */
  label: Key;
  icon: Icon;
  /** A GET address with a list, and the parameters of its query for what was typed. */
  url: string;
  query: (typed: string) => Readonly<Record<string, string | number>>;
  /** Takes the findings out of the reply, the best first. */
  pick: (reply: unknown) => readonly Finding[];
};

/** One entry of the rail. */
export type Place<Key extends string = string> = {
  id: string;
  path: string;
  label: Key;
  /** A shorter name for the bar of a phone, where about twelve letters fit. */
  short?: Key;
  icon: Icon;
  /** The letter after `g`. */
  shortcut: string;
  badge?: Badge<Key>;
  /** Shown only to whom the server gave this ability. */
  ability?: string;
  /** Lower comes first; 100 unless given. */
  order?: number;
  /** Also shown to people from outside, who see no other places. */
  forGuests?: true;
};

/** One screen. Its code loads when somebody goes there. */
export type WebRoute = {
  /** In the router's form: `/van-ban-den`, and `$id` in a child. */
  path: string;
  load: () => Promise<ComponentType>;
  /** Shown without the rail and header, and without a session: the sign-in page. */
  bare?: boolean;
  /** Shown in the parent's `<Outlet />`. */
  children?: readonly WebRoute[];
};

/** What a capability's `web/index.tsx` exports to the workplace. */
export type WebModule<Key extends string = string> = {
  name: string;
  /** Texts of the places. Texts of the screens stay with the screens. */
  messages: Messages<Key>;
  places: readonly Place<NoInfer<Key>>[];
  finds?: readonly FindSource<NoInfer<Key>>[];
  routes: readonly WebRoute[];
};

/** Checks that every label of a place is a text of the module. */
export function defineWebModule<Key extends string>(module: WebModule<Key>): WebModule {
  return module;
}
