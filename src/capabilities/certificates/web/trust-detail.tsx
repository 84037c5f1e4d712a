import ShieldX from 'lucide-react/icons/shield-x';
import { useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import type { TrustRow } from '#engines/signatures/contract.ts';
import { useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { DateField } from '#ui/controls/date-field.tsx';
import { TextArea } from '#ui/controls/text-area.tsx';
import { Banner } from '#ui/feedback/banner.tsx';
import { ErrorState } from '#ui/feedback/error-state.tsx';
import { Skeleton, SkeletonGroup } from '#ui/feedback/skeleton.tsx';
import { calendarDay, formatDate, formatDateTime } from '#ui/format.ts';
import { useT } from '#ui/i18n.ts';
import { Detail } from '#ui/layout/detail.tsx';
import { Details } from '#ui/layout/details.tsx';
import { useParam } from '#ui/navigation.tsx';
import { ActDialog } from '#ui/overlays/act-dialog.tsx';
import { Figures, TrustStateMark } from './trust-marks.tsx';
import { messages } from './trust-messages.ts';

/** One trusted certificate: what it is, on what basis it is trusted and until when. */
export function TrustDetailPage(): ReactNode {
  const id = useParam('id') ?? '';
  const api = useApi();
  const trust = useQuery({ queryKey: ['signatures', 'trust', 'one', id], queryFn: ({ signal }) => api.get<TrustRow>(`/api/v1/signatures/trust-store/${id}`, { signal }) });
  if (trust.error !== null) return <ErrorState error={trust.error} onRetry={() => void trust.refetch()} />;
  if (trust.data === undefined) {
    return (
      <SkeletonGroup>
        <Skeleton shape="title" />
        <Skeleton shape="block" height="40vh" />
      </SkeletonGroup>
    );
  }
  return <Opened key={id} trust={trust.data} />;
}

function Opened({ trust }: { trust: TrustRow }): ReactNode {
  const t = useT(messages);
  const [isEnding, setIsEnding] = useState(false);
  const { source } = trust;
  return (
    <Detail
      lead={t(`source.${source}`)}
      title={trust.name}
      marks={<TrustStateMark state={trust.state} />}
      actions={
        trust.abilities.includes('end') ? (
          <Button variant="danger" icon={ShieldX} onClick={() => setIsEnding(true)}>
            {t('end')}
          </Button>
        ) : undefined
      }
    >
      {(source === 'builtIn' || source === 'folder' || source === 'list') && <Banner>{t(`note.${source}`)}</Banner>}
      {trust.alsoFrom.length > 0 && trust.abilities.includes('end') && <Banner tone="warn">{t('also', { sources: trust.alsoFrom.map((each) => t(`source.${each}`)).join(', ') })}</Banner>}
      <Facts trust={trust} />
      {isEnding && <EndDialog trust={trust} onClose={() => setIsEnding(false)} />}
    </Detail>
  );
}

function Facts({ trust }: { trust: TrustRow }): ReactNode {
  const t = useT(messages);
  const isFromList = trust.source === 'list';
  return (
    <Details
      items={[
        { label: t(isFromList ? 'operator' : 'legalBasis'), value: trust.legalBasis, wide: true },
        { label: t('file'), value: trust.file, wide: true },
        { label: t('trustedFrom'), value: trust.trustedFrom === null ? null : formatDate(trust.trustedFrom) },
        { label: t('trustedTo'), value: trust.trustedTo === null ? t('unlimited') : formatDateTime(trust.trustedTo) },
        { label: t('endReason'), value: trust.endReason, wide: true },
        { label: t('subject'), value: trust.subject, wide: true },
        { label: t('issuer'), value: trust.issuer, wide: true },
        { label: t('certificateLife'), value: t('life', { from: formatDate(trust.certificateFrom), to: formatDate(trust.certificateTo) }) },
        { label: t('addedAt'), value: trust.addedAt === null ? null : formatDateTime(trust.addedAt) },
        { label: t('serial'), value: <Figures text={trust.serial} />, wide: true },
        { label: t('fingerprint'), value: <Figures text={trust.fingerprint} />, wide: true },
      ]}
    />
  );
}

function EndDialog({ trust, onClose }: { trust: TrustRow; onClose: () => void }): ReactNode {
  const t = useT(messages);
  const api = useApi();
  const today = calendarDay(new Date());
  const [endsOn, setEndsOn] = useState<string | undefined>(today);
  const [reason, setReason] = useState('');
  return (
    <ActDialog
      topics={['signatures']}
      title={t('endTitle', { name: trust.name })}
      text={t('endText')}
      verb={t('end')}
      danger
      send={() => api.post(`/api/v1/signatures/trust-store/${trust.fingerprint}/end`, { endsOn, reason })}
      done={t('endDone')}
      onClose={onClose}
    >
      {(problem) => (
        <>
          <DateField label={t('endsOn')} hint={t('endsOnHint')} required value={endsOn} min={today} onChange={setEndsOn} error={problem('endsOn')} />
          <TextArea label={t('reason')} required rows={3} maxLength={500} value={reason} onChange={setReason} error={problem('reason')} />
        </>
      )}
    </ActDialog>
  );
}
