import Package from 'lucide-react/icons/package-check';
import type { ReactNode } from 'react';
import { StateMark, type StateKind } from '#ui/data/state-mark.tsx';
import { useT } from '#ui/i18n.ts';
import type { TracedMessage } from '../contract.ts';
import { traceMessages, wordOf } from './trace-messages.ts';

/** Downloads what proves the way of a document, to be verified without this system. */
export function EvidenceLink({ href, name }: { href: string; name?: string }): ReactNode {
  const t = useT(traceMessages);
  return (
    <a className={`lt-button lt-button--quiet${name === undefined ? '' : ' lt-button--small'}`} href={href} download aria-label={name === undefined ? undefined : t('evidenceOf', { name })}>
      <span className="lt-button__content">
        <Package size={16} aria-hidden="true" />
        {t('evidence')}
      </span>
    </a>
  );
}

const outcomes = { passed: 'done', warned: 'present', failed: 'stopped' } as const satisfies Record<TracedMessage['steps'][number]['outcome'], StateKind>;

/** The steps by which an arrival was verified. */
export function ArrivalSteps({ steps }: { steps: TracedMessage['steps'] }): ReactNode {
  const t = useT(traceMessages);
  return (
    <ul className="lt-trace__steps" aria-label={t('steps')}>
      {steps.map((step) => {
        const word = wordOf('step', step.step);
        return (
          <li key={step.step}>
            <StateMark kind={outcomes[step.outcome]}>{`${word === undefined ? step.step : t(word)}: ${t(`outcome.${step.outcome}`)}`}</StateMark>
            {step.detail !== undefined && <span className="lt-quiet"> {step.detail}</span>}
          </li>
        );
      })}
    </ul>
  );
}

const kinds: Readonly<Record<string, StateKind>> = { waiting: 'present', no_route: 'ahead', returned: 'stopped', refused: 'stopped', declined: 'stopped', cancelled: 'quiet', recalled: 'quiet', replaced: 'quiet', asked: 'present' };

/** How far a delivery or a message is. */
export function TraceState({ state }: { state: string }): ReactNode {
  const t = useT(traceMessages);
  const word = wordOf('state', state);
  return <StateMark kind={kinds[state] ?? 'done'}>{word === undefined ? state : t(word)}</StateMark>;
}
