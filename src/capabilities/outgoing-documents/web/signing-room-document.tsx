import type { ReactNode } from 'react';
import { DeadlineMark } from '#ui/data/deadline-mark.tsx';
import { Banner } from '#ui/feedback/banner.tsx';
import { ErrorState } from '#ui/feedback/error-state.tsx';
import { Skeleton, SkeletonGroup } from '#ui/feedback/skeleton.tsx';
import { formatDateTime } from '#ui/format.ts';
import { useT } from '#ui/i18n.ts';
import { Details } from '#ui/layout/details.tsx';
import { useParam } from '#ui/navigation.tsx';
import type { OutgoingDetail } from '../contract.ts';
import { messages } from './messages.ts';
import { OpinionList } from './opinion-list.tsx';
import { useOutgoing } from './outgoing-detail.tsx';
import { UrgencyBadge } from './outgoing-marks.tsx';
import { SigningDesk } from './signing-desk.tsx';
import { useSigningRoom } from './signing-room-context.ts';
import { roomMessages } from './signing-room-messages.ts';

/** The open document of the signing room: its pages, what is known of it, what others said, and the signature. */
export function SigningRoomDocument(): ReactNode {
  const id = useParam('id') ?? '';
  const room = useSigningRoom();
  const document = useOutgoing(id);
  if (document.error !== null) return <ErrorState error={document.error} onRetry={() => void document.refetch()} />;
  if (document.data === undefined) {
    return (
      <SkeletonGroup>
        <Skeleton shape="title" />
        <Skeleton shape="block" height="70vh" />
      </SkeletonGroup>
    );
  }
  return <SigningDesk key={id} document={document.data} about={<About document={document.data} />} keys={room.keys} returnPath="/phong-ky" onDone={(outcome) => room.finish(id, outcome)} />;
}

function About({ document }: { document: OutgoingDetail }): ReactNode {
  const t = useT(roomMessages);
  const words = useT(messages);
  const since = document.initials !== null && document.submittedAt === null ? document.initials.askedAt : document.submittedAt;
  return (
    <>
      <header className="lt-stack">
        <p className="lt-row lt-quiet">
          {document.typeName} <UrgencyBadge urgency={document.urgency} t={words} />
        </p>
        <h2 className="lt-room__title">{document.summary}</h2>
      </header>
      <Authority document={document} />
      <Details
        items={[
          { label: t('drafter'), value: document.drafterName },
          { label: t('unit'), value: document.draftingUnitName },
          { label: t('due'), value: document.answerDue === null ? null : <DeadlineMark due={document.answerDue} now={new Date()} /> },
          { label: t('since'), value: since === null ? null : formatDateTime(since) },
          { label: t('signer'), value: document.approver === null ? null : `${document.approver.title} ${document.approver.name}` },
          { label: t('initialledBy'), value: initialledBy(document, (key, values) => t(key, values)) },
        ]}
      />
      <section aria-label={words('opinions')}>
        <OpinionList opinions={document.opinions} />
      </section>
    </>
  );
}

/** Whose authority is used, and in which formula: written before the signer's office in the document (NĐ 30/2020 App. I.II.7). */
function Authority({ document: { signAs } }: { document: OutgoingDetail }): ReactNode {
  const t = useT(roomMessages);
  if (signAs === null || (signAs.formula === null && signAs.onBehalfOf === null)) return null;
  const formula = signAs.formula === null ? null : t('formula', { formula: t(`formula.${signAs.formula}`) });
  if (signAs.onBehalfOf === null) return <p className="lt-quiet">{formula}</p>;
  const office = signAs.onBehalfOf.title.toLocaleUpperCase('vi');
  return (
    <Banner title={t('signingAs', signAs.onBehalfOf)}>
      <p>{formula}</p>
      {signAs.formula !== null && <p>{t('signatureBlock', { block: `${signAs.formula}. ${office}` })}</p>}
    </Banner>
  );
}

function initialledBy({ initials }: OutgoingDetail, t: (key: 'initialledAt', values: { title: string; name: string; at: string }) => string): string | null {
  if (initials?.initialledAt === null || initials === null) return null;
  return t('initialledAt', { title: initials.title, name: initials.name, at: formatDateTime(initials.initialledAt) });
}
