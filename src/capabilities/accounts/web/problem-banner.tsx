import type { ReactNode } from 'react';
import { ApiError } from '#ui/api-context.tsx';
import { Banner } from '#ui/feedback/banner.tsx';

/** What the server refused and what to do; nothing while all is well. Problems of single fields stand at the fields. */
export function ProblemBanner({ error }: { error: unknown }): ReactNode {
  if (error === null || error === undefined) return null;
  if (!(error instanceof Error)) return null;
  return (
    <Banner tone="danger" title={error.message}>
      {error instanceof ApiError ? error.fix : undefined}
    </Banner>
  );
}

export function fieldProblem(error: unknown, path: string): string | undefined {
  return error instanceof ApiError ? error.fieldMessage(path) : undefined;
}
