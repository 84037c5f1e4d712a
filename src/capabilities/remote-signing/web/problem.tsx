import type { ReactNode } from 'react';
import { ApiError } from '#ui/api-context.tsx';
import { Banner } from '#ui/feedback/banner.tsx';

/** What was refused and what to do; nothing while all is well. */
export function Problem({ error }: { error: unknown }): ReactNode {
  if (!(error instanceof Error)) return null;
  return (
    <Banner tone="danger" title={error.message}>
      {error instanceof ApiError ? error.fix : undefined}
    </Banner>
  );
}
