import type { ReactNode } from 'react';
import { Banner } from '#ui/feedback/banner.tsx';
import { useT } from '#ui/i18n.ts';
import { peopleMessages } from './people-messages.ts';

/** The one time that a temporary password is shown. */
export function TemporaryPassword({ name, password }: { name: string; password: string }): ReactNode {
  const t = useT(peopleMessages);
  return (
    <Banner tone="warn" title={t('temporary')}>
      <p>
        <code className="lt-accounts-code__key">{password}</code>
      </p>
      <p>{t('temporaryText', { name })}</p>
    </Banner>
  );
}
