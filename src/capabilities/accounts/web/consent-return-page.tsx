import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, type ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { ButtonLink } from '#ui/controls/button.tsx';
import { Banner } from '#ui/feedback/banner.tsx';
import { ProblemBanner } from '#ui/feedback/problem-banner.tsx';
import { Skeleton } from '#ui/feedback/skeleton.tsx';
import { useToasts } from '#ui/feedback/toast.tsx';
import { useT } from '#ui/i18n.ts';
import '#ui/layout/form.css';
import { Page, Section } from '#ui/layout/page.tsx';
import { useMutation } from '#ui/mutation.ts';
import { useNavigation, useSearch } from '#ui/navigation.tsx';
import type { FinishedConsentReply, WaitingRelease } from '#engines/signatures/contract.ts';
import { CREDENTIALS_KEY } from './key-data.ts';
import { keyMessages } from './key-messages.ts';
import { useWaitingReleases, WaitingReleases } from './waiting-releases.tsx';

const KEYS_PAGE = '/chu-ky-cua-toi';

/** What the person decided is no fault. */
const OWN_NO = 'signatures.releaseRefused';

type Release = NonNullable<FinishedConsentReply['release']>;
/** What became of it, as long as there is something to read or to do. */
type Left = { release: Release; waiting: readonly WaitingRelease[] };

/** Where a signing service sends the browser back: hands over what it brought, once, and goes on where the person came from. */
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
    <Page title={t(finish.data === undefined ? 'consentTitle' : 'releaseTitle')} width="reading">
      {finish.error !== null ? (
        <div className="lt-form">
          <ProblemBanner error={finish.error} />
          <div className="lt-form__actions">
            <ButtonLink variant="primary" to={KEYS_PAGE}>
              {t('toList')}
            </ButtonLink>
            <ButtonLink to={`${KEYS_PAGE}?ket-noi=1`}>{t('connect')}</ButtonLink>
          </div>
        </div>
      ) : finish.data === undefined ? (
        <Skeleton shape="block" height="10rem" />
      ) : (
        <Released left={finish.data} />
      )}
    </Page>
  );
}

function Released({ left: { release, waiting: known } }: { left: Left }): ReactNode {
  const t = useT(keyMessages);
  const { signed, problem, returnPath } = release;
  const waiting = useWaitingReleases().data?.releases ?? known;
  return (
    <div className="lt-form">
      {problem !== null && (
        <Banner tone={problem.code === OWN_NO ? 'warn' : 'danger'} title={problem.message}>
          {problem.fix}
        </Banner>
      )}
      {signed > 0 && <Banner tone="done" title={t('releaseSigned', { count: signed })} />}
      {waiting.length > 0 && (
        <Section title={t('releases')}>
          <WaitingReleases releases={waiting} returnPath={returnPath} />
        </Section>
      )}
      <div className="lt-form__actions">
        <ButtonLink variant={waiting.length > 0 ? 'quiet' : 'primary'} to={returnPath}>
          {t('releaseBack')}
        </ButtonLink>
      </div>
    </div>
  );
}

function useFinish() {
  const t = useT(keyMessages);
  const api = useApi();
  const queries = useQueryClient();
  const toasts = useToasts();
  const { navigate } = useNavigation();
  const [{ state = '', code, error }, setSearch] = useSearch();
  return useMutation({
    mutationFn: async (): Promise<Left | undefined> => {
      const { driver, kind, consentId, release } = await api.post<FinishedConsentReply>('/api/v1/signatures/consents/finish', { state, ...(code === undefined ? {} : { code }), ...(error === undefined ? {} : { error }) });
      if (release !== null) {
        const { releases } = await api.get<{ releases: WaitingRelease[] }>('/api/v1/signatures/releases');
        if (release.problem !== null || releases.length > 0) return { release, waiting: releases };
        toasts.show({ tone: 'done', text: release.signed > 0 ? t('releaseSigned', { count: release.signed }) : t('releasePending') });
        navigate(release.returnPath, { replace: true });
      } else if (consentId !== null) {
        navigate(`${KEYS_PAGE}?ket-noi=1&dich-vu=${driver}&cho=${kind === 'agency' ? 'co-quan' : 'toi'}&dong-y=${consentId}`, { replace: true });
      } else {
        toasts.show({ tone: 'done', text: t('consentRenewed') });
        await queries.invalidateQueries({ queryKey: CREDENTIALS_KEY });
        navigate(KEYS_PAGE, { replace: true });
      }
      return undefined;
    },
    // The code is worth nothing any more, and does not stay in the history.
    onSettled: (left, failed) => {
      if (left !== undefined || failed !== null) setSearch({ state: undefined, code: undefined, error: undefined });
    },
  });
}
