import type { Api } from '#ui/api-context.tsx';
import { ApiError } from '#ui/api-error.ts';
import type { Command } from '#ui/commands.tsx';
import { translate, type Language } from '#ui/i18n.ts';
import type { FindSource, WebModule } from '#ui/web-module.ts';
import { isGuest } from './guests.ts';

const FEWEST_LETTERS = 2;
const MOST_OF_A_KIND = 6;

export type Asking = { api: Pick<Api, 'get'>; abilities: readonly string[]; language: Language; signal: AbortSignal; navigate: (path: string) => void };

/** What all modules' sources find for what was typed, in the order of the modules, each under its own heading. */
export async function findEverywhere(modules: readonly WebModule[], typed: string, asking: Asking): Promise<readonly Command[]> {
  if (typed.length < FEWEST_LETTERS) return [];
  const { abilities, language } = asking;
  // what the sources ask is closed to guests
  if (isGuest(abilities)) return [];
  const sources = modules.flatMap(({ messages, finds = [] }) => finds.map((source) => ({ source, group: translate(messages, { language, key: source.label }) })));
  return (await Promise.all(sources.map(({ source, group }) => ask(source, typed, { ...asking, group })))).flat();
}

/** A source that refuses, or that nobody waits for any more, finds nothing: the others still answer. */
async function ask(source: FindSource, typed: string, { api, signal, group, navigate }: Asking & { group: string }): Promise<Command[]> {
  const reply = await api.get<unknown>(source.url, { signal, query: source.query(typed) }).catch((error: unknown) => {
    if (error instanceof ApiError || signal.aborted) return undefined;
    throw error;
  });
  if (reply === undefined) return [];
  return source
    .pick(reply)
    .slice(0, MOST_OF_A_KIND)
    .map(({ id, path, label, hint }) => ({ id: `${source.url} ${id}`, group, label, icon: source.icon, run: () => navigate(path), ...(hint === undefined ? {} : { hint }) }));
}
