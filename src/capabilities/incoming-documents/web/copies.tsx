import CopyPlus from 'lucide-react/icons/copy-plus';
import Download from 'lucide-react/icons/download';
import { useState, type ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { Button, ButtonLink } from '#ui/controls/button.tsx';
import { StateMark } from '#ui/data/state-mark.tsx';
import { EmptyState } from '#ui/feedback/empty-state.tsx';
import { formatBytes, formatDateTime } from '#ui/format.ts';
import { useLanguage, useT } from '#ui/i18n.ts';
import { ActDialog } from '#ui/overlays/act-dialog.tsx';
import type { CopyView, IncomingDetail } from '../contract.ts';
import { copyMessages } from './copy-messages.ts';
import './copies.css';
import { SignatureReport } from './incoming-validation.tsx';

/** The electronic copies of a document with the agency's signature, and the one that waits for it. */
export function Copies({ document }: { document: IncomingDetail }): ReactNode {
  const t = useT(copyMessages);
  const { list, choices } = document.copies;
  const isBegun = list.some(({ sealed }) => sealed === null);
  const make =
    choices.length === 0 || isBegun ? undefined : (
      <ButtonLink icon={CopyPlus} to={`/sao-van-ban/${document.id}`}>
        {t('makeCopy')}
      </ButtonLink>
    );
  if (list.length === 0) {
    return (
      <EmptyState title={t('noCopies')} actions={make}>
        {t(make === undefined ? 'noCopiesRead' : 'noCopiesText')}
      </EmptyState>
    );
  }
  return (
    <div className="lt-copies">
      {make !== undefined && <div className="lt-row">{make}</div>}
      {list.map((copy) => (
        <Copy key={copy.id} copy={copy} document={document} />
      ))}
    </div>
  );
}

type Props = { copy: CopyView; document: IncomingDetail };

function Copy({ copy, document }: Props): ReactNode {
  return copy.sealed === null ? <BegunCopy copy={copy} document={document} /> : <SealedCopy copy={copy} sealed={copy.sealed} document={document} />;
}

function SealedCopy({ copy, sealed, document }: Props & { sealed: NonNullable<CopyView['sealed']> }): ReactNode {
  const t = useT(copyMessages);
  return <SignedFile title={t('numbered', { kind: t(copy.kind), number: sealed.numberAndNotation })} file={sealed} isWithheld={document.filesWithheld} report={`${document.id}/copies/${copy.id}/validation`} />;
}

/** A file that the agency signed beside the document, with its verdict. */
export function SignedFile({ title, file, isWithheld, report }: { title: string; file: { fileId: string; name: string; sizeBytes: number; at: string; by: string }; isWithheld: boolean; report: string }): ReactNode {
  const t = useT(copyMessages);
  const { language } = useLanguage();
  return (
    <section className="lt-copies__one">
      <h2>{title}</h2>
      <p className="lt-quiet">{t('sealedBy', { by: file.by, at: formatDateTime(file.at) })}</p>
      {!isWithheld && (
        <div className="lt-row">
          <a className="lt-button lt-button--quiet lt-button--small" href={`/api/v1/files/${file.fileId}`} download={file.name}>
            <span className="lt-button__content">
              <Download size={16} aria-hidden="true" />
              {t('download')}
            </span>
          </a>
          <a href={`/api/v1/files/${file.fileId}`} target="_blank" rel="noreferrer">
            {file.name}
          </a>
          <span className="lt-quiet">{formatBytes(file.sizeBytes, language)}</span>
        </div>
      )}
      <SignatureReport path={report} />
    </section>
  );
}

function BegunCopy({ copy, document }: Props): ReactNode {
  const t = useT(copyMessages);
  const api = useApi();
  const [withdrawing, setWithdrawing] = useState(false);
  const isClerks = document.copies.choices.length > 0;
  return (
    <section className="lt-copies__one">
      <h2>{t(copy.kind)}</h2>
      <p>
        <StateMark kind="present">{t('waiting')}</StateMark>
      </p>
      <p className="lt-quiet">{t('createdBy', { by: copy.createdBy, at: formatDateTime(copy.createdAt) })}</p>
      {isClerks && (
        <div className="lt-row">
          <ButtonLink to={`/sao-van-ban/${document.id}`}>
            {t('continueCopy')}
          </ButtonLink>
          <Button variant="plain" onClick={() => setWithdrawing(true)}>
            {t('withdraw')}
          </Button>
        </div>
      )}
      {withdrawing && (
        <ActDialog
          title={t('withdraw')}
          text={t('withdrawText')}
          verb={t('withdraw')}
          danger
          topics={['incoming-documents']}
          send={() => api.post<IncomingDetail>(`/api/v1/incoming-documents/${document.id}/copies/${copy.id}/withdraw`, {})}
          done={t('withdrawnToast')}
          onClose={() => setWithdrawing(false)}
        />
      )}
    </section>
  );
}
