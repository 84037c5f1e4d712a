import type { ReactNode } from 'react';
import { ApiError } from '../api-error.ts';
import { Banner } from './banner.tsx';

/** What was refused and what to do; nothing while all is well. What is wrong with single fields stands at the fields. */
export function ProblemBanner({ error }: { error: unknown }): ReactNode {
  if (!(error instanceof Error)) return null;
  return (
    <Banner tone="danger" title={error.message}>
      {error instanceof ApiError ? error.fix : undefined}
    </Banner>
  );
}
