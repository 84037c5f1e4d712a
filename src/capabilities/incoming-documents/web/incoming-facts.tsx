import FileArchive from 'lucide-react/icons/file-archive';
import type { ReactNode } from 'react';
import { DeadlineMark } from '#ui/data/deadline-mark.tsx';
import { formatBytes, formatDate, formatDateTime } from '#ui/format.ts';
import { useLanguage, useT } from '#ui/i18n.ts';
import '#ui/layout/form.css';
import { Details } from '#ui/layout/details.tsx';
import { Section } from '#ui/layout/page.tsx';
import type { IncomingDetail } from '../contract.ts';
import { numberOf } from '../domain/number-words.ts';
import { IncomingStateMark } from './inbox-columns.tsx';
import { handlingMessages } from './handling-messages.ts';
import { LastingCopies } from './lasting-copies.tsx';
import { messages } from './messages.ts';

/** Everything that QĐ 28/2018 Art. 10.2 wants shown of a document, and its files. */
export function IncomingFacts({ document }: { document: IncomingDetail }): ReactNode {
  const t = useT(messages);
  const tHandling = useT(handlingMessages);
  const { language } = useLanguage();
  const answered = (at: string | null, by: string | null) => (at === null ? null : `${by ?? ''}, ${formatDateTime(at)}`);
  return (
    <>
      <Details
        items={[
          { label: t('state'), value: <IncomingStateMark state={document.state} t={t} /> },
          { label: t('arrivalNumber'), value: document.arrivalNumber === null ? null : `${String(document.arrivalNumber)}/${String(document.arrivalYear)}` },
          { label: t('sender'), value: document.senderName },
          { label: t('senderCode'), value: document.senderCode === '' ? null : document.senderCode },
          { label: t('number'), value: numberOf(document) },
          { label: t('issuedOn'), value: formatDate(document.issuedOn) },
          { label: t('type'), value: document.typeName },
          { label: t('urgency'), value: t(document.urgency) },
          { label: t('signer'), value: [document.signerTitle, document.signerName].filter(Boolean).join(' ') || null },
          { label: t('due'), value: document.answerDue === null ? null : <DeadlineMark due={document.answerDue} now={new Date()} /> },
          { label: t('arrivedAt'), value: formatDateTime(document.arrivedAt) },
          { label: t('documentCode'), value: document.documentCode === '' ? null : document.documentCode },
          { label: t('medium'), value: document.medium === 'paper' ? t('onPaper') : null },
          { label: t('registeredBy'), value: answered(document.registeredAt, document.registeredBy) },
          { label: tHandling('handler'), value: document.handlerName },
          { label: tHandling('handlingDue'), value: document.handlingDue === null ? null : formatDateTime(document.handlingDue) },
          { label: t('refusedBy'), value: answered(document.refusedAt, document.refusedBy) },
          { label: t('reason'), value: document.refusalReason, wide: true },
        ]}
      />
      <Section title={t('files')} actions={document.mayTakeEvidence && document.messageId !== null ? <EvidenceLink messageId={document.messageId} /> : undefined}>
        <ul className="lt-files">
          {document.files.map((file) => (
            <li key={file.fileId}>
              {document.filesWithheld ? (
                <span>{file.name}</span>
              ) : (
                <a href={`/api/v1/files/${file.fileId}`} target="_blank" rel="noreferrer">
                  {file.name}
                </a>
              )}{' '}
              <span className="lt-quiet">{formatBytes(file.sizeBytes, language)}</span>
            </li>
          ))}
        </ul>
      </Section>
      <LastingCopies files={document.files} />
    </>
  );
}

/** The evidence package of what arrived, to be taken along and verified elsewhere. */
function EvidenceLink({ messageId }: { messageId: string }): ReactNode {
  const t = useT(handlingMessages);
  return (
    <a className="lt-button lt-button--quiet lt-button--small" href={`/api/v1/exchange/messages/${messageId}/evidence`} download>
      <span className="lt-button__content">
        <FileArchive size={16} aria-hidden="true" />
        {t('evidence')}
      </span>
    </a>
  );
}
