import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { ProblemBanner } from '#ui/feedback/problem-banner.tsx';
import { Skeleton } from '#ui/feedback/skeleton.tsx';
import { useT } from '#ui/i18n.ts';
import { Section } from '#ui/layout/page.tsx';
import { useMutation } from '#ui/mutation.ts';
import type { Consent } from '../contract.ts';
import { messages } from './messages.ts';

/** An application that sent the browser here: yes leads back with a code, no leads back without. */
export function ConsentPanel({ id }: { id: string }): ReactNode {
  const t = useT(messages);
  const api = useApi();
  const path = `/api/v1/remote-signing/consents/${encodeURIComponent(id)}`;
  const consent = useQuery({ queryKey: ['remote-signing-consent', id], retry: false, staleTime: Infinity, queryFn: () => api.post<Consent>(`${path}/open`) });
  const answer = useMutation({
    mutationFn: (how: 'grant' | 'refuse') => api.post<{ location: string }>(`${path}/${how}`),
    onSuccess: ({ location }) => window.location.assign(location),
  });
  const { data } = consent;
  if (consent.error !== null) return <ProblemBanner error={consent.error} />;
  if (data === undefined) return <Skeleton shape="block" height="6rem" />;
  const isSigning = data.scope === 'credential';
  return (
    <Section title={t('connect', { client: data.clientName })}>
      <p>{t(isSigning ? 'connectSign' : 'connectText', { host: data.returnsTo })}</p>
      <ProblemBanner error={answer.error} />
      <div className="lt-row">
        <Button variant="primary" loading={answer.isPending} onClick={() => answer.mutate('grant')}>
          {t(isSigning ? 'goBack' : 'agree')}
        </Button>
        <Button disabled={answer.isPending} onClick={() => answer.mutate('refuse')}>
          {t('notAgree')}
        </Button>
      </div>
    </Section>
  );
}
