import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, type ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { ButtonLink } from '#ui/controls/button.tsx';
import { ProblemBanner } from '#ui/feedback/problem-banner.tsx';
import { Skeleton } from '#ui/feedback/skeleton.tsx';
import { useToasts } from '#ui/feedback/toast.tsx';
import { useT } from '#ui/i18n.ts';
import '#ui/layout/form.css';
import { Page } from '#ui/layout/page.tsx';
import { useNavigation, useSearch } from '#ui/navigation.tsx';
import type { FinishedConsentReply } from '#engines/signatures/contract.ts';
import { CREDENTIALS_KEY } from './key-data.ts';
import { keyMessages } from './key-messages.ts';

const KEYS_PAGE = '/chu-ky-cua-toi';

/** Where a signing service sends the browser back: hands over what it brought, once, and goes on to the certificates. */
export function ConsentReturnPage(): ReactNode {
  const t = useT(keyMessages);
  const finish = useFinish();
  const { mutate } = finish;
  const begun = useRef(false);
  useEffect(() => {
    if (begun.current) return;
    begun.current = true;
    mutate();
  }, [mutate]);
  return (
    <Page title={t('consentTitle')} width="reading">
      {finish.error === null ? (
        <Skeleton shape="block" height="10rem" />
      ) : (
        <div className="lt-form">
          <ProblemBanner error={finish.error} />
          <div className="lt-form__actions">
            <ButtonLink variant="primary" to={`${KEYS_PAGE}?ket-noi=1`}>
              {t('connect')}
            </ButtonLink>
            <ButtonLink to={KEYS_PAGE}>{t('toList')}</ButtonLink>
          </div>
        </div>
      )}
    </Page>
  );
}

function useFinish() {
  const t = useT(keyMessages);
  const api = useApi();
  const queries = useQueryClient();
  const toasts = useToasts();
  const { navigate } = useNavigation();
  const [{ state = '', code }] = useSearch();
  return useMutation({
    mutationFn: () => api.post<FinishedConsentReply>('/api/v1/signatures/consents/finish', { state, ...(code === undefined ? {} : { code }) }),
    onSuccess: async ({ driver, kind, consentId }) => {
      // The code is worth nothing any more, and does not stay in the history.
      if (consentId !== null) {
        navigate(`${KEYS_PAGE}?ket-noi=1&dich-vu=${driver}&cho=${kind === 'agency' ? 'co-quan' : 'toi'}&dong-y=${consentId}`, { replace: true });
        return;
      }
      toasts.show({ tone: 'done', text: t('consentRenewed') });
      await queries.invalidateQueries({ queryKey: CREDENTIALS_KEY });
      navigate(KEYS_PAGE, { replace: true });
    },
  });
}
