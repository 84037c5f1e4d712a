import { useQuery, useQueryClient } from '@tanstack/react-query';
import Send from 'lucide-react/icons/send';
import { useState, type ReactNode } from 'react';
import { ApiError, useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { ProblemBanner } from '#ui/feedback/problem-banner.tsx';
import { ErrorState } from '#ui/feedback/error-state.tsx';
import { Skeleton, SkeletonGroup } from '#ui/feedback/skeleton.tsx';
import { problemToast } from '#ui/feedback/problem-toast.ts';
import { useToasts } from '#ui/feedback/toast.tsx';
import { formatDate, formatDateTime } from '#ui/format.ts';
import { useT } from '#ui/i18n.ts';
import { Detail } from '#ui/layout/detail.tsx';
import { Details } from '#ui/layout/details.tsx';
import '#ui/layout/form.css';
import { Section } from '#ui/layout/page.tsx';
import { useMutation } from '#ui/mutation.ts';
import { Link, useNavigation, useParam } from '#ui/navigation.tsx';
import { PdfViewer } from '#ui/pdf/pdf-viewer.tsx';
import type { LetterDetail } from '../contract.ts';
import { EvidenceLink } from './evidence-link.tsx';
import { guestMessages } from './guest-messages.ts';
import './guest-offices.css';
import { SentMark } from './marks.tsx';
import { ReleaseWait, useWaitingConsent } from './release-wait.tsx';
import { SignFields, type KeyChoice } from './sign-fields.tsx';
import { useSignLetter } from './use-sign-letter.ts';

/** A letter of the guest's office: what became of it, its page; while it waits for a signature, the way to sign it. */
export function SentLetter(): ReactNode {
  const id = useParam('id') ?? '';
  const api = useApi();
  const letter = useQuery({ queryKey: ['guest-offices', 'letter', id], meta: { topics: ['exchange'] }, queryFn: ({ signal }) => api.get<LetterDetail>(`/api/v1/guest-offices/letters/${id}`, { signal }) });
  if (letter.error !== null) return <ErrorState error={letter.error} onRetry={() => void letter.refetch()} />;
  if (letter.data === undefined) {
    return (
      <SkeletonGroup>
        <Skeleton shape="title" />
        <Skeleton shape="block" height="60vh" />
      </SkeletonGroup>
    );
  }
  return <Opened key={id} letter={letter.data} />;
}

function Opened({ letter }: { letter: LetterDetail }): ReactNode {
  const t = useT(guestMessages);
  const { delivery, replyTo } = letter;
  const main = letter.files.find(({ role }) => role === 'main');
  const others = letter.files.filter(({ role }) => role !== 'main');
  const at = (instant: string | null | undefined) => (instant === null || instant === undefined ? undefined : formatDateTime(instant));
  return (
    <Detail
      lead={`${letter.number ?? t('none')}/${letter.notation}, ${formatDate(letter.issuedOn)}`}
      title={letter.summary}
      marks={
        <>
          <span>{letter.recipientName}</span> <SentMark letter={letter} t={t} />
        </>
      }
      actions={letter.envelopeId === null ? undefined : <EvidenceLink href={`/api/v1/exchange/envelopes/${letter.envelopeId}/evidence`} />}
    >
      {replyTo !== null && (
        <p>
          <Link to={`/hop-den/${replyTo.documentId}`}>{t('replyTo', { label: replyTo.label })}</Link>
        </p>
      )}
      {letter.abilities.includes('sign') && <Signing letter={letter} />}
      <Details
        columns={2}
        items={[
          { label: t('author'), value: letter.authorName },
          { label: t('sentAt'), value: at(letter.sentAt) },
          { label: t('arrivedAt'), value: at(delivery?.arrivedAt) },
          { label: t('openedAt'), value: at(delivery?.openedAt) },
          { label: t('answeredAt'), value: at(delivery?.answeredAt) },
          { label: t('answeredBy'), value: delivery?.answeredBy ?? undefined },
          { label: t('reason'), value: delivery?.reason ?? undefined, wide: true },
        ]}
      />
      {main !== undefined && (
        <div className="lt-detail__pdf">
          <PdfViewer source={{ url: `/api/v1/files/${main.fileId}` }} name={main.name} />
        </div>
      )}
      {others.length > 0 && (
        <Section title={t('attachments')}>
          <ul className="lt-guest-list">
            {others.map(({ fileId, name }) => (
              <li key={fileId}>
                <a href={`/api/v1/files/${fileId}`} download={name}>
                  {name}
                </a>
              </li>
            ))}
          </ul>
        </Section>
      )}
    </Detail>
  );
}

/** The form, or what its signature waits for. */
function Signing({ letter }: { letter: LetterDetail }): ReactNode {
  const waiting = useWaitingConsent(letter.id);
  return waiting === undefined ? <SignHere letter={letter} /> : <ReleaseWait letterId={letter.id} waiting={waiting} />;
}

function SignHere({ letter }: { letter: LetterDetail }): ReactNode {
  const t = useT(guestMessages);
  const [key, setKey] = useState<KeyChoice>({ credentialId: undefined, pin: '' });
  const sign = useSignLetter();
  const drop = useDrop(letter.id);
  const problem = sign.error instanceof ApiError ? sign.error : undefined;
  return (
    <form
      className="lt-form"
      onSubmit={(event) => {
        event.preventDefault();
        sign.mutate({ id: letter.id, key });
      }}
    >
      <ProblemBanner error={problem} />
      <SignFields value={key} onChange={setKey} />
      <div className="lt-form__actions">
        <Button type="submit" variant="primary" icon={Send} loading={sign.isPending} disabled={key.credentialId === undefined}>
          {t('signSend')}
        </Button>
        <Button variant="plain" loading={drop.isPending} onClick={() => drop.mutate()}>
          {t('drop')}
        </Button>
      </div>
    </form>
  );
}

function useDrop(id: string) {
  const t = useT(guestMessages);
  const api = useApi();
  const toasts = useToasts();
  const queries = useQueryClient();
  const { navigate } = useNavigation();
  return useMutation({
    mutationFn: () => api.del(`/api/v1/guest-offices/letters/${id}`),
    onSuccess: () => {
      toasts.show({ tone: 'info', text: t('dropped') });
      void queries.invalidateQueries({ queryKey: ['guest-offices', 'letters'] });
      navigate('/da-gui');
    },
    onError: (error) => toasts.show(problemToast(error)),
  });
}
