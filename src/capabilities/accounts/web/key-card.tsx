import Cloud from 'lucide-react/icons/cloud';
import FileKey from 'lucide-react/icons/file-key';
import Server from 'lucide-react/icons/server';
import Usb from 'lucide-react/icons/usb';
import { useState, type ReactNode } from 'react';
import { Button } from '#ui/controls/button.tsx';
import { Badge } from '#ui/data/badge.tsx';
import { StateMark, type StateKind } from '#ui/data/state-mark.tsx';
import { useToasts } from '#ui/feedback/toast.tsx';
import { ProblemBanner } from '#ui/feedback/problem-banner.tsx';
import { formatDate } from '#ui/format.ts';
import { useT } from '#ui/i18n.ts';
import { Details } from '#ui/layout/details.tsx';
import { preferKey, preferredKey } from '#ui/signing-agents/known-agents.ts';
import type { CredentialSummary } from '#engines/signatures/contract.ts';
import { serviceLabel, type KeyWords } from './key-data.ts';
import { ImageDialog, PinDialog, RevokeKeyDialog } from './key-dialogs.tsx';
import { keyMessages } from './key-messages.ts';
import { useConsent } from './service-consent.tsx';

const signs = { file: FileKey, device: Server, remote: Cloud, computer: Usb } as const;
const kinds: Record<CredentialSummary['state'], StateKind> = { active: 'done', locked: 'stopped', notYetValid: 'ahead', expired: 'quiet', revoked: 'quiet' };

/** One certificate: whose, by whom, until when, where its key is, its picture, and what may be done with it. */
export function KeyCard({ credential }: { credential: CredentialSummary }): ReactNode {
  const t = useT(keyMessages);
  const { label, state, place, warnings } = credential;
  const Sign = signs[place];
  const [isPreferred, setPreferred] = useState(preferredKey(credential.kind) === credential.id);
  return (
    <li className="lt-own-keys__key">
      <div className="lt-own-keys__head">
        <Sign size={20} aria-hidden="true" />
        <h3>{label}</h3>
        <StateMark kind={kinds[state]}>{t(`state_${state}`)}</StateMark>
        {isPreferred && state === 'active' && <Badge tone="action">{t('preferred')}</Badge>}
      </div>
      <Details
        items={[
          { label: t('place'), value: placeText(credential, t) },
          { label: t('issuer'), value: shortName(credential.issuer) },
          { label: t('validTo'), value: formatDate(credential.validTo.slice(0, 10)) },
          { label: t('serial'), value: <code>{credential.serial}</code> },
        ]}
      />
      {state === 'locked' && <p>{t('lockedText')}</p>}
      {warnings.map((warning) => (
        <p key={warning} className="lt-quiet">
          {t(`warning_${warning}`)}
        </p>
      ))}
      <KeyPicture credential={credential} />
      {state === 'active' && <Acts credential={credential} isPreferred={isPreferred} onPreferred={() => setPreferred(true)} />}
    </li>
  );
}

function KeyPicture({ credential }: { credential: CredentialSummary }): ReactNode {
  const t = useT(keyMessages);
  const { id, label, hasImage, imageWidthMm, state } = credential;
  if (!hasImage) return state === 'active' ? <p className="lt-own-keys__missing">{t('noImage')}</p> : null;
  // The width belongs to the picture: another one is another address for the browser.
  return <img className="lt-own-keys-picture" src={`/api/v1/signatures/credentials/${id}/image?w=${String(imageWidthMm ?? '')}`} alt={t('imageOf', { name: label })} />;
}

type ActsProps = { credential: CredentialSummary; isPreferred: boolean; onPreferred: () => void };

function Acts({ credential, isPreferred, onPreferred }: ActsProps): ReactNode {
  const t = useT(keyMessages);
  const toasts = useToasts();
  const [open, setOpen] = useState<'image' | 'pin' | 'revoke'>();
  const close = () => setOpen(undefined);
  const { kind, id, label, serial } = credential;
  return (
    <div className="lt-row">
      <Button size="small" variant={credential.hasImage ? 'quiet' : 'primary'} onClick={() => setOpen('image')}>
        {t(kind === 'agency' ? 'sealImage' : 'image')}
      </Button>
      {!isPreferred && (
        <Button
          size="small"
          aria-label={t('preferOf', { name: label, serial })}
          onClick={() => {
            preferKey(kind, id);
            onPreferred();
            toasts.show({ tone: 'done', text: t('preferDone') });
          }}
        >
          {t('prefer')}
        </Button>
      )}
      {credential.place === 'file' && (
        <Button size="small" onClick={() => setOpen('pin')}>
          {t('changePin')}
        </Button>
      )}
      {credential.consents && credential.service !== null && <AllowAgain credential={credential} service={credential.service.name} />}
      {credential.isBuiltIn && (
        <Button size="small" variant="plain" onClick={() => setOpen('revoke')}>
          {t('revoke')}
        </Button>
      )}
      {open === 'image' && <ImageDialog credential={credential} onClose={close} />}
      {open === 'pin' && <PinDialog credential={credential} onClose={close} />}
      {open === 'revoke' && <RevokeKeyDialog credential={credential} onClose={close} />}
    </div>
  );
}

/** For a service that wants the person's consent, which ends one day. */
function AllowAgain({ credential, service }: { credential: CredentialSummary; service: string }): ReactNode {
  const t = useT(keyMessages);
  const begin = useConsent(service, { kind: credential.kind, credentialId: credential.id });
  return (
    <>
      <Button size="small" loading={begin.isPending || begin.isSuccess} onClick={() => begin.mutate()}>
        {t('consentAgain')}
      </Button>
      <ProblemBanner error={begin.error} />
    </>
  );
}

function placeText({ place, service }: CredentialSummary, t: KeyWords): string {
  if (place === 'file' || place === 'computer') return t(`place_${place}`);
  return service === null ? t(place) : serviceLabel(service, t);
}

/** The common name of a distinguished name, which is what people know an issuer by. */
function shortName(distinguished: string): string {
  return /(?:^|,\s*)CN=([^,]+)/.exec(distinguished)?.[1] ?? distinguished;
}
