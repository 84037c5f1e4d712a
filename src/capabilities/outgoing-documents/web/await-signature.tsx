import Fingerprint from 'lucide-react/icons/fingerprint-pattern';
import Smartphone from 'lucide-react/icons/smartphone';
import { useEffect, useState, type ReactNode } from 'react';
import { Button, ButtonLink } from '#ui/controls/button.tsx';
import { ProblemBanner } from '#ui/feedback/problem-banner.tsx';
import { useT } from '#ui/i18n.ts';
import type { CredentialSummary, OwnSigning } from '#engines/signatures/contract.ts';
import { AgentSigning } from './agent-signing.tsx';
import type { FileOrder } from './agent-work.ts';
import './await-signature.css';
import { serviceName } from './key-fields.tsx';
import { keyMessages } from './key-messages.ts';
import { APPROVALS_PAGE } from './release-by-passkey.ts';
import { ReleaseWait } from './release-on-page.tsx';
import { SigningEnded } from './signing-ended.tsx';
import { isUnderWay, useAbandon, type Waiting } from './use-own-signing.ts';

export type AwaitSignatureProps = {
  waiting: Waiting & { signing: OwnSigning };
  credentials: readonly CredentialSummary[] | undefined;
  /** What a signing program that signs whole files is asked to do. */
  order: FileOrder;
  /** The signature was asked for on this page just now, so that the program on the computer is called by itself. */
  isFresh: boolean;
  /** The owner's passkey released the key on this page just now. */
  isReleased?: boolean;
  /** Where the browser goes on after the page of a service that wants the person's consent there. */
  returnPath: string;
  /** Leaves the signing to wait and goes on elsewhere. */
  onLeave: () => void;
};

/** In the place of the form while a phone or a program on the computer signs: what to do, how long, and what became of it. */
export function AwaitSignature({ waiting, credentials, order, isFresh, isReleased = false, returnPath, onLeave }: AwaitSignatureProps): ReactNode {
  const k = useT(keyMessages);
  const { signing } = waiting;
  const credential = credentials?.find(({ id }) => id === signing.credentialId);
  const service = credential === undefined ? k('ownService') : serviceName(credential, k);
  return (
    <section className="lt-await" aria-label={k('waiting')}>
      {credential?.place === 'computer' && (isUnderWay(signing) || signing.state === 'prepared') ? (
        <AgentSigning signing={signing} order={order} isFresh={isFresh} look={waiting.look} onStopped={waiting.dismiss} />
      ) : !isUnderWay(signing) ? (
        <SigningEnded signing={signing} onAgain={waiting.dismiss} />
      ) : signing.releaseId !== null ? (
        <ReleaseWait signing={signing} releaseId={signing.releaseId} service={service} returnPath={returnPath} isFresh={isFresh} onStopped={waiting.dismiss} onLeave={onLeave} />
      ) : credential?.place === 'file' || credential?.place === 'device' ? (
        <PasskeyWait signing={signing} isReleased={isReleased || signing.state === 'signing'} onStopped={waiting.dismiss} onLeave={onLeave} />
      ) : (
        <PhoneWait signing={signing} service={service} onStopped={waiting.dismiss} onLeave={onLeave} />
      )}
    </section>
  );
}

/** The key is in the house and waits for its owner's passkey. */
function PasskeyWait({ signing, isReleased, onStopped, onLeave }: { signing: OwnSigning; isReleased: boolean; onStopped: () => void; onLeave: () => void }): ReactNode {
  const k = useT(keyMessages);
  const stop = useAbandon(signing, onStopped);
  return (
    <>
      <h2 className="lt-await__title">
        <Fingerprint size={20} aria-hidden="true" /> {k('passkeyTitle')}
      </h2>
      <div role="status" className="lt-stack">
        <p>{k(isReleased ? 'puttingIn' : 'passkeyWaits')}</p>
      </div>
      <ProblemBanner error={stop.error} />
      {!isReleased && (
        <div className="lt-form__actions">
          <ButtonLink variant="primary" to={APPROVALS_PAGE}>
            {k('passkeyHere')}
          </ButtonLink>
          <Button onClick={onLeave}>{k('later')}</Button>
          <Button variant="plain" loading={stop.isPending} onClick={() => stop.mutate()}>
            {k('stop')}
          </Button>
        </div>
      )}
    </>
  );
}

function PhoneWait({ signing, service, onStopped, onLeave }: { signing: OwnSigning; service: string; onStopped: () => void; onLeave: () => void }): ReactNode {
  const k = useT(keyMessages);
  const stop = useAbandon(signing, onStopped);
  return (
    <>
      <h2 className="lt-await__title">
        <Smartphone size={20} aria-hidden="true" /> {k('phoneTitle')}
      </h2>
      <div role="status" className="lt-stack">
        <p>{k(signing.state === 'signing' ? 'puttingIn' : 'phoneText', { service })}</p>
        <p className="lt-quiet">{k('phoneTakes')}</p>
      </div>
      <Countdown from={signing.openedAt} to={signing.expiresAt} />
      <ProblemBanner error={stop.error} />
      <div className="lt-form__actions">
        <Button onClick={onLeave}>{k('later')}</Button>
        <Button variant="plain" loading={stop.isPending} onClick={() => stop.mutate()}>
          {k('stop')}
        </Button>
      </div>
      <p className="lt-quiet">{k('stopText')}</p>
    </>
  );
}

/** Minutes and seconds that are left; read out when asked for, not every second. */
function Countdown({ from, to }: { from: string; to: string }): ReactNode {
  const k = useT(keyMessages);
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  const [start, end] = [Date.parse(from), Date.parse(to)];
  const leftS = Math.max(0, Math.round((end - now) / 1000));
  const time = `${String(Math.floor(leftS / 60))}:${String(leftS % 60).padStart(2, '0')}`;
  return (
    <div className="lt-await__countdown">
      <progress aria-label={k('leftLabel')} value={Math.min(Math.max(end - now, 0), end - start)} max={end - start} />
      <span role="timer" className="tabular">
        {k('left', { time })}
      </span>
    </div>
  );
}
