import { useEffect, useState, type ReactNode } from 'react';
import { ButtonLink } from '#ui/controls/button.tsx';
import { EmptyState } from '#ui/feedback/empty-state.tsx';
import { ErrorState } from '#ui/feedback/error-state.tsx';
import { Skeleton, SkeletonGroup } from '#ui/feedback/skeleton.tsx';
import { useT } from '#ui/i18n.ts';
import { Page } from '#ui/layout/page.tsx';
import { messages } from './messages.ts';

const LONG_MS = 5000;

/** A screen whose code is on its way; when that takes long, why, and that it goes on by itself. */
export function RoutePending(): ReactNode {
  const t = useT(messages);
  const [isLong, setLong] = useState(false);
  useEffect(() => {
    const timer = window.setTimeout(() => setLong(true), LONG_MS);
    return () => window.clearTimeout(timer);
  }, []);
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
        <p role="status">{isLong && t('stillLoading')}</p>
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
