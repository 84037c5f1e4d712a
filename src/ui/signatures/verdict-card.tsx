import ShieldAlert from 'lucide-react/icons/shield-alert';
import ShieldCheck from 'lucide-react/icons/shield-check';
import ShieldQuestion from 'lucide-react/icons/shield-question-mark';
import ShieldX from 'lucide-react/icons/shield-x';
import { useState, type ReactNode } from 'react';
import { Button } from '../controls/button.tsx';
import { formatDateTime } from '../format.ts';
import { useT } from '../i18n.ts';
import { Details } from '../layout/details.tsx';
import { toneOf, type FileVerdict, type SignatureVerdict, type VerdictTone } from './verdict.ts';
import { verdictMessages } from './verdict-messages.ts';
import './verdict-card.css';

export type VerdictCardProps = {
  verdict: FileVerdict;
  /** Only the first line, for a list or the head of a document. */
  compact?: boolean;
};

const signs = { done: ShieldCheck, warn: ShieldAlert, danger: ShieldX, none: ShieldQuestion } as const;

const realSigner = ({ role }: SignatureVerdict) => role !== 'timestamp';

/** What a validation of signatures means, in words that a clerk understands: good, doubtful or bad; why; what to do. */
export function VerdictCard({ verdict, compact = false }: VerdictCardProps): ReactNode {
  const t = useT(verdictMessages);
  const signers = verdict.signatures.filter(realSigner);
  const tone = toneOf(verdict.indication, signers.length > 0);
  const Sign = signs[tone];
  const names = signers.map(({ signer }) => signer).join(', ');
  if (compact) {
    return (
      <span className={`lt-verdict-line lt-verdict-line--${tone}`} title={names}>
        <Sign size={16} aria-hidden="true" />
        {t(`short-${tone}`)}
      </span>
    );
  }
  return (
    <div className={`lt-verdict lt-verdict--${tone}`} role="group" aria-label={t('title')}>
      <header className="lt-verdict__head">
        <Sign size={24} aria-hidden="true" />
        <div>
          <p className="lt-verdict__word">{t(`word-${tone}`)}</p>
          <p className="lt-verdict__sum">{tone === 'none' ? t('sum-none') : t(`sum-${tone}`, { count: signers.length })}</p>
        </div>
      </header>
      {(verdict.flags?.length ?? 0) > 0 && <p className="lt-verdict__flag">{t('flags')}</p>}
      {signers.length > 0 && (
        <ol className="lt-verdict__signatures">
          {signers.map((signature, index) => (
            <Signature key={`${signature.signer}${String(index)}`} signature={signature} />
          ))}
        </ol>
      )}
      {verdict.validatedAt !== undefined && <p className="lt-verdict__when">{t('validatedAt', { time: formatDateTime(verdict.validatedAt) })}</p>}
    </div>
  );
}

function Signature({ signature }: { signature: SignatureVerdict }): ReactNode {
  const t = useT(verdictMessages);
  const [open, setOpen] = useState(false);
  const { signer, organization, issuer, role, signingTime, timeSource, algorithm, level, indication, subIndication, changesAfter, revocation, findings = [] } = signature;
  const tone: VerdictTone = toneOf(indication, true);
  const Sign = signs[tone];
  return (
    <li className={`lt-verdict__signature lt-verdict__signature--${tone}`}>
      <Sign size={16} aria-hidden="true" />
      <div className="lt-verdict__body">
        <p>
          <strong>{signer}</strong> <span className="lt-verdict__role">{t(role === 'timestamp' ? 'agency' : role)}</span>
        </p>
        <p className="lt-verdict__line">
          {signingTime === null ? t('time-none') : t(`time-${timeSource}`, { time: formatDateTime(signingTime) })}
          {' · '}
          {t(`changes-${changesAfter}`)}
        </p>
        {findings.map(({ text, todo }) => (
          <p key={text} className="lt-verdict__finding">
            {text} {todo !== undefined && <span className="lt-verdict__todo">{todo}</span>}
          </p>
        ))}
        {open && (
          <Details
            columns={1}
            items={[
              { label: t('organization'), value: organization },
              { label: t('issuer'), value: issuer },
              { label: t('revocation'), value: t(`revocation-${revocation.status}`) },
              { label: t('algorithm'), value: `${algorithm} · ${level}` },
              { label: t('standard'), value: subIndication === null ? indication : `${indication}, ${subIndication}` },
            ]}
          />
        )}
      </div>
      <Button variant="plain" size="small" aria-expanded={open} onClick={() => setOpen(!open)}>
        {open ? t('less') : t('more')}
        <span className="read-by-screen-reader">: {signer}</span>
      </Button>
    </li>
  );
}
