import type { ReactNode } from 'react';
import { ButtonLink } from '#ui/controls/button.tsx';
import { ErrorState } from '#ui/feedback/error-state.tsx';
import { useT } from '#ui/i18n.ts';
import { Page } from '#ui/layout/page.tsx';
import { useNavigation, useParam } from '#ui/navigation.tsx';
import { useOutgoing } from './outgoing-detail.tsx';
import { SigningDesk } from './signing-desk.tsx';
import { signMessages } from './sign-messages.ts';

/** One document alone: a leader reads it page by page, confirms the place of the signature, and signs or returns it. */
export function SignPage(): ReactNode {
  const t = useT(signMessages);
  const { navigate } = useNavigation();
  const id = useParam('id') ?? '';
  const document = useOutgoing(id);
  if (document.error !== null) return <ErrorState error={document.error} onRetry={() => void document.refetch()} />;
  return (
    <Page title={t('signTitle')} subtitle={document.data?.summary} width="full">
      {document.data !== undefined && (
        <SigningDesk
          document={document.data}
          onDone={() => navigate('/viec-cua-toi')}
          more={
            <ButtonLink variant="plain" to={`/van-ban-di/${id}`}>
              {t('back')}
            </ButtonLink>
          }
        />
      )}
    </Page>
  );
}
