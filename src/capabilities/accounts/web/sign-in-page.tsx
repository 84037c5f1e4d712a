import { useState, type ReactNode } from 'react';
import { Button } from '#ui/controls/button.tsx';
import { useLanguage, useT } from '#ui/i18n.ts';
import { useDocumentTitle } from '#ui/layout/page.tsx';
import { useSearch } from '#ui/navigation.tsx';
import type { SignInReply } from '../contract.ts';
import './accounts.css';
import { signInMessages } from './sign-in-messages.ts';
import { CodeStep, EnrolStep, NewPasswordStep, PasswordStep } from './sign-in-steps.tsx';

type Waiting = Exclude<SignInReply, { state: 'signed_in' }>;

/** The way in: the password, then what the account or the post demands besides. */
export function SignInPage(): ReactNode {
  const t = useT(signInMessages);
  const { language, setLanguage } = useLanguage();
  const [waiting, setWaiting] = useState<Waiting | undefined>(undefined);
  const [{ tiep: onward }] = useSearch();
  useDocumentTitle(t('title'));
  const settle = (reply: SignInReply): void => {
    // A whole new page, so that nothing of an earlier person stays in memory.
    if (reply.state === 'signed_in') window.location.assign(ownAddress(onward));
    else setWaiting(reply);
  };
  return (
    <main className="lt-sign-in">
      <div className="lt-sign-in__sheet">
        <header className="lt-sign-in__head">
          <p className="lt-sign-in__brand">
            <img src="/app/sign.svg" alt="" width="28" height="28" />
            {t('product')}
          </p>
          <h1>{waiting === undefined ? t('title') : t(titles[waiting.state])}</h1>
          {waiting === undefined && <p className="lt-quiet">{t('lead')}</p>}
        </header>
        <Step waiting={waiting} onReply={settle} />
        <footer className="lt-sign-in__foot">
          {waiting === undefined ? (
            <span />
          ) : (
            <Button variant="plain" size="small" onClick={() => setWaiting(undefined)}>
              {t('back')}
            </Button>
          )}
          <Button variant="plain" size="small" lang={language === 'vi' ? 'en' : 'vi'} onClick={() => setLanguage(language === 'vi' ? 'en' : 'vi')}>
            {t('language')}
          </Button>
        </footer>
      </div>
    </main>
  );
}

const titles = { second_factor: 'codeTitle', change_password: 'newPasswordTitle', enrol_second_factor: 'enrolTitle' } as const;

function Step({ waiting, onReply }: { waiting: Waiting | undefined; onReply: (reply: SignInReply) => void }): ReactNode {
  if (waiting === undefined) return <PasswordStep onReply={onReply} />;
  switch (waiting.state) {
    case 'second_factor':
      return <CodeStep key={waiting.step} waiting={waiting} onReply={onReply} />;
    case 'change_password':
      return <NewPasswordStep key={waiting.step} waiting={waiting} onReply={onReply} />;
    case 'enrol_second_factor':
      return <EnrolStep key={waiting.step} waiting={waiting} onReply={onReply} />;
  }
}

/** Only our own pages: an address elsewhere in `tiep` would send people on to a stranger. */
function ownAddress(onward: string | undefined): string {
  return onward !== undefined && /^\/app(\/(?![/\\])|$)/.test(onward) ? onward : '/app/';
}
