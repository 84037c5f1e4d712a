import { useQuery, useQueryClient } from '@tanstack/react-query';
import ExternalLink from 'lucide-react/icons/external-link';
import type { ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { ProblemBanner } from '#ui/feedback/problem-banner.tsx';
import { useToasts } from '#ui/feedback/toast.tsx';
import { formatDateTime } from '#ui/format.ts';
import { useT } from '#ui/i18n.ts';
import { useMutation } from '#ui/mutation.ts';
import type { WaitingRelease } from '#engines/signatures/contract.ts';
import { keyMessages } from './key-messages.ts';
import './keys.css';

const RELEASES_KEY = ['signatures', 'releases'];

/** What waits for my consent on the page of a signing service; asked anew each time, since it ends within minutes. */
export function useWaitingReleases() {
  const api = useApi();
  return useQuery({ queryKey: RELEASES_KEY, staleTime: 0, queryFn: ({ signal }) => api.get<{ releases: WaitingRelease[] }>('/api/v1/signatures/releases', { signal }) });
}

/** Each request that waits, with the way to the page of its service and the way to give it up. */
export function WaitingReleases({ releases, returnPath }: { releases: readonly WaitingRelease[]; returnPath: string }): ReactNode {
  const t = useT(keyMessages);
  return (
    <ul className="lt-own-keys" aria-label={t('releases')}>
      {releases.map((release) => (
        <WaitingItem key={release.id} release={release} returnPath={returnPath} />
      ))}
    </ul>
  );
}

function WaitingItem({ release, returnPath }: { release: WaitingRelease; returnPath: string }): ReactNode {
  const t = useT(keyMessages);
  const api = useApi();
  const queries = useQueryClient();
  const toasts = useToasts();
  const { id, count, service, description, expiresAt } = release;
  const url = `/api/v1/signatures/releases/${id}`;
  const go = useMutation({ mutationFn: () => api.post<{ url: string }>(`${url}/consents`, { returnPath }), onSuccess: (reply) => window.location.assign(reply.url) });
  const stop = useMutation({
    mutationFn: () => api.del(url),
    onSuccess: () => toasts.show({ tone: 'info', text: t('releaseStopped') }),
    onSettled: () => queries.invalidateQueries({ queryKey: RELEASES_KEY }),
  });
  return (
    <li className="lt-own-keys__key">
      <h3>{t('releaseCount', { count, service: service.label ?? t('releaseService') })}</h3>
      <p className="lt-quiet">
        {description}. {t('releaseUntil', { time: formatDateTime(expiresAt) })}
      </p>
      <ProblemBanner error={go.error ?? stop.error} />
      <div className="lt-row">
        <Button size="small" variant="primary" icon={ExternalLink} loading={go.isPending || go.isSuccess} onClick={() => go.mutate()}>
          {t('consentGo')}
        </Button>
        <Button size="small" variant="plain" loading={stop.isPending} onClick={() => stop.mutate()}>
          {t('releaseStop')}
        </Button>
      </div>
    </li>
  );
}
