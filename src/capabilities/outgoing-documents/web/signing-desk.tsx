import FileSignature from 'lucide-react/icons/file-pen-line';
import Undo2 from 'lucide-react/icons/undo-2';
import { useMemo, useRef, useState, type ReactNode, type RefObject } from 'react';
import { ApiError, useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { TextArea } from '#ui/controls/text-area.tsx';
import { Banner } from '#ui/feedback/banner.tsx';
import { ErrorState } from '#ui/feedback/error-state.tsx';
import { ProblemBanner } from '#ui/feedback/problem-banner.tsx';
import { useToasts } from '#ui/feedback/toast.tsx';
import { useT } from '#ui/i18n.ts';
import { useFirstProblem } from '#ui/layout/first-problem.ts';
import '#ui/layout/form.css';
import { useMutation } from '#ui/mutation.ts';
import type { PdfPlacing, Placement } from '#ui/pdf/pdf-viewer.tsx';
import { useSession } from '#ui/session-context.tsx';
import { useShortcuts, type Shortcut } from '#ui/shortcuts.tsx';
import type { OutgoingDetail, SigningOutcome } from '../contract.ts';
import { AwaitSignature } from './await-signature.tsx';
import { isKeyReady, KeyFields, KeySecret, type KeyChoice } from './key-fields.tsx';
import { releaseByPasskey, releaseOf, usePasskeyOffers } from './release-by-passkey.ts';
import { ReasonDialog } from './reason-dialog.tsx';
import { sameSize, SigningPaper } from './signing-paper.tsx';
import { signMessages } from './sign-messages.ts';
import { imageUrlOf, INITIALS_SIZE, useCredentials, usePlaces, usePractice } from './signing-data.ts';
import type { Outcome } from './signing-queue.ts';
import { roomMessages } from './signing-room-messages.ts';
import { useDocumentAction } from './use-document-action.ts';
import { useOwnSigning } from './use-own-signing.ts';

export type SigningDeskProps = {
  document: OutgoingDetail;
  /** What stands above the form. */
  about?: ReactNode;
  /** Beside the buttons: the way back. */
  more?: ReactNode;
  onDone: (outcome: Outcome) => void;
  /** Where a service that asks for consent on its own page sends the browser afterwards; left out, to the document. */
  returnPath?: string;
  /** Keys `s` and `r` belong to this document; off while several are selected. */
  keys?: boolean;
};

/** The paper with the frame of the signature, and beside it what is known, the key and its PIN: to sign, to initial, or to return. */
export function SigningDesk({ document, about, more, onDone, returnPath, keys = true }: SigningDeskProps): ReactNode {
  const t = useT(signMessages);
  const side = useRef<HTMLElement>(null);
  const { act, placing, sign, choose, choice, credentials, passkey, note, remark, waiting } = useSigningAct(document, onDone);
  const [returning, setReturning] = useState(false);
  const returns = document.abilities.includes('return');
  useDeskKeys({ on: keys, side, signs: act !== undefined, returns, onReturn: setReturning });
  const problem = sign.error instanceof ApiError ? sign.error : undefined;
  const form = useRef<HTMLFormElement>(null);
  useFirstProblem(form, problem);
  return (
    <div className="lt-work lt-signing">
      <SigningPaper document={document} placing={waiting.signing === undefined ? placing : undefined} />
      <aside className="lt-work__side" ref={side} aria-label={t('signTitle')}>
        {about}
        {act === undefined && waiting.signing === undefined && <Banner tone="warn">{t('notReady')}</Banner>}
        {waiting.signing !== undefined && (
          <AwaitSignature
            waiting={{ ...waiting, signing: waiting.signing }}
            credentials={credentials}
            order={{ kind: act === 'initial' ? 'comment' : 'approved' }}
            isFresh={sign.isAsked}
            isReleased={sign.isReleased}
            returnPath={returnPath ?? `/van-ban-di/${document.id}`}
            onLeave={() => onDone('pending')}
          />
        )}
        {waiting.signing !== undefined && <ProblemBanner error={problem} />}
        {act !== undefined && waiting.signing === undefined && (
          <form
            ref={form}
            onSubmit={(event) => {
              event.preventDefault();
              sign.send();
            }}
          >
            {note}
            {remark}
            <KeyFields credentials={credentials} kind="person" value={choice} onChange={choose} passkey={passkey} secretApart />
            {problem?.fields.length === 0 && <ProblemBanner error={problem} />}
            <div className="lt-work__act">
              <KeySecret credentials={credentials} value={choice} onChange={choose} pinError={problem?.fieldMessage('pin')} />
              <div className="lt-form__actions">
                <Button type="submit" variant="primary" icon={FileSignature} loading={sign.isPending} disabled={!sign.ready}>
                  {t(act === 'sign' ? 'sign' : 'initial')}
                </Button>
                {returns && (
                  <Button icon={Undo2} onClick={() => setReturning(true)}>
                    {t('return')}
                  </Button>
                )}
                {more}
              </div>
            </div>
          </form>
        )}
        {act === undefined && more}
        <ReasonDialog document={document} verb="return" open={returning} onClose={() => setReturning(false)} onDone={() => onDone('returned')} />
      </aside>
    </div>
  );
}

type SignReply = SigningOutcome & { document: OutgoingDetail };

/** What the server lets this person do with the document here, and everything that it takes. */
function useSigningAct(document: OutgoingDetail, onDone: (outcome: Outcome) => void) {
  const t = useT(signMessages);
  const api = useApi();
  const toasts = useToasts();
  const { person } = useSession();
  const act = document.abilities.includes('sign') ? 'sign' : document.abilities.includes('initial') ? 'initial' : undefined;
  const main = document.files.find((file) => file.role === 'main');
  const places = usePlaces(act === undefined ? undefined : main, { signerName: person.name, kind: 'person' });
  const practice = usePractice(act === 'initial');
  const { credentials } = useCredentials('person');
  const [moved, setMoved] = useState<Placement>();
  const [typed, choose] = useState<KeyChoice>({ credentialId: undefined, pin: '' });
  const [remark, setRemark] = useState('');
  const credentialId = typed.credentialId ?? credentials?.[0]?.id;
  const passkey = usePasskeyOffers(act !== undefined)(credentialId);
  const choice = { ...typed, credentialId, release: releaseOf(typed.release, passkey) };
  const imageUrl = imageUrlOf(credentials?.find(({ id }) => id === choice.credentialId));
  const place = moved ?? (act === 'initial' ? places.data?.initials : places.data?.signature);
  // The document may have gone its way, and offer something else, before the answer to what was pressed is here.
  const pressed = useRef(act);
  const outcome = (): 'initialled' | 'signed' => (pressed.current === 'initial' ? 'initialled' : 'signed');
  const waiting = useOwnSigning(document.id, {
    enabled: act !== undefined,
    onSigned: () => {
      toasts.show({ tone: 'done', text: t(`${outcome()}Toast`) });
      onDone(outcome());
    },
  });
  const send = useDocumentAction<SignReply>({
    documentId: document.id,
    step: act ?? 'sign',
    done: ({ state }) => (state === 'pending' ? undefined : t(`${outcome()}Toast`)),
    onDone: ({ state, approvalIds }) => {
      if (state === 'signed') onDone(outcome());
      else if (approvalIds.length === 0) void waiting.look();
      else release.mutate(approvalIds);
    },
  });
  // The document waits already: whatever comes of the touch, the screen goes on with what the server says.
  const release = useMutation({ mutationFn: (ids: readonly string[]) => releaseByPasskey(api, ids), onSettled: () => void waiting.look() });
  const look = { kind: 'signature' as const, imageUrl, label: t(act === 'initial' ? 'initialsOf' : 'signatureOf', { name: person.name }) };
  const placing: PdfPlacing | undefined =
    act === 'sign' && place !== undefined
      ? { look, value: place, size: sameSize(place), onChange: setMoved }
      : act === 'initial' && practice.data !== undefined && practice.data.initialsLook !== 'none'
        ? { look: practice.data.initialsLook === 'image' ? look : { ...look, imageUrl: undefined }, value: place, size: place === undefined ? INITIALS_SIZE : sameSize(place), onChange: setMoved }
        : undefined;
  return {
    act,
    placing,
    choice,
    choose,
    credentials,
    passkey,
    waiting,
    note:
      act === 'initial' ? (
        <InitialsNote hidden={practice.data?.initialsLook === 'none'} page={place?.page} isMoved={moved !== undefined} error={places.error} onAuto={() => setMoved(undefined)} />
      ) : (
        <PlaceNote found={places.data?.isFound} page={place?.page} error={places.error} />
      ),
    remark: act === 'initial' ? <Remark value={remark} onChange={setRemark} /> : null,
    sign: {
      error: send.error ?? release.error,
      isPending: send.isPending || release.isPending,
      isAsked: send.data?.state === 'pending',
      isReleased: release.data === true,
      ready: isKeyReady(credentials, choice) && (act === 'initial' || place !== undefined),
      send: () => {
        pressed.current = act;
        send.mutate({ ...choice, placement: act === 'initial' ? (moved ?? null) : place, ...(act === 'initial' ? { remark } : {}) });
      },
    },
  };
}

type DeskKeys = { on: boolean; side: RefObject<HTMLElement | null>; signs: boolean; returns: boolean; onReturn: (open: boolean) => void };

function useDeskKeys({ on, side, signs, returns, onReturn }: DeskKeys): void {
  const t = useT(roomMessages);
  const shortcuts = useMemo<readonly Shortcut[]>(
    () => [
      ...(on && signs ? [{ keys: 's', label: t('signKey'), group: t('keys'), run: () => side.current?.querySelector<HTMLElement>('input[type=password], button[type=submit]')?.focus() }] : []),
      ...(on && returns ? [{ keys: 'r', label: t('returnKey'), group: t('keys'), run: () => onReturn(true) }] : []),
    ],
    [t, on, signs, returns, side, onReturn],
  );
  useShortcuts(shortcuts);
}

function Remark({ value, onChange }: { value: string; onChange: (value: string) => void }): ReactNode {
  const t = useT(roomMessages);
  return <TextArea label={t('remark')} hint={t('remarkHint')} rows={2} maxLength={1000} value={value} onChange={onChange} />;
}

function PlaceNote({ found, page, error }: { found: boolean | undefined; page: number | undefined; error: Error | null }): ReactNode {
  const t = useT(signMessages);
  if (error !== null) return <ErrorState compact error={error} />;
  if (found === undefined) return <p className="lt-quiet">{t('searching')}</p>;
  return found ? <p className="lt-quiet">{t('placeFound', { page: page ?? 1 })}</p> : <Banner tone="warn">{t('placeGuessed', { page: page ?? 1 })}</Banner>;
}

type InitialsNoteProps = { hidden: boolean; page: number | undefined; isMoved: boolean; error: Error | null; onAuto: () => void };

function InitialsNote({ hidden, page, isMoved, error, onAuto }: InitialsNoteProps): ReactNode {
  const t = useT(roomMessages);
  if (hidden) return <p className="lt-quiet">{t('initialsHidden')}</p>;
  if (error !== null) return <ErrorState compact error={error} />;
  if (page === undefined) return <p className="lt-quiet">{t('initialsPlace')}</p>;
  if (!isMoved) return <p className="lt-quiet">{t('initialsFound', { page })}</p>;
  return (
    <p className="lt-quiet">
      {t('initialsPlaced', { page })}{' '}
      <Button size="small" variant="plain" onClick={onAuto}>
        {t('initialsAuto')}
      </Button>
    </p>
  );
}
