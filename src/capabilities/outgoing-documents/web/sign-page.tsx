import FileSignature from 'lucide-react/icons/file-pen-line';
import Undo2 from 'lucide-react/icons/undo-2';
import { useState, type ReactNode } from 'react';
import { ApiError } from '#ui/api-context.tsx';
import { Button, ButtonLink } from '#ui/controls/button.tsx';
import { Banner } from '#ui/feedback/banner.tsx';
import { ErrorState } from '#ui/feedback/error-state.tsx';
import { useT } from '#ui/i18n.ts';
import { Page } from '#ui/layout/page.tsx';
import { useNavigation, useParam } from '#ui/navigation.tsx';
import { PdfViewer, type Placement } from '#ui/pdf/pdf-viewer.tsx';
import { useSession } from '#ui/session-context.tsx';
import '#ui/layout/form.css';
import type { OutgoingDetail } from '../contract.ts';
import { KeyFields, type KeyChoice } from './key-fields.tsx';
import { useOutgoing } from './outgoing-detail.tsx';
import { ReasonDialog } from './reason-dialog.tsx';
import { signMessages } from './sign-messages.ts';
import { useCredentials, usePlaces } from './signing-data.ts';
import { useDocumentAction } from './use-document-action.ts';

/** A leader reads the document page by page, confirms the place of the signature, and signs or returns it. */
export function SignPage(): ReactNode {
  const t = useT(signMessages);
  const id = useParam('id') ?? '';
  const document = useOutgoing(id);
  if (document.error !== null) return <ErrorState error={document.error} onRetry={() => void document.refetch()} />;
  return (
    <Page title={t('signTitle')} subtitle={document.data?.summary} width="full">
      {document.data !== undefined && <SignDesk document={document.data} />}
    </Page>
  );
}

type SignReply = { state: 'signed' | 'pending'; document: OutgoingDetail };

function SignDesk({ document }: { document: OutgoingDetail }): ReactNode {
  const t = useT(signMessages);
  const { navigate } = useNavigation();
  const { person } = useSession();
  const main = document.files.find((file) => file.role === 'main');
  const signerName = document.approver?.name ?? person.name;
  const places = usePlaces(main, { signerName, kind: 'person' });
  const { credentials } = useCredentials('person');
  const [moved, setMoved] = useState<Placement>();
  const [choice, setChoice] = useState<KeyChoice>({ credentialId: undefined, pin: '' });
  const [returning, setReturning] = useState(false);
  const place = moved ?? places.data?.signature;
  const credentialId = choice.credentialId ?? credentials?.[0]?.id;
  const sign = useDocumentAction<SignReply>({
    documentId: document.id,
    step: 'sign',
    done: ({ state }) => t(state === 'signed' ? 'signedToast' : 'pendingToast'),
    onDone: () => navigate('/viec-cua-toi'),
  });
  const problem = sign.error instanceof ApiError ? sign.error : undefined;
  const canSign = document.abilities.includes('sign');
  return (
    <div className="lt-work">
      <div className="lt-work__paper">
        {main !== undefined && (
          <PdfViewer
            source={{ url: `/api/v1/files/${main.fileId}` }}
            name={main.name}
            placing={
              canSign && place !== undefined
                ? { look: { label: t('signatureOf', { name: signerName }), kind: 'signature' }, value: place, size: { width: place.width, height: place.height }, onChange: setMoved }
                : undefined
            }
          />
        )}
      </div>
      <aside className="lt-work__side" aria-label={t('signTitle')}>
        {!canSign && <Banner tone="warn">{t('notReady')}</Banner>}
        {canSign && (
          <form
            onSubmit={(event) => {
              event.preventDefault();
              sign.mutate({ credentialId, pin: choice.pin, placement: place });
            }}
          >
            <PlaceNote found={places.data?.isFound} page={place?.page} error={places.error} />
            <KeyFields credentials={credentials} kind="person" value={{ ...choice, credentialId }} onChange={setChoice} pinError={problem?.fieldMessage('pin')} />
            {problem !== undefined && problem.fields.length === 0 && (
              <Banner tone="danger" title={problem.message}>
                {problem.fix}
              </Banner>
            )}
            <div className="lt-form__actions">
              <Button type="submit" variant="primary" icon={FileSignature} loading={sign.isPending} disabled={credentialId === undefined || place === undefined || choice.pin === ''}>
                {t('sign')}
              </Button>
              <Button icon={Undo2} onClick={() => setReturning(true)}>
                {t('return')}
              </Button>
              <BackLink id={document.id} />
            </div>
          </form>
        )}
        {!canSign && <BackLink id={document.id} />}
        <ReasonDialog document={document} verb="return" open={returning} onClose={() => setReturning(false)} />
      </aside>
    </div>
  );
}

function BackLink({ id }: { id: string }): ReactNode {
  const t = useT(signMessages);
  return (
    <ButtonLink variant="plain" to={`/van-ban-di/${id}`}>
      {t('back')}
    </ButtonLink>
  );
}

function PlaceNote({ found, page, error }: { found: boolean | undefined; page: number | undefined; error: Error | null }): ReactNode {
  const t = useT(signMessages);
  if (error !== null) return <ErrorState compact error={error} />;
  if (found === undefined) return <p className="lt-quiet">{t('searching')}</p>;
  return found ? <p className="lt-quiet">{t('placeFound', { page: page ?? 1 })}</p> : <Banner tone="warn">{t('placeGuessed', { page: page ?? 1 })}</Banner>;
}
