import ExternalLink from 'lucide-react/icons/external-link';
import type { ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { ProblemBanner } from '#ui/feedback/problem-banner.tsx';
import { useT } from '#ui/i18n.ts';
import { useMutation } from '#ui/mutation.ts';
import type { ConnectWayProps } from './connect-key.tsx';
import { ConnectSteps } from './connect-steps.tsx';
import { serviceLabel, type KeyKind, type OfferedService } from './key-data.ts';
import { keyMessages } from './key-messages.ts';

/** Before anything is asked of a service that wants the person's own consent: what will happen, and the way to its page. */
export function AskConsent({ kind, service, onBack }: ConnectWayProps & { service: OfferedService }): ReactNode {
  const t = useT(keyMessages);
  const begin = useConsent(service.name, { kind });
  return (
    <div className="lt-form">
      <ConnectSteps at="identify" />
      <h2>{serviceLabel(service, t)}</h2>
      <p>{t('consentText', { service: serviceLabel(service, t) })}</p>
      <ProblemBanner error={begin.error} />
      <div className="lt-form__actions">
        <Button variant="primary" icon={ExternalLink} loading={begin.isPending || begin.isSuccess} onClick={() => begin.mutate()}>
          {t('consentGo')}
        </Button>
        <Button onClick={onBack}>{t('previous')}</Button>
      </div>
    </div>
  );
}

/** Leaves for the page of the service, which sends the browser back. */
export function useConsent(service: string, body: { kind: KeyKind; credentialId?: string }) {
  const api = useApi();
  return useMutation({
    mutationFn: () => api.post<{ url: string }>(`/api/v1/signatures/services/${service}/consents`, body),
    onSuccess: ({ url }) => window.location.assign(url),
  });
}
