import { useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { CopyView, IncomingDetail } from '#capabilities/incoming-documents/contract.ts';
import { useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { Banner } from '#ui/feedback/banner.tsx';
import { ProblemBanner } from '#ui/feedback/problem-banner.tsx';
import { useToasts } from '#ui/feedback/toast.tsx';
import { useT } from '#ui/i18n.ts';
import { useMutation } from '#ui/mutation.ts';
import '#ui/layout/form.css';
import { PdfViewer } from '#ui/pdf/pdf-viewer.tsx';
import { AgencySealForm } from './agency-seal-form.tsx';
import { CopyFields, useCopyChoice } from './copy-choice.tsx';
import { copyMessages } from './copy-messages.ts';

/** As the law writes the kinds on the copy itself, in every language of the screen. */
const MARKS: Record<CopyView['kind'], string> = { full: 'SAO Y', 'of-copy': 'SAO LỤC', extract: 'TRÍCH SAO' };

/** The paper beside the choice of the kind, the key and the signature. */
export function CopyDesk({ document }: { document: IncomingDetail }): ReactNode {
  const t = useT(copyMessages);
  const begun = document.copies.list.find(({ sealed }) => sealed === null);
  const choice = useCopyChoice(document, begun);
  const { source, kind, extractUploadId } = choice;
  const main = document.files.find(({ role }) => role === 'main');
  const shown = begun?.kind === 'extract' && kind === 'extract' ? begun.base.fileId : main?.fileId;
  return (
    <div className="lt-work">
      <div className="lt-work__paper">{shown !== undefined && <PdfViewer key={shown} source={{ url: `/api/v1/files/${shown}` }} name={main?.name ?? ''} />}</div>
      <aside className="lt-work__side" aria-label={t('title')}>
        <AgencySealForm
          document={document}
          step="copies"
          body={{ source, kind }}
          files={kind === 'extract' ? { uploads: choice.uploads, body: { extractUploadId } } : undefined}
          subject="incoming-document"
          order={{ kind: 'copy' }}
          isOffered={kind !== undefined}
          verb={t('seal')}
          done={(after) => t('sealedToast', { number: newestNumber(after) })}
          resultPath={`/van-ban-den/${document.id}?xem=ban-sao`}
        >
          {(fileError) => (
            <>
              {begun !== undefined && <Begun copy={begun} documentId={document.id} />}
              <CopyFields document={document} choice={choice} isKept={begun?.kind === 'extract'} fileError={fileError} />
              <p>{t('look', { mark: MARKS[kind ?? 'full'] })}</p>
            </>
          )}
        </AgencySealForm>
      </aside>
    </div>
  );
}

function newestNumber({ copies }: IncomingDetail): string {
  const sealed = copies.list.flatMap((copy) => (copy.sealed === null ? [] : [copy.sealed]));
  return sealed.toSorted((a, b) => a.at.localeCompare(b.at)).at(-1)?.numberAndNotation ?? '';
}

/** A copy that was begun and not signed: one may go on, or give it up. */
function Begun({ copy, documentId }: { copy: CopyView; documentId: string }): ReactNode {
  const t = useT(copyMessages);
  const api = useApi();
  const toasts = useToasts();
  const queries = useQueryClient();
  const withdraw = useMutation({
    mutationFn: () => api.post(`/api/v1/incoming-documents/${documentId}/copies/${copy.id}/withdraw`, {}),
    onSuccess: () => toasts.show({ tone: 'done', text: t('withdrawnToast') }),
    onSettled: () => void queries.invalidateQueries({ queryKey: ['incoming-documents'] }),
  });
  return (
    <>
      <Banner
        actions={
          <Button size="small" loading={withdraw.isPending} onClick={() => withdraw.mutate()}>
            {t('withdraw')}
          </Button>
        }
      >
        {t('begun')}
      </Banner>
      <ProblemBanner error={withdraw.error} />
    </>
  );
}
