import FileSignature from 'lucide-react/icons/file-pen-line';
import { useState, type ReactNode } from 'react';
import type { ApiError } from '#ui/api-context.tsx';
import { Button, ButtonLink } from '#ui/controls/button.tsx';
import { Banner } from '#ui/feedback/banner.tsx';
import { ProblemBanner } from '#ui/feedback/problem-banner.tsx';
import { useT } from '#ui/i18n.ts';
import '#ui/layout/form.css';
import { Page } from '#ui/layout/page.tsx';
import { PdfViewer, type PdfPlacing } from '#ui/pdf/pdf-viewer.tsx';
import { useSession } from '#ui/session-context.tsx';
import type { CredentialSummary } from '#engines/signatures/contract.ts';
import { BatchAgent } from './batch-agent.tsx';
import { batchMessages } from './batch-messages.ts';
import { BatchRow, type Confirms } from './batch-row.tsx';
import { isKeyReady, KeyFields, KeySecret, type KeyChoice } from './key-fields.tsx';
import { keyMessages } from './key-messages.ts';
import { APPROVALS_PAGE, releaseOf, usePasskeyOffers } from './release-by-passkey.ts';
import { ReleaseTurns } from './release-on-page.tsx';
import { sameSize } from './signing-paper.tsx';
import { imageUrlOf, useCredentials, usePractice, type InitialsLook } from './signing-data.ts';
import type { Outcome, QueuedRow } from './signing-queue.ts';
import { isReady, useBatch, type Batch, type BatchEntry } from './use-batch.ts';
import './signing-room.css';

type Props = { rows: readonly QueuedRow[]; onSigned: (documentId: string, outcome: Outcome) => void; onClose: () => void };

/**
 * The step before several signatures in one go: each document with where it will be signed, those whose place is only a guess to be confirmed
 * one by one or left out; then one PIN for all, and what became of each.
 */
export function BatchDesk({ rows, onSigned, onClose }: Props): ReactNode {
  const t = useT(batchMessages);
  const { person } = useSession();
  const { credentials } = useCredentials('person');
  const [typed, choose] = useState<KeyChoice>({ credentialId: undefined, pin: '' });
  const credentialId = typed.credentialId ?? credentials?.[0]?.id;
  const passkey = usePasskeyOffers(true)(credentialId);
  const choice = { ...typed, credentialId, release: releaseOf(typed.release, passkey) };
  const batch = useBatch(rows, { signerName: person.name, onSigned });
  const [openId, setOpenId] = useState(rows[0]?.id);
  const open = batch.entries.find((entry) => entry.row.id === openId) ?? batch.entries[0];
  const credential = credentials?.find(({ id }) => id === choice.credentialId);
  const confirms = batch.awaitsPasskey ? 'once' : confirmsOf(credential, choice.release);
  const signsOneByOne = batch.finished && confirms === 'one by one' && batch.entries.some(({ result }) => result?.state === 'pending');
  const practice = usePractice(open?.row.act === 'initial');
  const placing = open === undefined ? undefined : placingOf(open, { batch, label: t(open.row.act === 'sign' ? 'signatureOf' : 'initialsOf', { name: person.name }), imageUrl: imageUrlOf(credential), initialsLook: practice.data?.initialsLook });
  return (
    <Page title={t('title')} subtitle={t('text')} width="full">
      <div className="lt-work lt-batch">
        <div className="lt-work__paper">
          {open !== undefined && open.row.main !== null && <PdfViewer key={open.row.id} source={{ url: `/api/v1/files/${open.row.main.fileId}` }} name={open.row.main.name} placing={placing} />}
        </div>
        <aside className="lt-work__side" aria-label={t('list')}>
          {signsOneByOne && <BatchAgent batch={batch} onTurn={setOpenId} onClose={onClose} />}
          {batch.finished && !signsOneByOne && <Finished batch={batch} confirms={confirms} credentialId={choice.credentialId} onClose={onClose} />}
          <ol className="lt-batch__list" aria-label={t('list')}>
            {batch.entries.map((entry) => (
              <BatchRow key={entry.row.id} entry={entry} open={entry === open} signerName={person.name} batch={batch} confirms={confirms} onOpen={() => setOpenId(entry.row.id)} />
            ))}
          </ol>
          {!batch.finished && (
            <form
              onSubmit={(event) => {
                event.preventDefault();
                if (choice.credentialId !== undefined) void batch.run({ credentialId: choice.credentialId, pin: choice.pin, otp: choice.otp, release: choice.release });
              }}
            >
              <KeyFields credentials={credentials} kind="person" value={choice} onChange={choose} passkey={passkey} secretApart />
              {confirms !== 'here' && batch.toSign.length > 0 && <p className="lt-quiet">{t(CONFIRMATION_TEXTS[confirms], { count: batch.toSign.length })}</p>}
              <Progress batch={batch} />
              <div className="lt-work__act">
                <KeySecret credentials={credentials} value={choice} onChange={choose} />
                <div className="lt-form__actions">
                  <Button type="submit" variant="primary" icon={FileSignature} loading={batch.running} disabled={!isKeyReady(credentials, choice) || !isReady(batch)}>
                    {t('signAll', { count: batch.toSign.length })}
                  </Button>
                  <Button variant="plain" disabled={batch.running} onClick={onClose}>
                    {t('back')}
                  </Button>
                </div>
              </div>
            </form>
          )}
        </aside>
      </div>
    </Page>
  );
}

