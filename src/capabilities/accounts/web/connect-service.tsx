import Search from 'lucide-react/icons/search';
import { useState, type ReactNode } from 'react';
import { fieldProblem, useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { RadioGroup } from '#ui/controls/radio-group.tsx';
import { TextField } from '#ui/controls/text-field.tsx';
import { Banner } from '#ui/feedback/banner.tsx';
import { ProblemBanner } from '#ui/feedback/problem-banner.tsx';
import { formatDate } from '#ui/format.ts';
import { useT } from '#ui/i18n.ts';
import { useMutation } from '#ui/mutation.ts';
import { useSearch } from '#ui/navigation.tsx';
import type { ConnectWayProps } from './connect-key.tsx';
import { AskConsent } from './service-consent.tsx';
import { ConnectSteps } from './connect-steps.tsx';
import { serviceLabel, type KeyWords, type OfferedService } from './key-data.ts';
import { keyMessages } from './key-messages.ts';

type Listed = { fingerprint: string; holder: string; issuer: string; serial: string; validTo: string; isUsable: boolean };

/** A key with a remote service or on a device at the server: whose account, which certificate, connected. */
export function ConnectService(props: ConnectWayProps & { service: OfferedService }): ReactNode {
  const [{ 'dong-y': consentId }] = useSearch();
  return props.service.consent && consentId === undefined ? <AskConsent {...props} /> : <FindCertificate {...props} consentId={consentId} />;
}

function FindCertificate({ kind, service, onConnected, onBack, consentId }: ConnectWayProps & { service: OfferedService; consentId: string | undefined }): ReactNode {
  const api = useApi();
  const [account, setAccount] = useState('');
  const place = { driver: service.name, ...(account.trim() === '' ? {} : { user: account.trim() }), ...(service.consent ? { consentId } : {}) };
  const find = useMutation({ mutationFn: () => api.post<{ certificates: Listed[] }>('/api/v1/signatures/credentials/connectable', place) });
  const connect = useMutation({
    mutationFn: (fingerprint: string) => api.post<{ id: string }>('/api/v1/signatures/credentials/connect', { ...place, kind, fingerprint }),
    onSuccess: ({ id }) => onConnected(id),
  });
  const found = find.data?.certificates;
  if (found !== undefined && found.length > 0) {
    const back = (): void => {
      find.reset();
      connect.reset();
    };
    return <ChooseCertificate certificates={found} error={connect.error} isPending={connect.isPending} onChoose={(fingerprint) => connect.mutate(fingerprint)} onBack={back} />;
  }
  return <Identify {...{ service, account, setAccount }} error={find.error} isPending={find.isPending} isEmpty={found?.length === 0} onFind={() => find.mutate()} onBack={onBack} />;
}

type IdentifyProps = { service: OfferedService; account: string; setAccount: (account: string) => void; error: Error | null; isPending: boolean; isEmpty: boolean; onFind: () => void; onBack: () => void };

function Identify({ service, account, setAccount, error, isPending, isEmpty, onFind, onBack }: IdentifyProps): ReactNode {
  const t = useT(keyMessages);
  return (
    <form
      className="lt-form"
      onSubmit={(event) => {
        event.preventDefault();
        onFind();
      }}
    >
      <ConnectSteps at="identify" />
      <h2>{serviceLabel(service, t)}</h2>
      {service.kind === 'pkcs11' || service.consent ? (
        <p>{t(service.consent ? 'consentedText' : 'deviceText')}</p>
      ) : (
        <TextField
          className="lt-accounts-narrow"
          label={t(`account_${service.kind}`)}
          hint={t(`account_${service.kind}_hint`)}
          required={service.account === 'required'}
          optional={service.account === 'optional'}
          autoComplete="username"
          value={account}
          onChange={setAccount}
          error={fieldProblem(error, 'user')}
        />
      )}
      {isEmpty && (
        <Banner tone="warn" title={t('noneFound')}>
          {t('noneFoundFix')}
        </Banner>
      )}
      <ProblemBanner error={error} />
      <div className="lt-form__actions">
        <Button type="submit" variant="primary" icon={Search} loading={isPending} disabled={service.account === 'required' && account.trim() === ''}>
          {t('find')}
        </Button>
        <Button onClick={onBack}>{t('previous')}</Button>
      </div>
    </form>
  );
}

type ChooseProps = { certificates: readonly Listed[]; error: Error | null; isPending: boolean; onChoose: (fingerprint: string) => void; onBack: () => void };

function ChooseCertificate({ certificates, error, isPending, onChoose, onBack }: ChooseProps): ReactNode {
  const t = useT(keyMessages);
  const [typed, setChosen] = useState<string>();
  const usable = certificates.filter(({ isUsable }) => isUsable);
  const chosen = typed ?? (usable.length === 1 ? usable[0]?.fingerprint : undefined);
  return (
    <form
      className="lt-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (chosen !== undefined) onChoose(chosen);
      }}
    >
      <ConnectSteps at="choose" />
      <RadioGroup label={t('choose')} value={chosen} onChange={setChosen} options={certificates.map((each) => ({ value: each.fingerprint, label: each.holder, hint: hintOf(each, t), disabled: !each.isUsable }))} />
      <ProblemBanner error={error} />
      <div className="lt-form__actions">
        <Button type="submit" variant="primary" loading={isPending} disabled={chosen === undefined}>
          {t('connectIt')}
        </Button>
        <Button onClick={onBack}>{t('previous')}</Button>
      </div>
    </form>
  );
}

function hintOf({ isUsable, issuer, serial, validTo }: Listed, t: KeyWords): string {
  const facts = t('chosenHint', { issuer, serial, validTo: formatDate(validTo.slice(0, 10)) });
  return isUsable ? facts : `${facts}. ${t('unusable')}`;
}
