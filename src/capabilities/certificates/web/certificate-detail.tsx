import BadgeX from 'lucide-react/icons/badge-x';
import CalendarX from 'lucide-react/icons/calendar-x';
import FilePlus from 'lucide-react/icons/file-plus';
import Pencil from 'lucide-react/icons/pencil';
import Trash from 'lucide-react/icons/trash-2';
import Undo from 'lucide-react/icons/undo-2';
import { useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import type { TimelineReply } from '#engines/audit/contract.ts';
import { useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { DateField } from '#ui/controls/date-field.tsx';
import { Select } from '#ui/controls/select.tsx';
import { TextArea } from '#ui/controls/text-area.tsx';
import { TextField } from '#ui/controls/text-field.tsx';
import { Tabs } from '#ui/data/tabs.tsx';
import { Banner } from '#ui/feedback/banner.tsx';
import { ErrorState } from '#ui/feedback/error-state.tsx';
import { Skeleton, SkeletonGroup } from '#ui/feedback/skeleton.tsx';
import { calendarDay, formatDate, formatDateTime } from '#ui/format.ts';
import { useT } from '#ui/i18n.ts';
import { Detail } from '#ui/layout/detail.tsx';
import { Details } from '#ui/layout/details.tsx';
import { useNavigation, useParam } from '#ui/navigation.tsx';
import { ActDialog } from '#ui/overlays/act-dialog.tsx';
import { RecordTimeline } from '#ui/route/record-timeline.tsx';
import type { CertificateAbility, CertificateDetail } from '../contract.ts';
import { AskAgain, AskProgressDialog } from './ask-status.tsx';
import { CertificateStateMark } from './certificate-marks.tsx';
import { messages } from './messages.ts';
import { DeclinedRenewal, DeclineRenewalDialog, ResumeRenewalDialog } from './renewal.tsx';
import { messages as renewalMessages } from './renewal-messages.ts';
import { RequestDialog } from './request-dialog.tsx';
import { ToReview } from './review-dialog.tsx';

const addressOf = (id: string): string => `/api/v1/certificates/${id.replace('.', '/')}`;

/** One certificate of the inventory. */
export function CertificateDetailPage(): ReactNode {
  const id = useParam('id') ?? '';
  const api = useApi();
  const certificate = useQuery({ queryKey: ['certificates', 'detail', id], queryFn: ({ signal }) => api.get<CertificateDetail>(addressOf(id), { signal }) });
  if (certificate.error !== null) return <ErrorState error={certificate.error} onRetry={() => void certificate.refetch()} />;
  if (certificate.data === undefined) {
    return (
      <SkeletonGroup>
        <Skeleton shape="title" />
        <Skeleton shape="block" height="40vh" />
      </SkeletonGroup>
    );
  }
  return <Opened key={id} address={addressOf(id)} certificate={certificate.data} />;
}

type Shown = { certificate: CertificateDetail; address: string };

function Opened({ certificate, address }: Shown): ReactNode {
  const t = useT(messages);
  const [view, setView] = useState('facts');
  return (
    <Detail
      lead={`${t(certificate.holderKind)} · ${certificate.agencyName}`}
      title={certificate.holderName}
      marks={<CertificateStateMark row={certificate} t={t} />}
      actions={certificate.abilities.length === 0 ? undefined : <Actions certificate={certificate} address={address} />}
    >
      <Standing certificate={certificate} />
      {certificate.renewalDeclined !== null && <DeclinedRenewal declined={certificate.renewalDeclined} />}
      {certificate.toReview.length > 0 && <ToReview kinds={certificate.toReview} address={address} />}
      <Tabs
        label={t('detail')}
        value={view}
        onChange={setView}
        items={[
          { id: 'facts', label: t('facts'), content: <Facts certificate={certificate} /> },
          { id: 'timeline', label: t('timeline'), content: <Timeline address={address} /> },
        ]}
      />
    </Detail>
  );
}

/** What its authority said that somebody has to know, or that it said nothing. */
function Standing({ certificate }: { certificate: CertificateDetail }): ReactNode {
  const t = useT(messages);
  return (
    <>
      {certificate.state === 'suspended' && <Banner tone="danger">{t('suspendedText')}</Banner>}
      {certificate.askProblem !== null && certificate.unansweredSince !== null && (
        <Banner tone="warn" title={t('unansweredTitle', { at: formatDateTime(certificate.unansweredSince) })}>
          {t(`problem.${certificate.askProblem}`)}
        </Banner>
      )}
    </>
  );
}

function Facts({ certificate }: { certificate: CertificateDetail }): ReactNode {
  const t = useT(messages);
  return (
    <Details
      items={[
        { label: t('post'), value: certificate.holderPost },
        { label: t('issuer'), value: certificate.issuerName },
        { label: t('validFrom'), value: formatDate(certificate.validFrom) },
        { label: t('validTo'), value: formatDate(certificate.validTo) },
        { label: t('statusSource'), value: t(`source.${certificate.statusSource}`) },
        { label: t('checkedAt'), value: certificate.statusCheckedAt === null ? null : formatDateTime(certificate.statusCheckedAt) },
        { label: t('asOf'), value: certificate.statusAsOf === null ? null : formatDateTime(certificate.statusAsOf) },
        { label: t('statusAskedAt'), value: certificate.isAsking ? t('asking') : certificate.askedAt === null ? null : formatDateTime(certificate.askedAt) },
        {
          label: t('answerKept'),
          value:
            certificate.statusAnswer === null ? null : (
              <a href={`/api/v1/certificates/${certificate.agencyId}/${certificate.id}/answer`} download>
                {t('answerFetch')}
              </a>
            ),
        },
        { label: t('revokedAt'), value: certificate.revokedAt === null ? null : formatDate(certificate.revokedAt) },
        { label: t('revokedReason'), value: certificate.state === 'suspended' ? null : certificate.revokedReason },
        { label: t('tokenSerial'), value: certificate.tokenSerial },
        { label: t('signsHere'), value: certificate.credentialId === null ? t('no') : t('yes') },
        { label: t('note'), value: certificate.note, wide: true },
        { label: t('serial'), value: <code>{certificate.serial}</code>, wide: true },
        { label: t('subject'), value: certificate.subject, wide: true },
        { label: t('issuerFull'), value: certificate.issuer, wide: true },
        { label: t('fingerprint'), value: <code>{certificate.fingerprint}</code>, wide: true },
        { label: t('added'), value: t('addedBy', { at: formatDateTime(certificate.addedAt), who: certificate.addedBy }), wide: true },
      ]}
    />
  );
}

function Actions({ certificate, address }: Shown): ReactNode {
  const t = useT(messages);
  const tRenewal = useT(renewalMessages);
  const { navigate } = useNavigation();
  const [open, setOpen] = useState<Exclude<CertificateAbility, 'ask-status'> | undefined>();
  const [asked, setAsked] = useState<string | undefined>();
  const may = (ability: CertificateAbility): boolean => certificate.abilities.includes(ability);
  const close = () => setOpen(undefined);
  const api = useApi();
  return (
    <>
      {may('ask') && (
        <Button variant="primary" icon={FilePlus} onClick={() => setOpen('ask')}>
          {t('ask')}
        </Button>
      )}
      {may('ask-status') && <AskAgain ids={[`${certificate.agencyId}.${certificate.id}`]} onAsked={setAsked} />}
      {may('decline-renewal') && (
        <Button icon={CalendarX} onClick={() => setOpen('decline-renewal')}>
          {tRenewal('decline')}
        </Button>
      )}
      {may('resume-renewal') && (
        <Button icon={Undo} onClick={() => setOpen('resume-renewal')}>
          {tRenewal('resume')}
        </Button>
      )}
      {may('edit') && (
        <Button icon={Pencil} onClick={() => setOpen('edit')}>
          {t('edit')}
        </Button>
      )}
      {may('revoke') && (
        <Button icon={BadgeX} onClick={() => setOpen('revoke')}>
          {t('revoke')}
        </Button>
      )}
      {may('mark-revoked') && (
        <Button icon={BadgeX} onClick={() => setOpen('mark-revoked')}>
          {t('markRevoked')}
        </Button>
      )}
      {may('remove') && (
        <Button icon={Trash} onClick={() => setOpen('remove')}>
          {t('remove')}
        </Button>
      )}
      {asked !== undefined && <AskProgressDialog since={asked} onClose={() => setAsked(undefined)} />}
      {open === 'ask' && <RequestDialog certificate={certificate} onClose={close} />}
      {open === 'edit' && <EditDialog {...{ certificate, address }} onClose={close} />}
      {open === 'revoke' && certificate.credentialId !== null && <RevokeDialog credentialId={certificate.credentialId} holderName={certificate.holderName} onClose={close} />}
      {open === 'mark-revoked' && <MarkRevokedDialog address={address} holderName={certificate.holderName} onClose={close} />}
      {open === 'decline-renewal' && <DeclineRenewalDialog address={address} onClose={close} />}
      {open === 'resume-renewal' && <ResumeRenewalDialog address={address} onClose={close} />}
      {open === 'remove' && (
        <ActDialog
          topics={['certificates']}
          title={`${t('remove')}: ${certificate.holderName}`}
          text={t('removeText')}
          verb={t('remove')}
          danger
          send={() => api.del(address)}
          done={() => t('removed')}
          onDone={() => navigate('/chung-thu-so')}
          onClose={close}
        />
      )}
    </>
  );
}

function EditDialog({ certificate, address, onClose }: Shown & { onClose: () => void }): ReactNode {
  const t = useT(messages);
  const api = useApi();
  const [tokenSerial, setTokenSerial] = useState(certificate.tokenSerial ?? '');
  const [note, setNote] = useState(certificate.note ?? '');
  const orNull = (text: string): string | null => (text.trim() === '' ? null : text);
  return (
    <ActDialog
      topics={['certificates']}
      title={t('edit')}
      verb={t('save')}
      send={() => api.put(address, { tokenSerial: orNull(tokenSerial), note: orNull(note), personId: certificate.personId })}
      done={() => t('saved')}
      onClose={onClose}
    >
      {(problem) => (
        <>
          <TextField label={t('tokenSerial')} optional value={tokenSerial} onChange={setTokenSerial} error={problem('tokenSerial')} />
          <TextArea label={t('note')} optional rows={3} value={note} onChange={setNote} error={problem('note')} />
        </>
      )}
    </ActDialog>
  );
}

const reasons = ['keyCompromise', 'affiliationChanged', 'superseded', 'cessationOfOperation', 'privilegeWithdrawn', 'unspecified'] as const;

/** What this system issued it revokes at once: with the commit nobody signs with it, and whoever asks is told. */
function RevokeDialog({ credentialId, holderName, onClose }: { credentialId: string; holderName: string; onClose: () => void }): ReactNode {
  const t = useT(messages);
  const api = useApi();
  const [reason, setReason] = useState<(typeof reasons)[number] | undefined>();
  return (
    <ActDialog
      topics={['certificates']}
      title={`${t('revoke')}: ${holderName}`}
      text={t('revokeText')}
      verb={t('revoke')}
      danger
      disabled={reason === undefined}
      send={() => api.post(`/api/v1/signatures/credentials/${credentialId}/revoke`, { reason })}
      done={() => t('revokedToast')}
      onClose={onClose}
    >
      {(problem) => <Select label={t('reason')} required value={reason} placeholder={t('chooseReason')} onChange={setReason} options={reasons.map((value) => ({ value, label: t(`reason.${value}`) }))} error={problem('reason')} />}
    </ActDialog>
  );
}

function MarkRevokedDialog({ address, holderName, onClose }: { address: string; holderName: string; onClose: () => void }): ReactNode {
  const t = useT(messages);
  const api = useApi();
  const today = calendarDay(new Date());
  const [revokedOn, setRevokedOn] = useState<string | undefined>(today);
  const [reason, setReason] = useState('');
  return (
    <ActDialog
      topics={['certificates']}
      title={`${t('markRevoked')}: ${holderName}`}
      text={t('markRevokedText')}
      verb={t('markRevoked')}
      danger
      send={() => api.post(`${address}/mark-revoked`, { revokedOn, reason })}
      done={() => t('noted')}
      onClose={onClose}
    >
      {(problem) => (
        <>
          <DateField label={t('revokedOn')} required max={today} value={revokedOn} onChange={setRevokedOn} error={problem('revokedOn')} />
          <TextArea label={t('reason')} required rows={2} value={reason} onChange={setReason} error={problem('reason')} />
        </>
      )}
    </ActDialog>
  );
}

function Timeline({ address }: { address: string }): ReactNode {
  const api = useApi();
  const timeline = useQuery({ queryKey: ['certificates', 'timeline', address], queryFn: ({ signal }) => api.get<TimelineReply>(`${address}/timeline`, { signal }) });
  if (timeline.error !== null) return <ErrorState compact error={timeline.error} onRetry={() => void timeline.refetch()} />;
  return <RecordTimeline entries={timeline.data?.entries} />;
}
