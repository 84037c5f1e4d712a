import { useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { Button, ButtonLink } from '#ui/controls/button.tsx';
import { RadioGroup, type RadioOption } from '#ui/controls/radio-group.tsx';
import { Banner } from '#ui/feedback/banner.tsx';
import { ErrorState } from '#ui/feedback/error-state.tsx';
import { Skeleton } from '#ui/feedback/skeleton.tsx';
import { useT } from '#ui/i18n.ts';
import '#ui/layout/form.css';
import { useSearch } from '#ui/navigation.tsx';
import { useSession } from '#ui/session-context.tsx';
import { preferKey } from '#ui/signing-agents/known-agents.ts';
import type { SigningServiceList } from '#engines/signatures/contract.ts';
import { ConnectAgent } from './connect-agent.tsx';
import { ConnectFile } from './connect-file.tsx';
import { ConnectService } from './connect-service.tsx';
import { ConnectSteps } from './connect-steps.tsx';
import { CREDENTIALS_KEY, serviceLabel, useOwnKeys, useSigningServices, type KeyKind, type KeyWords } from './key-data.ts';
import { ImageDialog } from './key-dialogs.tsx';
import { keyMessages } from './key-messages.ts';

/** What every way of connecting gets: for whose signature, and what follows. */
export type ConnectWayProps = { kind: KeyKind; onConnected: (credentialId: string) => void; onBack: () => void };

/** From “where is your key” to a certificate that can sign: a service, a token at this computer, or a key file. */
export function ConnectKey(): ReactNode {
  const queries = useQueryClient();
  const services = useSigningServices();
  // Back from the page of a service that wanted consent, the way goes on where it was left.
  const [{ 'dich-vu': consented, cho: whose }] = useSearch();
  const [kind, setKind] = useState<KeyKind>(whose === 'co-quan' ? 'agency' : 'person');
  const [chosen, setChosen] = useState(consented === undefined ? undefined : `service:${consented}`);
  const [isChosen, setIsChosen] = useState(consented !== undefined);
  const [connectedId, setConnectedId] = useState<string>();
  if (services.error !== null) return <ErrorState error={services.error} onRetry={() => void services.refetch()} />;
  if (services.data === undefined) return <Skeleton shape="block" height="16rem" />;
  if (connectedId !== undefined) return <Connected credentialId={connectedId} />;
  const way: ConnectWayProps = {
    kind,
    onBack: () => setIsChosen(false),
    onConnected: (id) => {
      preferKey(kind, id);
      setConnectedId(id);
      void queries.invalidateQueries({ queryKey: CREDENTIALS_KEY });
    },
  };
  if (!isChosen || chosen === undefined) {
    return <ChooseWay services={services.data} {...{ kind, setKind, chosen, setChosen }} onNext={() => setIsChosen(true)} />;
  }
  if (chosen === 'file') return <ConnectFile {...way} />;
  const agent = services.data.agents.find(({ id }) => `agent:${id}` === chosen);
  if (agent !== undefined) return <ConnectAgent {...way} offered={agent} />;
  const service = services.data.services.find(({ name }) => `service:${name}` === chosen);
  return service === undefined ? null : <ConnectService {...way} service={service} />;
}

type ChooseProps = { services: SigningServiceList; kind: KeyKind; setKind: (kind: KeyKind) => void; chosen: string | undefined; setChosen: (way: string) => void; onNext: () => void };

function ChooseWay({ services, kind, setKind, chosen, setChosen, onNext }: ChooseProps): ReactNode {
  const t = useT(keyMessages);
  const { post } = useSession();
  return (
    <form
      className="lt-form"
      onSubmit={(event) => {
        event.preventDefault();
        onNext();
      }}
    >
      <ConnectSteps at="place" />
      {post.roles.includes('clerk') && (
        <RadioGroup
          label={t('forWhom')}
          value={kind}
          onChange={setKind}
          options={[
            { value: 'person', label: t('forMe') },
            { value: 'agency', label: t('forAgency') },
          ]}
        />
      )}
      <RadioGroup label={t('where')} value={chosen} onChange={setChosen} options={waysOf(services, t)} />
      <div className="lt-form__actions">
        <Button type="submit" variant="primary" disabled={chosen === undefined}>
          {t('next')}
        </Button>
      </div>
    </form>
  );
}

function waysOf({ services, agents }: SigningServiceList, t: KeyWords): RadioOption[] {
  return [
    ...services.map((service) => ({ value: `service:${service.name}`, label: serviceLabel(service, t), hint: t(`where_${service.kind}_hint`) })),
    ...agents.map(({ id }) => ({ value: `agent:${id}`, label: t(`where_${id}`), hint: t(`where_${id}_hint`) })),
    { value: 'file', label: t('where_file'), hint: t('where_file_hint') },
  ];
}

/** Connected, and what is still missing before it can stand on a document. */
function Connected({ credentialId }: { credentialId: string }): ReactNode {
  const t = useT(keyMessages);
  const keys = useOwnKeys();
  const [isAdding, setAdding] = useState(false);
  const credential = keys.data?.credentials.find(({ id }) => id === credentialId);
  return (
    <div className="lt-form">
      <ConnectSteps at="done" />
      <div role="status">
        <Banner tone="done" title={t('doneTitle')}>
          {credential?.hasImage === true ? credential.label : t('doneText')}
        </Banner>
      </div>
      <div className="lt-form__actions">
        {credential !== undefined && !credential.hasImage && (
          <Button variant="primary" onClick={() => setAdding(true)}>
            {t(credential.kind === 'agency' ? 'sealImage' : 'image')}
          </Button>
        )}
        <ButtonLink to="/chu-ky-cua-toi">{t('toList')}</ButtonLink>
      </div>
      {isAdding && credential !== undefined && <ImageDialog credential={credential} onClose={() => setAdding(false)} />}
    </div>
  );
}
