import type { ReactNode } from 'react';
import { useT } from '#ui/i18n.ts';
import { keyMessages } from './key-messages.ts';

const steps = ['place', 'identify', 'choose', 'done'] as const;
const words = { place: 'stepPlace', identify: 'stepIdentify', choose: 'stepChoose', done: 'stepDone' } as const;

export type ConnectStep = (typeof steps)[number];

/** Where one is on the way from a key somewhere to a key that signs here. */
export function ConnectSteps({ at }: { at: ConnectStep }): ReactNode {
  const t = useT(keyMessages);
  const now = steps.indexOf(at);
  return (
    <ol className="lt-own-keys-steps" aria-label={t('steps')}>
      {steps.map((step, index) => (
        <li key={step} aria-current={step === at ? 'step' : undefined} data-past={index < now ? '' : undefined}>
          {t(words[step])}
        </li>
      ))}
    </ol>
  );
}
