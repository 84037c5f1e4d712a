import type { ReactNode } from 'react';
import { DeadlineMark } from '#ui/data/deadline-mark.tsx';
import { formatBytes, formatDate, formatDateTime } from '#ui/format.ts';
import { useLanguage, useT } from '#ui/i18n.ts';
import '#ui/layout/form.css';
import { Details } from '#ui/layout/details.tsx';
import { Section } from '#ui/layout/page.tsx';
import type { OutgoingDetail } from '../contract.ts';
import { messages } from './messages.ts';
import { LastingCopies } from './lasting-copies.tsx';
import { OpinionList } from './opinion-list.tsx';
import { OutgoingStateMark } from './outgoing-marks.tsx';

export function OutgoingFacts({ document }: { document: OutgoingDetail }): ReactNode {
  const t = useT(messages);
  const { language } = useLanguage();
  return (
    <>
      <Details
        items={[
          { label: t('state'), value: <OutgoingStateMark state={document.state} t={t} /> },
          { label: t('number'), value: document.numberAndNotation },
          { label: t('type'), value: document.typeName },
          { label: t('issuedOn'), value: document.issuedOn === null ? null : formatDate(document.issuedOn) },
          { label: t('urgency'), value: t(document.urgency) },
          { label: t('due'), value: document.answerDue === null ? null : <DeadlineMark due={document.answerDue} now={new Date()} /> },
          { label: t('drafter'), value: document.drafterName },
          { label: t('unit'), value: document.draftingUnitName },
          { label: t('approver'), value: document.approver === null ? null : `${document.approver.title} ${document.approver.name}` },
          { label: t('initials'), value: document.initials === null ? null : `${document.initials.title} ${document.initials.name}` },
          { label: t('createdAt'), value: formatDateTime(document.createdAt) },
        ]}
      />
      {document.opinions.length > 0 && (
        <Section title={t('opinions')}>
          <OpinionList opinions={document.opinions} />
        </Section>
      )}
      <Section title={t('files')}>
        <ul className="lt-files">
          {document.files.map((file) => (
            <li key={file.id}>
              <a href={`/api/v1/files/${file.fileId}`} target="_blank" rel="noreferrer">
                {file.name}
              </a>{' '}
              <span className="lt-quiet">
                {formatBytes(file.sizeBytes, language)}
                {file.sealed ? `, ${t('sealedFile')}` : ''}
              </span>
            </li>
          ))}
        </ul>
      </Section>
      {document.issuedAt !== null && <LastingCopies files={document.files} />}
      <Section title={t('recipients')}>
        <ul className="lt-files">
          {document.recipients.map((recipient) => (
            <li key={recipient.agencyId}>{recipient.name}</li>
          ))}
        </ul>
      </Section>
    </>
  );
}
