import Printer from 'lucide-react/icons/printer';
import { useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { TextArea } from '#ui/controls/text-area.tsx';
import { ErrorState } from '#ui/feedback/error-state.tsx';
import { Skeleton, SkeletonGroup } from '#ui/feedback/skeleton.tsx';
import { formatDate, formatDateTime } from '#ui/format.ts';
import { useT } from '#ui/i18n.ts';
import { Detail } from '#ui/layout/detail.tsx';
import { Details } from '#ui/layout/details.tsx';
import { Link, useParam } from '#ui/navigation.tsx';
import { ActDialog } from '#ui/overlays/act-dialog.tsx';
import type { RequestAbility, RequestRow } from '../contract.ts';
import { RequestStateMark } from './certificate-marks.tsx';
import { FormSheet, isKnown } from './form-sheet.tsx';
import { messages } from './messages.ts';

/** One request with its form, to read, to decide and to print. */
export function RequestDetailPage(): ReactNode {
  const id = useParam('id') ?? '';
  const api = useApi();
  const address = `/api/v1/certificates/requests/${id.replace('.', '/')}`;
  const request = useQuery({ queryKey: ['certificates', 'request', id], queryFn: ({ signal }) => api.get<RequestRow>(address, { signal }) });
  if (request.error !== null) return <ErrorState error={request.error} onRetry={() => void request.refetch()} />;
  if (request.data === undefined) {
    return (
      <SkeletonGroup>
        <Skeleton shape="title" />
        <Skeleton shape="block" height="40vh" />
      </SkeletonGroup>
    );
  }
  return <Opened key={id} address={address} request={request.data} />;
}

function Opened({ request, address }: { request: RequestRow; address: string }): ReactNode {
  const t = useT(messages);
  return (
    <Detail
      lead={`${t(request.kind)} · ${t(request.holderKind)}`}
      title={request.holderName}
      marks={
        <>
          <span>{request.agencyName}</span> <RequestStateMark state={request.state} t={t} />
        </>
      }
      actions={<Actions request={request} address={address} />}
    >
      {isKnown(request.form) && <FormSheet request={request} form={request.form} />}
      {isKnown(request.form) ? (
        <div className="no-print">
          <Details items={decisionOf(request, t)} />
        </div>
      ) : (
        <Details items={factsOf(request, t)} />
      )}
    </Detail>
  );
}

type T = ReturnType<typeof useT<keyof (typeof messages)['vi']>>;

function factsOf({ details, ...request }: RequestRow, t: T) {
  return [
    { label: t('form'), value: request.formName, wide: true },
    { label: t('legalBasis'), value: request.legalBasis, wide: true },
    { label: t('post'), value: details.post },
    { label: t('birthDate'), value: details.birthDate === null ? null : formatDate(details.birthDate) },
    { label: t('identityNumber'), value: details.identityNumber },
    { label: t('identityIssuedOn'), value: details.identityIssuedOn === null ? null : formatDate(details.identityIssuedOn) },
    { label: t('identityIssuedBy'), value: details.identityIssuedBy },
    { label: t('email'), value: details.email },
    { label: t('phone'), value: details.phone },
    { label: t('tokenSerial'), value: details.tokenSerial },
    { label: t('changeText'), value: details.change, wide: true },
    ...decisionOf({ details, ...request }, t),
  ];
}

/** What stands beside every form: why, where the key is, who asked and how it was decided. */
function decisionOf({ details, ...request }: RequestRow, t: T) {
  return [
    { label: t('reasonFor'), value: request.reason, wide: true },
    { label: t('keyDevice'), value: t(details.keyDevice) },
    { label: t('askedBy'), value: request.askedBy },
    { label: t('askedAt'), value: formatDateTime(request.askedAt) },
    { label: t('decidedBy'), value: request.decidedBy },
    { label: t('decision'), value: request.decision },
    {
      label: t('detail'),
      value: request.certificateId === null ? null : <Link to={`/chung-thu-so/${request.agencyId}.${request.certificateId}`}>{request.holderName}</Link>,
    },
  ];
}

function Actions({ request, address }: { request: RequestRow; address: string }): ReactNode {
  const t = useT(messages);
  const api = useApi();
  const [open, setOpen] = useState<RequestAbility | undefined>();
  const [reason, setReason] = useState('');
  const close = () => setOpen(undefined);
  return (
    <>
      {request.abilities.map((ability) => (
        <Button key={ability} {...(ability !== 'refuse' && ability !== 'withdraw' ? { variant: 'primary' as const } : {})} onClick={() => setOpen(ability)}>
          {t(ability)}
        </Button>
      ))}
      <Button icon={Printer} onClick={() => window.print()}>
        {t('print')}
      </Button>
      {open !== undefined && (
        <ActDialog
          topics={['certificates']}
          title={`${t(open)}: ${request.formName}`}
          text={t(`${open}Text`)}
          verb={t(open)}
          danger={open === 'refuse' || open === 'withdraw'}
          send={() => api.post(`${address}/${open}`, open === 'refuse' ? { reason } : {})}
          done={() => t('decided')}
          onClose={close}
        >
          {open === 'refuse' ? (problem) => <TextArea label={t('reason')} required rows={3} value={reason} onChange={setReason} error={problem('reason')} /> : () => null}
        </ActDialog>
      )}
    </>
  );
}
