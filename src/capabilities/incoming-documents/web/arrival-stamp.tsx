import Stamp from 'lucide-react/icons/stamp';
import type { ReactNode } from 'react';
import { ButtonLink } from '#ui/controls/button.tsx';
import { EmptyState } from '#ui/feedback/empty-state.tsx';
import { useT } from '#ui/i18n.ts';
import type { IncomingDetail } from '../contract.ts';
import { SignedFile } from './copies.tsx';
import { copyMessages } from './copy-messages.ts';

/** The file with the agency's arrival mark, or the way to it. */
export function ArrivalStamp({ document }: { document: IncomingDetail }): ReactNode {
  const t = useT(copyMessages);
  const { made } = document.stamp;
  if (made === null) {
    return (
      <EmptyState
        title={t('noStamp')}
        actions={
          <ButtonLink icon={Stamp} to={`/dau-den/${document.id}`}>
            {t('putStamp')}
          </ButtonLink>
        }
      >
        {t('noStampText')}
      </EmptyState>
    );
  }
  const title = t('stampNumber', { number: String(document.arrivalNumber ?? ''), year: String(document.arrivalYear ?? '') });
  return (
    <div className="lt-copies">
      <SignedFile title={title} file={made} isWithheld={document.filesWithheld} report={`${document.id}/arrival-stamp/validation`} />
    </div>
  );
}
