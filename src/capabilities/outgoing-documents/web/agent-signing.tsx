import { useQuery } from '@tanstack/react-query';
import Usb from 'lucide-react/icons/usb';
import { useCallback, useEffect, useRef, useState, type ReactNode } from 'react';
import { ApiError, useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { Select } from '#ui/controls/select.tsx';
import { Banner } from '#ui/feedback/banner.tsx';
import { ErrorState } from '#ui/feedback/error-state.tsx';
import { useT } from '#ui/i18n.ts';
import { AgentError, type AgentId, type SigningAgent } from '#ui/signing-agents/agent.ts';
import { AgentHelp } from '#ui/signing-agents/agent-help.tsx';
import { agentFor, agentsOf, rememberAgent } from '#ui/signing-agents/known-agents.ts';
import type { HandOverStatus, OwnSigning, SigningServiceList } from '#engines/signatures/contract.ts';
import { handOverToAgent, signThroughAgent, type FileOrder } from './agent-work.ts';
import { keyMessages } from './key-messages.ts';
import { SigningEnded } from './signing-ended.tsx';
import { useAbandon } from './use-own-signing.ts';

type Props = { signing: OwnSigning; order: FileOrder; isFresh: boolean; look: () => Promise<void>; onStopped: () => void };

/** A signing whose key is on a token at this computer: the page asks the program there, in one of its two ways. */
export function AgentSigning(props: Props): ReactNode {
  const k = useT(keyMessages);
  const api = useApi();
  const services = useQuery({ queryKey: ['signatures', 'services'], staleTime: Number.POSITIVE_INFINITY, queryFn: ({ signal }) => api.get<SigningServiceList>('/api/v1/signatures/services', { signal }) });
  const [agents, setAgents] = useState<readonly SigningAgent[]>();
  useEffect(() => {
    if (services.data !== undefined) setAgents(agentsOf(services.data.agents));
  }, [services.data]);
  const [chosen, setChosen] = useState<AgentId>();
  if (services.error !== null) return <ErrorState compact error={services.error} onRetry={() => void services.refetch()} />;
  if (agents === undefined) return null;
  const agent = agents.find(({ id }) => id === chosen) ?? agentFor(props.signing.credentialId, agents);
  if (agent === undefined) return <Banner tone="danger">{k('noAgents')}</Banner>;
  return (
    <>
      <h2 className="lt-await__title">
        <Usb size={20} aria-hidden="true" /> {k('agentTitle', { name: agent.name })}
      </h2>
      {agents.length > 1 && <Select label={k('agent')} value={agent.id} onChange={setChosen} options={agents.map(({ id, name }) => ({ value: id, label: name }))} />}
      <AgentDesk key={agent.id} {...props} agent={agent} isFresh={props.isFresh && chosen === undefined} />
    </>
  );
}

type Way = 'hash' | 'file';
type Step = { at: 'idle' } | { at: 'work'; way: Way } | { at: 'taken'; way: Way } | { at: 'stopped'; error: unknown } | { at: 'refused'; problem: NonNullable<HandOverStatus['problem']> };

/** What is going on, by how far it is and in which way the program signs. */
const words = { work: { hash: 'agentSigning', file: 'agentFile' }, taken: { hash: 'puttingIn', file: 'checking' } } as const;

function AgentDesk({ agent, signing, order, isFresh, look, onStopped }: Props & { agent: SigningAgent }): ReactNode {
  const k = useT(keyMessages);
  const { step, begin, cancel } = useAgentWork({ agent, signing, order, look });
  useEffect(() => {
    if (isFresh) begin('hash');
    return cancel;
  }, [isFresh, begin, cancel]);
  const abandon = useAbandon(signing, onStopped);
  const stop = (): void => {
    cancel();
    abandon.mutate();
  };
  const { name } = agent;
  // The server took the answer and then found no way to put it in: no time stamp, no storage.
  if (step.at === 'taken' && signing.state === 'prepared') return <SigningEnded signing={signing} onAgain={onStopped} />;
  if (step.at === 'work' || step.at === 'taken') {
    return (
      <>
        <p role="status">{k(words[step.at][step.way], { name })}</p>
        <progress aria-label={k('waiting')} />
        <div className="lt-form__actions">
          <Button loading={abandon.isPending} onClick={stop}>{k('agentCancel')}</Button>
        </div>
      </>
    );
  }
  return (
    <>
      {step.at === 'idle' && <p>{k('agentIdle')}</p>}
      {step.at === 'stopped' && <Stopped agent={agent} error={step.error} onRetry={() => begin('hash')} />}
      {step.at === 'refused' && (
        <Banner tone="danger" title={step.problem.message}>
          {step.problem.fix}
        </Banner>
      )}
      <div className="lt-form__actions">
        {step.at === 'idle' && (
          <Button variant="primary" onClick={() => begin('hash')}>
            {k('agentStart', { name })}
          </Button>
        )}
        {step.at !== 'refused' && <Button onClick={() => begin('file')}>{k('wholeFile', { name })}</Button>}
        <Button variant={step.at === 'refused' ? 'primary' : 'plain'} loading={abandon.isPending} onClick={stop}>
          {k(step.at === 'refused' ? 'again' : 'stop')}
        </Button>
      </div>
      {step.at !== 'refused' && <p className="lt-quiet">{k('wholeFileHint')}</p>}
    </>
  );
}

/** What the program or the browser refused has its own help; what the server refused says its own reason. */
function Stopped({ agent, error, onRetry }: { agent: SigningAgent; error: unknown; onRetry: () => void }): ReactNode {
  const k = useT(keyMessages);
  if (error instanceof AgentError) return <AgentHelp agent={agent} error={error} onRetry={onRetry} />;
  return (
    <Banner tone="danger" title={error instanceof Error ? error.message : k('endedTitle')} actions={<Button onClick={onRetry}>{k('again')}</Button>}>
      {error instanceof ApiError ? error.fix : undefined}
    </Banner>
  );
}

type WorkOptions = { agent: SigningAgent; signing: OwnSigning; order: FileOrder; look: () => Promise<void> };

/** One run of the program at a time; leaving the page ends it, and what it signs later nobody takes. */
function useAgentWork({ agent, signing, order, look }: WorkOptions): { step: Step; begin: (way: Way) => void; cancel: () => void } {
  const api = useApi();
  const [step, setStep] = useState<Step>({ at: 'idle' });
  const running = useRef<AbortController>(undefined);
  // The queries give new functions with each look; a run that has begun keeps to what it began with.
  const given = useRef({ order, look });
  useEffect(() => {
    given.current = { order, look };
  });
  const cancel = useCallback(() => running.current?.abort(), []);
  const begin = useCallback(
    (way: Way) => {
      running.current?.abort();
      const { signal } = (running.current = new AbortController());
      const task = { signingId: signing.id, agent, signal };
      const show = (next: Step): void => {
        if (!signal.aborted) setStep(next);
      };
      const work = async (): Promise<void> => {
        if (way === 'hash') await signThroughAgent(api, task);
        else {
          const { problem } = await handOverToAgent(api, task, given.current.order);
          if (problem !== null) {
            show({ at: 'refused', problem });
            return;
          }
        }
        rememberAgent(signing.credentialId, agent.id);
        show({ at: 'taken', way });
        await given.current.look();
      };
      setStep({ at: 'work', way });
      work().catch((error: unknown) => show({ at: 'stopped', error }));
    },
    [api, agent, signing.id, signing.credentialId],
  );
  return { step, begin, cancel };
}
