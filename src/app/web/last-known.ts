import { QueryCache, useQueryClient, type QueryClient } from '@tanstack/react-query';
import { useCallback, useSyncExternalStore } from 'react';
import { ApiError } from '#ui/api-context.tsx';

/** A server that cannot be reached, or is tired, may answer the same question later; a refusal stays one. */
export function isPassing(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 0 || error.status >= 500);
}

/**
 * A screen that has something to show keeps showing it when asking again fails for a reason that passes: an open dialog, and what was
 * typed in it, must not give way to an error about the page behind it. That what is shown may be old, `useIsBehind` tells.
 */
export function lastKnownCache(): QueryCache {
  return new QueryCache({
    onError: (error, query) => {
      if (query.state.data !== undefined && isPassing(error)) query.setState({ status: 'success', error: null });
    },
  });
}

/** Whether something in view is from before the server was lost. */
export function useIsBehind(): boolean {
  const queries = useQueryClient();
  const subscribe = useCallback((changed: () => void) => queries.getQueryCache().subscribe(changed), [queries]);
  return useSyncExternalStore(subscribe, () => isBehind(queries));
}

function isBehind(queries: QueryClient): boolean {
  return queries.getQueryCache().findAll({ type: 'active' }).some(({ state }) => state.status === 'success' && state.fetchFailureCount > 0 && isPassing(state.fetchFailureReason));
}
