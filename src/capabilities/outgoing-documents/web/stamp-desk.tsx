import type { ReactNode } from 'react';
import type { IncomingDetail } from '#capabilities/incoming-documents/contract.ts';
import { calendarDay, formatDate } from '#ui/format.ts';
import { useT } from '#ui/i18n.ts';
import '#ui/layout/form.css';
import { PdfViewer } from '#ui/pdf/pdf-viewer.tsx';
import { AgencySealForm } from './agency-seal-form.tsx';
import { copyMessages } from './copy-messages.ts';

/** The letter beside what the arrival mark will say, the key and the signature. */
export function StampDesk({ document }: { document: IncomingDetail }): ReactNode {
  const t = useT(copyMessages);
  const main = document.files.find(({ role }) => role === 'main');
  const number = String(document.arrivalNumber ?? '').padStart(2, '0');
  const arrivedOn = document.registeredAt === null ? '' : calendarDay(new Date(document.registeredAt));
  return (
    <div className="lt-work">
      <div className="lt-work__paper">{main !== undefined && <PdfViewer source={{ url: `/api/v1/files/${main.fileId}` }} name={main.name} />}</div>
      <aside className="lt-work__side" aria-label={t('stampTitle')}>
        <AgencySealForm
          document={document}
          step="arrival-stamp"
          body={{}}
          subject="arrival-stamp"
          order={{ kind: 'income', documentNumber: number, ...(arrivedOn === '' ? {} : { issuedOn: arrivedOn }) }}
          isOffered={document.stamp.mayStamp}
          verb={t('stamp')}
          done={() => t('stampedToast', { number })}
          resultPath={`/van-ban-den/${document.id}?xem=dau-den`}
        >
          {() => (
            <>
              <p>{t('stampLook', { number, day: arrivedOn === '' ? '' : formatDate(arrivedOn) })}</p>
              <p className="lt-quiet">{t('stampKeeps')}</p>
            </>
          )}
        </AgencySealForm>
      </aside>
    </div>
  );
}
