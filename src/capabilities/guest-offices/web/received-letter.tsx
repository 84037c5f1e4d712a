import { useQuery, useQueryClient } from '@tanstack/react-query';
import Reply from 'lucide-react/icons/reply';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { Button, ButtonLink } from '#ui/controls/button.tsx';
import { Banner } from '#ui/feedback/banner.tsx';
import { ProblemBanner } from '#ui/feedback/problem-banner.tsx';
import { ErrorState } from '#ui/feedback/error-state.tsx';
import { Skeleton, SkeletonGroup } from '#ui/feedback/skeleton.tsx';
import { useToasts } from '#ui/feedback/toast.tsx';
import { formatDate, formatDateTime } from '#ui/format.ts';
import { useT } from '#ui/i18n.ts';
import { Detail } from '#ui/layout/detail.tsx';
import { Section } from '#ui/layout/page.tsx';
import { useMutation } from '#ui/mutation.ts';
import { Link, useParam } from '#ui/navigation.tsx';
import { PdfViewer } from '#ui/pdf/pdf-viewer.tsx';
import type { IncomingDetail, NoticeView } from '#capabilities/incoming-documents/contract.ts';
import type { LetterList } from '../contract.ts';
import { EvidenceLink } from './evidence-link.tsx';
import { guestMessages } from './guest-messages.ts';
import './guest-offices.css';
import { ReceivedMark } from './marks.tsx';
import { ReasonDialog } from './reason-dialog.tsx';

const base = '/api/v1/incoming-documents';

/** A received letter. Opening it is reading it: the sender is told that it was taken in. */
export function ReceivedLetter(): ReactNode {
  const id = useParam('id') ?? '';
  const api = useApi();
  const letter = useQuery({ queryKey: ['incoming-documents', 'detail', id], queryFn: ({ signal }) => api.get<IncomingDetail>(`${base}/${id}`, { signal }) });
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

function Opened({ letter }: { letter: IncomingDetail }): ReactNode {
  const t = useT(guestMessages);
  useTakeIn(letter);
  const main = letter.files.find(({ role }) => role === 'main');
  const others = letter.files.filter(({ role }) => role !== 'main');
  const label = `${letter.number}/${letter.notation}`;
  const reply = new URLSearchParams({ 'tra-loi': letter.id });
  return (
    <Detail
      lead={`${letter.typeName} ${label}, ${formatDate(letter.issuedOn)}`}
      title={letter.summary}
      marks={
        <>
          <span>{letter.senderName}</span> <ReceivedMark state={letter.state} t={t} />
        </>
      }
      actions={
        <>
          <ButtonLink variant="primary" icon={Reply} to={`/gui?${reply.toString()}`}>
            {t('reply')}
          </ButtonLink>
          <EvidenceLink href={`/api/v1/exchange/messages/${letter.messageId ?? ''}/evidence`} />
        </>
      }
    >
      {letter.recall !== null && <Banner tone="danger" title={t('recalledText')}>{letter.recall.reason}</Banner>}
      {letter.replacedBy !== null && <Banner tone="warn" title={t('replacedText')}>{letter.replacedBy.number}</Banner>}
      {letter.abilities.includes('answer-notice') && letter.notices.filter(({ answer }) => answer === null).map((notice) => <Asked key={notice.id} letter={letter} notice={notice} />)}
      <Replies documentId={letter.id} />
      {main !== undefined && !letter.filesWithheld && (
        <div className="lt-detail__pdf">
          <PdfViewer source={{ url: `/api/v1/files/${main.fileId}` }} name={main.name} />
        </div>
      )}
      {others.length > 0 && !letter.filesWithheld && (
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

/** Once for each letter, and only while it waits for it. */
function useTakeIn({ id, abilities }: IncomingDetail): void {
  const api = useApi();
  const queries = useQueryClient();
  const asked = useRef(false);
  const { mutate } = useMutation({
    mutationFn: () => api.post(`${base}/${id}/register`),
    onSettled: () => void queries.invalidateQueries({ queryKey: ['incoming-documents'] }),
  });
  const isNew = abilities.includes('register');
  useEffect(() => {
    if (!isNew || asked.current) return;
    asked.current = true;
    mutate();
  }, [isNew, mutate]);
}

function Asked({ letter, notice }: { letter: IncomingDetail; notice: NoticeView }): ReactNode {
  const t = useT(guestMessages);
  const api = useApi();
  const toasts = useToasts();
  const queries = useQueryClient();
  const [declining, setDeclining] = useState(false);
  const send = (body: object) => api.post(`${base}/${letter.id}/notices/${notice.id}/answer`, body);
  const onDone = () => {
    toasts.show({ tone: 'done', text: t('answered') });
    void queries.invalidateQueries({ queryKey: ['incoming-documents'] });
  };
  const agree = useMutation({ mutationFn: () => send({ agree: true }), onSuccess: onDone });
  return (
    <>
      <Banner
        tone="warn"
        title={t('asked', { reason: notice.reason })}
        actions={
          <>
            <Button size="small" variant="primary" loading={agree.isPending} onClick={() => agree.mutate()}>
              {t('agree')}
            </Button>
            <Button size="small" onClick={() => setDeclining(true)}>
              {t('decline')}
            </Button>
          </>
        }
      />
      <ProblemBanner error={agree.error} />
      {declining && <ReasonDialog title={t('declineTitle')} verb={t('decline')} onClose={() => setDeclining(false)} act={(reason) => send({ agree: false, reason })} onDone={onDone} />}
    </>
  );
}

/** The guest's own answers to the letter. */
function Replies({ documentId }: { documentId: string }): ReactNode {
  const t = useT(guestMessages);
  const api = useApi();
  const replies = useQuery({ queryKey: ['guest-offices', 'replies', documentId], queryFn: ({ signal }) => api.get<LetterList>('/api/v1/guest-offices/letters', { signal, query: { replyTo: documentId } }) });
  if (replies.data === undefined || replies.data.rows.length === 0) return null;
  return (
    <Banner tone="done" title={t('replies')}>
      {replies.data.rows.map((row) => (
        <div key={row.id}>
          <Link to={`/da-gui/${row.id}`}>{row.summary}</Link> {row.sentAt === null ? t('draft') : formatDateTime(row.sentAt)}
        </div>
      ))}
    </Banner>
  );
}
