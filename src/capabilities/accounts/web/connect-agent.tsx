import Search from 'lucide-react/icons/search';
import { useState, type ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { RadioGroup } from '#ui/controls/radio-group.tsx';
import { Banner } from '#ui/feedback/banner.tsx';
import { ProblemBanner } from '#ui/feedback/problem-banner.tsx';
import { useT } from '#ui/i18n.ts';
import { useMutation } from '#ui/mutation.ts';
import { AgentError, type AgentCertificate, type SigningAgent } from '#ui/signing-agents/agent.ts';
import { AgentHelp } from '#ui/signing-agents/agent-help.tsx';
import { agentsOf, rememberAgent, type OfferedAgent } from '#ui/signing-agents/known-agents.ts';
import type { ConnectWayProps } from './connect-key.tsx';
import { ConnectSteps } from './connect-steps.tsx';
import { keyMessages } from './key-messages.ts';

/** A key on a token at this computer: the program there shows its certificate, and the server registers it. */
export function ConnectAgent({ offered, ...way }: ConnectWayProps & { offered: OfferedAgent }): ReactNode {
  const [[agent]] = useState(() => agentsOf([offered]));
  return agent === undefined ? null : <WithAgent {...way} agent={agent} />;
}

function WithAgent({ kind, agent, onConnected, onBack }: ConnectWayProps & { agent: SigningAgent }): ReactNode {
  const t = useT(keyMessages);
  const api = useApi();
  const { name } = agent;
  const find = useMutation({
    mutationFn: async (): Promise<AgentCertificate[]> => {
      if (!(await agent.detect())) throw new AgentError('notReached');
      return agent.listCertificates();
    },
  });
  const connect = useMutation({
    mutationFn: ({ certificate }: AgentCertificate) => api.post<{ id: string }>('/api/v1/signatures/agent-credentials', { kind, certificate }),
    onSuccess: ({ id }) => {
      rememberAgent(id, agent.id);
      onConnected(id);
    },
  });
  const found = find.data;
  if (found !== undefined && found.length > 0) {
    const back = (): void => {
      find.reset();
      connect.reset();
    };
    return <ChooseOnToken certificates={found} error={connect.error} isPending={connect.isPending} onChoose={(each) => connect.mutate(each)} onBack={back} />;
  }
  return (
    <div className="lt-form">
      <ConnectSteps at="identify" />
      <h2>{name}</h2>
      <p>{t('agentText', { name })}</p>
      {find.error instanceof AgentError ? <AgentHelp agent={agent} error={find.error} isSigning={false} retrying={find.isPending} onRetry={() => find.mutate()} /> : <ProblemBanner error={find.error} />}
      {found?.length === 0 && (
        <Banner tone="warn" title={t('noneOnToken')}>
          {t('noneOnTokenFix')}
        </Banner>
      )}
      <div className="lt-form__actions">
        {find.error === null && (
          <Button variant="primary" icon={Search} loading={find.isPending} onClick={() => find.mutate()}>
            {t('find')}
          </Button>
        )}
        <Button onClick={onBack}>{t('previous')}</Button>
      </div>
    </div>
  );
}

type ChooseProps = { certificates: readonly AgentCertificate[]; error: Error | null; isPending: boolean; onChoose: (certificate: AgentCertificate) => void; onBack: () => void };

/** The page cannot read a certificate: it shows its number, and the server says whose it is when it accepts or refuses it. */
function ChooseOnToken({ certificates, error, isPending, onChoose, onBack }: ChooseProps): ReactNode {
  const t = useT(keyMessages);
  const [typed, setChosen] = useState<string>();
  const chosen = certificates.find(({ certificate }) => certificate === typed) ?? (certificates.length === 1 ? certificates[0] : undefined);
  return (
    <form
      className="lt-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (chosen !== undefined) onChoose(chosen);
      }}
    >
      <ConnectSteps at="choose" />
      <RadioGroup
        label={t('choose')}
        value={chosen?.certificate}
        onChange={setChosen}
        options={certificates.map(({ certificate, serial }) => ({ value: certificate, label: serial === undefined ? t('tokenCertificate') : t('tokenSerial', { serial }) }))}
      />
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
