import type { ReactNode } from 'react';
import { Banner } from '../feedback/banner.tsx';
import { formatBytes, formatDate, formatDateTime } from '../format.ts';
import { defineMessages, useLanguage, useT } from '../i18n.ts';
import { Details } from '../layout/details.tsx';

/** The copy of a signed file that lasts for decades, as the server tells of it. */
export type LastingCopyFacts = {
  state: 'waiting' | 'archived' | 'notValid';
  level: 'B-LTA' | null;
  archivedAt: string | null;
  protectedUntil: string | null;
  renewsFrom: string | null;
  copy: { fileId: string; sizeBytes: number } | null;
  failure: { at: string; reason: { vi: string; en: string } } | null;
};

const messages = defineMessages({
  vi: {
    level: 'Mức chữ ký',
    renewed: 'Dấu thời gian lưu trữ gần nhất',
    next: 'Gia hạn tiếp theo',
    nextFrom: 'từ {from}, trước {until}',
    file: 'Tệp',
    fetch: 'Tải bản lưu lâu dài',
    waiting: 'Đang lập bản lưu lâu dài.',
    failed: 'Chưa lập được bản lưu lâu dài',
    notRenewed: 'Lần gia hạn gần nhất chưa được',
    tried: '{reason} Thử gần nhất lúc {at}; hệ thống tự thử lại.',
  },
  en: {
    level: 'Level of the signatures',
    renewed: 'Newest archive time stamp',
    next: 'Next renewal',
    nextFrom: 'from {from}, before {until}',
    file: 'File',
    fetch: 'Fetch the lasting copy',
    waiting: 'The lasting copy is being made.',
    failed: 'The lasting copy could not be made yet',
    notRenewed: 'The last renewal did not succeed',
    tried: '{reason} Last tried at {at}; it is tried again.',
  },
});

/** Where the copy of a file stands that lasts: its level, its newest time stamp, the next renewal, the file itself. */
export function LastingCopyCard({ facts }: { facts: LastingCopyFacts }): ReactNode {
  const t = useT(messages);
  const { language } = useLanguage();
  const { copy, failure, level, archivedAt, renewsFrom, protectedUntil } = facts;
  return (
    <>
      {failure !== null && (
        <Banner tone="warn" title={t(copy === null ? 'failed' : 'notRenewed')}>
          {t('tried', { reason: failure.reason[language], at: formatDateTime(failure.at) })}
        </Banner>
      )}
      {copy === null && failure === null && <p className="lt-quiet">{t('waiting')}</p>}
      {copy !== null && (
        <Details
          items={[
            { label: t('level'), value: level === null ? null : `PAdES ${level}` },
            { label: t('renewed'), value: archivedAt === null ? null : formatDateTime(archivedAt) },
            { label: t('next'), value: renewsFrom === null || protectedUntil === null ? null : t('nextFrom', { from: formatDate(renewsFrom), until: formatDate(protectedUntil) }) },
            {
              label: t('file'),
              value: (
                <>
                  <a href={`/api/v1/files/${copy.fileId}`} target="_blank" rel="noreferrer">
                    {t('fetch')}
                  </a>{' '}
                  <span className="lt-quiet">{formatBytes(copy.sizeBytes, language)}</span>
                </>
              ),
            },
          ]}
        />
      )}
    </>
  );
}
