import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import '#ui/tokens/index.css';
import { ApiError, ApiProvider } from '#ui/api-context.tsx';
import { CommandProvider } from '#ui/commands.tsx';
import { ToastProvider } from '#ui/feedback/toast.tsx';
import { LanguageProvider } from '#ui/i18n.ts';
import { TooltipProvider } from '#ui/overlays/tooltip.tsx';
import { applyPreferences } from '#ui/preferences.ts';
import { ShortcutProvider } from '#ui/shortcuts.tsx';
import { createApi } from './api.ts';
import { createAttention, watchInput } from './attention.ts';
import { isPassing, lastKnownCache } from './last-known.ts';
import { webModules } from './modules.ts';
import { createWorkplaceRouter } from './router.tsx';

const signInPath = '/app/dang-nhap';

// Zod compiles schemas with `new Function` where it may; our content-security policy forbids that, and it need not try.
(globalThis as { __zod_globalConfig?: object }).__zod_globalConfig = { jitless: true };

void start();

async function start(): Promise<void> {
  if (isOlderBrowser()) (await import('./older-browsers.ts')).fillMissing();
  applyPreferences();
  const queries = createQueryClient();
  const attention = createAttention({ now: () => Date.now(), onReturn: () => void queries.refetchQueries({ queryKey: ['me'] }) });
  watchInput(attention);
  const api = createApi({ onSignedOut: goToSignIn, attention });
  const router = createWorkplaceRouter(webModules);
  const root = document.getElementById('root');
  if (root === null) throw new Error('index.html has no #root');
  createRoot(root).render(
    <StrictMode>
      <LanguageProvider>
        <QueryClientProvider client={queries}>
          <ApiProvider api={api}>
            <ShortcutProvider>
              <CommandProvider>
                <TooltipProvider>
                  <ToastProvider>
                    <RouterProvider router={router} />
                  </ToastProvider>
                </TooltipProvider>
              </CommandProvider>
            </ShortcutProvider>
          </ApiProvider>
        </QueryClientProvider>
      </LanguageProvider>
    </StrictMode>,
  );
}

function isOlderBrowser(): boolean {
  return !('groupBy' in Map) || !('toSorted' in Array.prototype) || !('withResolvers' in Promise);
}

function createQueryClient(): QueryClient {
  return new QueryClient({
    queryCache: lastKnownCache(),
    defaultOptions: {
      queries: {
        staleTime: 15_000,
        // A refusal stays a refusal; a lost network or a tired server is asked twice more.
        retry: (failures, error) => failures < 2 && (!(error instanceof ApiError) || isPassing(error)),
      },
    },
  });
}

/** Keeps the address in view, so that signing in leads back to it. */
function goToSignIn(): void {
  const { pathname, search } = window.location;
  if (pathname === signInPath) return;
  window.location.assign(`${signInPath}?tiep=${encodeURIComponent(pathname + search)}`);
}
