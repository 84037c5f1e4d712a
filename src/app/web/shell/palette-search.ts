import { useCallback } from 'react';
import { useApi } from '#ui/api-context.tsx';
import type { Command } from '#ui/commands.tsx';
import { useLanguage } from '#ui/i18n.ts';
import { useNavigation } from '#ui/navigation.tsx';
import { useSession } from '#ui/session-context.tsx';
import type { WebModule } from '#ui/web-module.ts';
import { findEverywhere } from './find-everywhere.ts';

/** What the command palette asks the server for: every module's sources, for the person at the screen. */
export function usePaletteSearch(modules: readonly WebModule[]): (typed: string, signal: AbortSignal) => Promise<readonly Command[]> {
  const api = useApi();
  const { language } = useLanguage();
  const { navigate } = useNavigation();
  const { abilities } = useSession();
  return useCallback((typed, signal) => findEverywhere(modules, typed, { api, abilities, language, signal, navigate }), [api, modules, abilities, language, navigate]);
}