const CONFIRMATION_TEXTS = { once: 'oneConfirmation', 'on page': 'onePage', 'one by one': 'oneByOne' } as const;

function confirmsOf(credential: CredentialSummary | undefined, release: 'pin' | 'passkey'): Confirms {
  if (release === 'passkey' || credential === undefined || credential.needsPin || credential.needsOtp !== 'no') return 'here';
  if (credential.isReleasedOnPage) return 'on page';
  return credential.place === 'computer' ? 'one by one' : 'once';
}

type PlacingOptions = { batch: Batch; label: string; imageUrl: string | undefined; initialsLook: InitialsLook | undefined };

/** The frame of the signature or of the initials on the open document, as long as it is not signed. */
function placingOf({ row, place, result }: BatchEntry, { batch, label, imageUrl, initialsLook }: PlacingOptions): PdfPlacing | undefined {
  if (place === undefined || result !== undefined) return undefined;
  if (row.act === 'initial' && (initialsLook === undefined || initialsLook === 'none')) return undefined;
  const look = { kind: 'signature' as const, label, imageUrl: row.act === 'initial' && initialsLook === 'text' ? undefined : imageUrl };
  return { look, value: place, size: sameSize(place), onChange: (moved) => batch.move(row.id, moved) };
}

function Progress({ batch }: { batch: Batch }): ReactNode {
  const t = useT(batchMessages);
  const unconfirmed = batch.entries.filter((entry) => entry.included && entry.readiness === 'guessed').length;
  const all = batch.toSign.length + batch.done;
  // What waits for the person or was refused is not signed.
  const done = batch.entries.filter(({ result }) => result?.state === 'signed').length;
  return (
    <>
      {unconfirmed > 0 && <Banner tone="warn">{t('unconfirmed', { count: unconfirmed })}</Banner>}
      {batch.stopped !== undefined && <Stopped problem={batch.stopped} />}
      {(batch.running || batch.done > 0) && (
        <div className="lt-batch__progress" role="status">
          <span>{t('progress', { done, all })}</span>
          <progress value={done} max={all} aria-label={t('progress', { done, all })} />
        </div>
      )}
    </>
  );
}

function Stopped({ problem }: { problem: ApiError }): ReactNode {
  const t = useT(batchMessages);
  return (
    <Banner tone="danger" title={problem.message}>
      {problem.fix === undefined ? '' : `${problem.fix} `}
      {t('stopped')}.
    </Banner>
  );
}

function Finished({ batch, confirms, credentialId, onClose }: { batch: Batch; confirms: Confirms; credentialId: string | undefined; onClose: () => void }): ReactNode {
  const t = useT(batchMessages);
  const k = useT(keyMessages);
  const count = (state: string) => batch.entries.filter((entry) => entry.result?.state === state).length;
  const [pending, refused] = [count('pending'), count('refused')];
  const onPage = confirms === 'on page' && pending > 0;
  return (
    <>
      <div role="status">
        <Banner tone={refused > 0 || onPage ? 'warn' : 'done'} title={onPage && count('signed') === 0 ? t('preparedOnPage', { count: pending }) : t('finished', { signed: count('signed') })}>
          {pending > 0 && <p>{batch.awaitsPasskey ? k('passkeyWaits') : t(pendingText(batch, confirms), { count: pending, times: batch.confirmations })}</p>}
          {refused > 0 && <p>{t('finishedRefused', { count: refused })}</p>}
        </Banner>
      </div>
      <ProblemBanner error={batch.stopped} />
      <div className="lt-form__actions">
        {batch.awaitsPasskey && pending > 0 && (
          <ButtonLink variant="primary" to={APPROVALS_PAGE}>
            {k('passkeyHere')}
          </ButtonLink>
        )}
        {onPage && credentialId !== undefined && <ReleaseTurns credentialId={credentialId} returnPath="/phong-ky" />}
        <Button variant={batch.awaitsPasskey || onPage ? 'quiet' : 'primary'} onClick={onClose}>
          {t('back')}
        </Button>
      </div>
    </>
  );
}

function pendingText({ confirmations }: Batch, confirms: Confirms): 'finishedCompleting' | 'finishedPendingTurns' | 'finishedPending' | 'finishedOnPage' | 'finishedOnPageTurns' {
  if (confirms === 'here') return 'finishedCompleting';
  if (confirms === 'on page') return confirmations > 1 ? 'finishedOnPageTurns' : 'finishedOnPage';
  return confirmations > 1 ? 'finishedPendingTurns' : 'finishedPending';
}
