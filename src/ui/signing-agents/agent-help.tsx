import ExternalLink from 'lucide-react/icons/external-link';
import RotateCw from 'lucide-react/icons/rotate-cw';
import TriangleAlert from 'lucide-react/icons/triangle-alert';
import type { ReactNode } from 'react';
import { Button } from '../controls/button.tsx';
import { useT } from '../i18n.ts';
import type { AgentError, AgentProblem, SigningAgent } from './agent.ts';
import { agentMessages, type AgentMessageKey } from './agent-messages.ts';
import './agent-help.css';

export type AgentHelpProps = {
  agent: Pick<SigningAgent, 'name' | 'trustAddress'>;
  /** What went wrong, as the agent's client threw it. */
  error: Pick<AgentError, 'problem' | 'said'>;
  /** Whether a document waits for the program, so that the person wants to know what has become of it. */
  isSigning?: boolean;
  onRetry?: () => void;
  retrying?: boolean;
};

const steps: Record<AgentProblem, readonly AgentMessageKey[]> = {
  notReached: ['notReached-1', 'notReached-2', 'notReached-3'],
  permissionDenied: ['permissionDenied-1', 'permissionDenied-2', 'permissionDenied-3'],
  insecurePage: ['insecurePage-1', 'insecurePage-2'],
  closed: ['closed-1', 'closed-2'],
  timedOut: ['timedOut-1', 'timedOut-2'],
  refused: ['refused-1', 'refused-2'],
  notLicensed: ['notLicensed-1'],
  wrongAnswer: ['wrongAnswer-1', 'wrongAnswer-2'],
  weakHash: ['weakHash-1'],
  notSupported: ['notSupported-1'],
  cancelled: ['cancelled-1'],
};

/** After these the program may have signed and sent all the same. */
const UNCERTAIN: ReadonlySet<AgentProblem> = new Set(['closed', 'timedOut', 'wrongAnswer']);

/** What to do when the signing program on the own computer was not reached, or did not sign, and what has become of the document. */
export function AgentHelp({ agent, error, isSigning = true, onRetry, retrying = false }: AgentHelpProps): ReactNode {
  const t = useT(agentMessages);
  const { name, trustAddress } = agent;
  const { problem, said } = error;
  return (
    <section className="lt-agent-help" role="alert" aria-label={t(`title-${problem}`, { name })}>
      <p className="lt-agent-help__title">
        <TriangleAlert size={20} aria-hidden="true" />
        <strong>{t(`title-${problem}`, { name })}</strong>
      </p>
      {isSigning && <p>{t(UNCERTAIN.has(problem) ? 'unsure' : 'safe')}</p>}
      {said !== undefined && <p>{t('said', { said })}</p>}
      <p className="lt-agent-help__steps-title">{t('steps')}</p>
      <ol className="lt-agent-help__steps">
        {steps[problem].map((key) => (
          <li key={key}>
            {t(key, { name })}
            {key === 'notReached-2' && (
              <a className="lt-agent-help__address" href={trustAddress} target="_blank" rel="noreferrer">
                {t('openTrust', { address: trustAddress })} <ExternalLink size={14} aria-hidden="true" /> <span className="read-by-screen-reader">{t('opensTab')}</span>
              </a>
            )}
          </li>
        ))}
      </ol>
      {onRetry !== undefined && (
        <Button icon={RotateCw} loading={retrying} onClick={onRetry}>
          {t('retry')}
        </Button>
      )}
    </section>
  );
}
