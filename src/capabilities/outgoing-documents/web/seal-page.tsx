import Stamp from 'lucide-react/icons/stamp';
import { useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { ApiError } from '#ui/api-context.tsx';
import { Button, ButtonLink } from '#ui/controls/button.tsx';
import { Banner } from '#ui/feedback/banner.tsx';
import { ProblemBanner } from '#ui/feedback/problem-banner.tsx';
import { ErrorState } from '#ui/feedback/error-state.tsx';
import { useToasts } from '#ui/feedback/toast.tsx';
import { formatDate } from '#ui/format.ts';
import { useT } from '#ui/i18n.ts';
import { Page } from '#ui/layout/page.tsx';
import { useNavigation, useParam } from '#ui/navigation.tsx';
import { PdfViewer, type PdfHighlight, type Placement } from '#ui/pdf/pdf-viewer.tsx';
import '#ui/layout/form.css';
import type { WrittenText } from '#engines/signatures/contract.ts';
import type { OutgoingDetail } from '../contract.ts';
import type { FileOrder } from './agent-work.ts';
import { AwaitSignature } from './await-signature.tsx';
import { headTexts, whatIsWritten } from './head-texts.ts';
import { isKeyReady, KeyFields, type KeyChoice } from './key-fields.tsx';
import { useOutgoing } from './outgoing-detail.tsx';
import { signMessages } from './sign-messages.ts';
import { useCredentials, usePlaces } from './signing-data.ts';
import { useDocumentAction } from './use-document-action.ts';
import { useOwnSigning } from './use-own-signing.ts';

/** The clerk seals the numbered document with the agency's certificate; number and date go into the blanks of its head. */
export function SealPage(): ReactNode {
  const t = useT(signMessages);
  const id = useParam('id') ?? '';
  const document = useOutgoing(id);
  if (document.error !== null) return <ErrorState error={document.error} onRetry={() => void document.refetch()} />;
  return (
    <Page title={t('sealTitle')} subtitle={document.data === undefined ? undefined : `${document.data.numberAndNotation ?? ''} ${document.data.summary}`} width="full">
      {document.data !== undefined && <SealDesk document={document.data} />}
    </Page>
  );
}

type SealReply = { state: 'signed' | 'pending'; document: OutgoingDetail };

function SealDesk({ document }: { document: OutgoingDetail }): ReactNode {
  const t = useT(signMessages);
  const { navigate } = useNavigation();
  const main = document.files.find((file) => file.role === 'main');
  const places = usePlaces(main, { signerName: document.signerName ?? '', kind: 'seal' });
  const { credentials } = useCredentials('agency');
  const [choice, setChoice] = useState<KeyChoice>({ credentialId: undefined, pin: '' });
  const credentialId = choice.credentialId ?? credentials?.[0]?.id;
  const blanks = places.data?.blanks ?? {};
  const texts = headTexts(document, blanks);
  const highlights = highlightsOf(document, texts, t);
  const [looked, setLooked] = useState<Placement>();
  const textPlace = highlights.find(({ id }) => id !== 'seal')?.place;
  const inView = looked ?? document.signaturePlace ?? undefined;
  const { seal, send, waiting } = useSealing(document, { credentialId, pin: choice.pin, otp: choice.otp, texts });
  const problem = seal.error instanceof ApiError ? seal.error : undefined;
  const sealPlace = document.signaturePlace;
  const canSeal = document.abilities.includes('seal');
  const attachments = document.files.filter((file) => file.role === 'attachment' && file.mediaType === 'application/pdf').length;
  const back = (
    <ButtonLink variant="plain" to={`/van-ban-di/${document.id}`}>
      {t('back')}
    </ButtonLink>
  );
  return (
    <div className="lt-work">
      <div className="lt-work__paper">{main !== undefined && <PdfViewer source={{ url: `/api/v1/files/${main.fileId}` }} name={main.name} highlights={highlights} inView={inView} />}</div>
      <aside className="lt-work__side" aria-label={t('sealTitle')}>
        {!canSeal && waiting.signing === undefined && <Banner tone="warn">{t('notReady')}</Banner>}
        {waiting.signing !== undefined && (
          <AwaitSignature
            waiting={{ ...waiting, signing: waiting.signing }}
            credentials={credentials}
            order={orderOf(document)}
            isFresh={seal.data?.state === 'pending'}
            returnPath={`/van-ban-di/${document.id}`}
            onLeave={() => navigate(`/van-ban-di/${document.id}`)}
          />
        )}
        {canSeal && waiting.signing === undefined && (
          <form
            onSubmit={(event) => {
              event.preventDefault();
              send();
            }}
          >
            <p>
              {places.isPending
                ? t('searching')
                : t(whatIsWritten(blanks), { number: document.numberAndNotation ?? '', date: document.issuedOn === null ? '' : formatDate(document.issuedOn) })}
            </p>
            <div className="lt-row">
              {textPlace !== undefined && (
                <Button size="small" onClick={() => setLooked({ ...textPlace })}>
                  {t('seeText')}
                </Button>
              )}
              {sealPlace !== null && (
                <Button size="small" onClick={() => setLooked({ ...sealPlace })}>
                  {t('seeSeal')}
                </Button>
              )}
            </div>
            {attachments > 0 && <p className="lt-quiet">{t('attachments', { count: attachments })}</p>}
            <KeyFields credentials={credentials} kind="agency" value={{ ...choice, credentialId }} onChange={setChoice} pinError={problem?.fieldMessage('pin')} />
            {problem?.fields.length === 0 && <ProblemBanner error={problem} />}
            <div className="lt-form__actions">
              <Button type="submit" variant="primary" icon={Stamp} loading={seal.isPending} disabled={!isKeyReady(credentials, { ...choice, credentialId }) || places.isPending}>
                {t('seal')}
              </Button>
              {back}
            </div>
          </form>
        )}
        {!canSeal && back}
      </aside>
    </div>
  );
}

/** Seals file by file, whether the key answers at once or is waited for; the last one leads to the issuing desk. */
function useSealing(document: OutgoingDetail, order: KeyChoice & { texts: readonly WrittenText[] }) {
  const t = useT(signMessages);
  const { navigate } = useNavigation();
  const toasts = useToasts();
  const queries = useQueryClient();
  const seal = useDocumentAction<SealReply>({
    documentId: document.id,
    step: 'seal',
    done: ({ state }) => (state === 'signed' ? t('sealedToast') : undefined),
    onDone: ({ state }) => (state === 'signed' ? navigate(`/phat-hanh/${document.id}`) : void waiting.look()),
  });
  const send = (): void => seal.mutate(order);
  const waiting = useOwnSigning(document.id, {
    enabled: document.abilities.includes('seal'),
    onSigned: async () => {
      const { data } = queries.getQueryState<OutgoingDetail>(['outgoing-documents', 'detail', document.id]) ?? {};
      if (data?.abilities.includes('seal') === true && order.credentialId !== undefined) {
        // The other files are on their way, or have to be asked for one by one.
        if (!(await waiting.goOn())) send();
        return;
      }
      toasts.show({ tone: 'done', text: t('sealedToast') });
      navigate(`/phat-hanh/${document.id}`);
    },
  });
  return { seal, send, waiting };
}

/** What a signing program is asked to do with the next file: the main one is issued with its number, an attachment is signed as one. */
function orderOf({ files, numberAndNotation, issuedOn }: OutgoingDetail): FileOrder {
  const isMain = files.some(({ role, sealed }) => role === 'main' && !sealed);
  return { kind: isMain ? 'issued' : 'appendix', ...(numberAndNotation === null ? {} : { documentNumber: numberAndNotation }), ...(issuedOn === null ? {} : { issuedOn }) };
}

function highlightsOf(document: OutgoingDetail, texts: readonly WrittenText[], t: (key: 'sealOf' | 'numberText') => string): PdfHighlight[] {
  const written = texts.map(
    (text, index): PdfHighlight => ({
      id: `text-${String(index)}`,
      label: `${t('numberText')}: ${text.text}`,
      tone: 'action',
      place: { page: text.page, x: text.x, y: text.baseline - text.fontSize, width: Math.max(text.width, 12), height: text.fontSize * 1.3 },
    }),
  );
  return document.signaturePlace === null ? written : [...written, { id: 'seal', label: t('sealOf'), tone: 'danger', place: document.signaturePlace }];
}
