import { useQuery } from '@tanstack/react-query';
import ExternalLink from 'lucide-react/icons/external-link';
import { useEffect, useRef, type ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { ProblemBanner } from '#ui/feedback/problem-banner.tsx';
import { useT } from '#ui/i18n.ts';
import { useMutation } from '#ui/mutation.ts';
import type { OwnSigning, WaitingRelease } from '#engines/signatures/contract.ts';
import { keyMessages } from './key-messages.ts';
import { useAbandon } from './use-own-signing.ts';

/** Leaves for the page of the service, which sends the browser back and then to `returnPath`. */
function useReleasePage(returnPath: string) {
  const api = useApi();
  return useMutation({
    mutationFn: (releaseId: string) => api.post<{ url: string }>(`/api/v1/signatures/releases/${releaseId}/consents`, { returnPath }),
    onSuccess: ({ url }) => window.location.assign(url),
  });
}

type WaitProps = { signing: OwnSigning; releaseId: string; service: string; returnPath: string; /** The button was pressed just now: the page opens by itself. */ isFresh: boolean; onStopped: () => void; onLeave: () => void };

/** The service wants the person's consent on its own page: the way there, and what can be done instead. */
export function ReleaseWait({ signing, releaseId, service, returnPath, isFresh, onStopped, onLeave }: WaitProps): ReactNode {
  const k = useT(keyMessages);
  const go = useReleasePage(returnPath);
  const stop = useAbandon(signing, onStopped);
  const { mutate } = go;
  const gone = useRef(false);
  useEffect(() => {
    if (!isFresh || gone.current) return;
    gone.current = true;
    mutate(releaseId);
  }, [isFresh, releaseId, mutate]);
  return (
    <>
      <h2 className="lt-await__title">
        <ExternalLink size={20} aria-hidden="true" /> {k('pageTitle')}
      </h2>
      <p role="status">{k('pageText', { service })}</p>
      <ProblemBanner error={go.error ?? stop.error} />
      <div className="lt-form__actions">
        <Button variant="primary" icon={ExternalLink} loading={go.isPending || go.isSuccess} onClick={() => mutate(releaseId)}>
          {k('pageGo')}
        </Button>
        <Button onClick={onLeave}>{k('later')}</Button>
        <Button variant="plain" loading={stop.isPending} onClick={() => stop.mutate()}>
          {k('stop')}
        </Button>
      </div>
      <p className="lt-quiet">{k('pageTakes')}</p>
    </>
  );
}

/** After several documents were made ready at once: a button for each time that the service asks. */
export function ReleaseTurns({ credentialId, returnPath }: { credentialId: string; returnPath: string }): ReactNode {
  const k = useT(keyMessages);
  const api = useApi();
  const go = useReleasePage(returnPath);
  const { data, error } = useQuery({ queryKey: ['signatures', 'releases'], staleTime: 0, queryFn: ({ signal }) => api.get<{ releases: WaitingRelease[] }>('/api/v1/signatures/releases', { signal }) });
  const releases = (data?.releases ?? []).filter((release) => release.credentialId === credentialId);
  return (
    <>
      <ProblemBanner error={go.error ?? error} />
      {releases.map(({ id, count }, index) => (
        <Button key={id} variant={index === 0 ? 'primary' : 'quiet'} icon={ExternalLink} loading={(go.isPending || go.isSuccess) && go.variables === id} onClick={() => go.mutate(id)}>
          {releases.length === 1 ? k('pageGo') : k('pageGoFor', { count })}
        </Button>
      ))}
    </>
  );
}
