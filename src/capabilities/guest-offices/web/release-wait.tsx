import { useQuery, useQueryClient } from '@tanstack/react-query';
import ExternalLink from 'lucide-react/icons/external-link';
import type { ReactNode } from 'react';
import { useApi, type Api } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { ProblemBanner } from '#ui/feedback/problem-banner.tsx';
import { useT } from '#ui/i18n.ts';
import { useMutation } from '#ui/mutation.ts';
import type { OwnSigning } from '#engines/signatures/contract.ts';
import { guestMessages } from './guest-messages.ts';

const waitingKey = (letterId: string): readonly string[] => ['guest-offices', 'own-signing', letterId];

/** What waits for the guest's consent on the page of a service, if the letter's signature does. */
export async function findWaiting(api: Api, letterId: string): Promise<{ signingId: string; releaseId: string } | null> {
  const { signing } = await api.get<{ signing: OwnSigning | null }>('/api/v1/signatures/signings', { query: { subjectType: 'guest-letter', subjectId: letterId } });
  return signing === null || signing.releaseId === null ? null : { signingId: signing.id, releaseId: signing.releaseId };
}

export function useWaitingConsent(letterId: string): { signingId: string; releaseId: string } | undefined {
  const api = useApi();
  return useQuery({ queryKey: waitingKey(letterId), staleTime: 0, queryFn: () => findWaiting(api, letterId) }).data ?? undefined;
}

type Props = { letterId: string; waiting: { signingId: string; releaseId: string } };

/** In the place of the form: the way to the page of the service, or to stop. */
export function ReleaseWait({ letterId, waiting: { signingId, releaseId } }: Props): ReactNode {
  const t = useT(guestMessages);
  const api = useApi();
  const queries = useQueryClient();
  const go = useMutation({
    mutationFn: () => api.post<{ url: string }>(`/api/v1/signatures/releases/${releaseId}/consents`, { returnPath: `/da-gui/${letterId}` }),
    onSuccess: ({ url }) => window.location.assign(url),
    onError: () => void queries.invalidateQueries({ queryKey: waitingKey(letterId) }),
  });
  const stop = useMutation({
    mutationFn: () => api.post(`/api/v1/signatures/signings/${signingId}/agent-abandon`),
    onSettled: () => queries.invalidateQueries({ queryKey: waitingKey(letterId) }),
  });
  return (
    <section className="lt-form" aria-label={t('pageTitle')}>
      <h2>{t('pageTitle')}</h2>
      <p>{t('pageText')}</p>
      <ProblemBanner error={go.error ?? stop.error} />
      <div className="lt-form__actions">
        <Button variant="primary" icon={ExternalLink} loading={go.isPending || go.isSuccess} onClick={() => go.mutate()}>
          {t('pageGo')}
        </Button>
        <Button variant="plain" loading={stop.isPending} onClick={() => stop.mutate()}>
          {t('pageStop')}
        </Button>
      </div>
    </section>
  );
}
