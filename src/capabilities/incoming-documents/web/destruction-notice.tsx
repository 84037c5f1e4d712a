import Printer from 'lucide-react/icons/printer';
import type { ReactNode } from 'react';
import { Button } from '#ui/controls/button.tsx';
import { formatDate, formatDateTime } from '#ui/format.ts';
import { useT } from '#ui/i18n.ts';
import { Details } from '#ui/layout/details.tsx';
import { useSession } from '#ui/session-context.tsx';
import type { IncomingDetail } from '../contract.ts';
import { noticeMessages } from './notice-messages.ts';
import './destruction-notice.css';

/** That the agency cancelled the document, when and why, to be printed and put into the file (30/2020/NĐ-CP Art. 18.4.b). */
export function DestructionNotice({ document }: { document: IncomingDetail }): ReactNode {
  const t = useT(noticeMessages);
  const { agency } = useSession();
  if (document.recall === null) return null;
  return (
    <section className="lt-destruction">
      <h2>{t('destructionTitle')}</h2>
      <p>{t('destructionIntro')}</p>
      <Details
        columns={1}
        items={[
          { label: t('agency'), value: agency.name },
          { label: t('sender'), value: document.senderName },
          { label: t('document'), value: `${document.typeName} ${document.number}/${document.notation}` },
          { label: t('dated'), value: formatDate(document.issuedOn) },
          { label: t('summary'), value: document.summary },
          { label: t('arrivedAt'), value: formatDateTime(document.arrivedAt) },
          { label: t('arrivalNumber'), value: document.arrivalNumber === null ? null : `${String(document.arrivalNumber)}/${String(document.arrivalYear)}` },
          { label: t('cancelledAt'), value: formatDateTime(document.recall.at) },
          { label: t('cancelReason'), value: document.recall.reason },
          { label: t('cancelledBy'), value: document.recall.agreedBy ?? t('automatic') },
          { label: t('hash'), value: document.contentHash === '' ? null : <code className="lt-destruction__hash">{document.contentHash}</code> },
        ]}
      />
      <Button icon={Printer} onClick={() => window.print()}>
        {t('print')}
      </Button>
    </section>
  );
}
