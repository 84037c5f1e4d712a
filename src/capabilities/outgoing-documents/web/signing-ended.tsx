import type { ReactNode } from 'react';
import { Button } from '#ui/controls/button.tsx';
import { Banner } from '#ui/feedback/banner.tsx';
import { useT } from '#ui/i18n.ts';
import type { OwnSigning } from '#engines/signatures/contract.ts';
import { keyMessages } from './key-messages.ts';

/** A signing that ended without a signature: why, what to do, and the way back to the form. */
export function SigningEnded({ signing, onAgain }: { signing: OwnSigning; onAgain: () => void }): ReactNode {
  const k = useT(keyMessages);
  const { problem, state } = signing;
  return (
    <>
      <Banner tone="danger" title={problem?.message ?? k('endedTitle')}>
        <p>{problem?.fix ?? k('endedText')}</p>
        {state === 'expired' && <p>{k('lateText')}</p>}
      </Banner>
      <div className="lt-form__actions">
        <Button variant="primary" onClick={onAgain}>
          {k('again')}
        </Button>
      </div>
    </>
  );
}
