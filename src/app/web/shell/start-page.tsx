import { useEffect, type ReactNode } from 'react';
import { EmptyState } from '#ui/feedback/empty-state.tsx';
import { useT } from '#ui/i18n.ts';
import { Page } from '#ui/layout/page.tsx';
import { useNavigation } from '#ui/navigation.tsx';
import type { WebModule } from '#ui/web-module.ts';
import { messages } from './messages.ts';
import { usePlaces } from './places.ts';

/** The workplace opens at the first place of the rail. */
export function StartPage({ modules }: { modules: readonly WebModule[] }): ReactNode {
  const t = useT(messages);
  const { navigate } = useNavigation();
  const first = usePlaces(modules).at(0)?.path;
  useEffect(() => {
    if (first !== undefined) navigate(first, { replace: true });
  }, [first, navigate]);
  if (first !== undefined) return null;
  return (
    <Page title="Liên Thông">
      <EmptyState title={t('emptyTitle')}>{t('emptyText')}</EmptyState>
    </Page>
  );
}
