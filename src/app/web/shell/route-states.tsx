import type { ReactNode } from 'react';
import { ButtonLink } from '#ui/controls/button.tsx';
import { EmptyState } from '#ui/feedback/empty-state.tsx';
import { ErrorState } from '#ui/feedback/error-state.tsx';
import { Skeleton, SkeletonGroup } from '#ui/feedback/skeleton.tsx';
import { useT } from '#ui/i18n.ts';
import { Page } from '#ui/layout/page.tsx';
import { messages } from './messages.ts';

/** A screen whose code is on its way. */
export function RoutePending(): ReactNode {
  return (
    <div className="lt-page">
      <div className="lt-page__head">
        <div className="lt-page__title">
          <Skeleton shape="title" />
        </div>
      </div>
      <div className="lt-page__content">
        <SkeletonGroup>
          <Skeleton width="80%" />
          <Skeleton width="72%" />
          <Skeleton width="76%" />
        </SkeletonGroup>
      </div>
    </div>
  );
}

/** A screen that threw. */
export function RouteFailed({ error, reset }: { error: unknown; reset: () => void }): ReactNode {
  return <ErrorState error={error} onRetry={reset} />;
}

/** An address that names nothing. */
export function RouteMissing(): ReactNode {
  const t = useT(messages);
  return (
    <Page title={t('missingTitle')}>
      <EmptyState kind="filtered" title={t('missingText')} actions={<ButtonLink to="/">{t('toStart')}</ButtonLink>}>
        {t('missingFix')}
      </EmptyState>
    </Page>
  );
}
