import { useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import type { z } from 'zod';
import type { partnerTrust } from '#engines/exchange/contract.ts';
import { useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { DataList, type Column } from '#ui/data/data-list.tsx';
import { StateMark } from '#ui/data/state-mark.tsx';
import { EmptyState } from '#ui/feedback/empty-state.tsx';
import { ErrorState } from '#ui/feedback/error-state.tsx';
import { formatDate } from '#ui/format.ts';
import { useT } from '#ui/i18n.ts';
import { Section } from '#ui/layout/page.tsx';
import { Details } from '#ui/layout/details.tsx';
import { ActDialog } from '#ui/overlays/act-dialog.tsx';
import { securityMessages } from './security-messages.ts';
import { SigningDialog, SigningHeldUp } from './signing-dialog.tsx';
import { signingMessages } from './signing-messages.ts';
import { MOST_BYTES, SmallFile } from './small-file.tsx';
import './partners.css';
import { LOOK_AGAIN_MS, PARTNERS, type Partner } from './words.ts';

type Trust = z.infer<typeof partnerTrust>;
type Anchor = Trust['anchors'][number];
type Open = 'add' | 'own' | 'remove-own' | 'signing' | { withdraw: Anchor };

function useTrust(partner: Partner) {
  const api = useApi();
  return useQuery({ queryKey: ['exchange', 'partner-trust', partner.id], refetchInterval: LOOK_AGAIN_MS, queryFn: ({ signal }) => api.get<Trust>(`${PARTNERS}/${partner.id}/trust`, { signal }) });
}

/** That packets for the national axis wait, as nothing can be signed for it. */
export function AxisHeldUp({ partner }: { partner: Partner }): ReactNode {
  const { data } = useTrust(partner);
  return data === undefined || data.signing === null ? null : <SigningHeldUp signing={data.signing} />;
}

/** By which certificates the other side's server is believed, with which we show ourselves to its gateway, and how packets for an axis are signed. */
export function TrustPart({ partner }: { partner: Partner }): ReactNode {
  const t = useT(securityMessages);
  const signing = useT(signingMessages);
  const [open, setOpen] = useState<Open | undefined>();
  const { data, error, refetch } = useTrust(partner);
  if (error !== null) return <ErrorState compact error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return null;
  const mayKeep = data.abilities.includes('keep');
  return (
    <>
      <Section
        title={t('anchors')}
        actions={
          mayKeep && (
            <Button size="small" onClick={() => setOpen('add')}>
              {t('addAnchor')}
            </Button>
          )
        }
      >
        {data.anchors.length === 0 ? (
          <EmptyState title={t('anchorsNone')}>{t('anchorsNoneText')}</EmptyState>
        ) : (
          <>
            <p className="lt-quiet">{t('anchorsText')}</p>
            <Anchors anchors={data.anchors} onWithdraw={mayKeep ? (anchor) => setOpen({ withdraw: anchor }) : undefined} />
          </>
        )}
      </Section>
      <Section
        title={t('own')}
        actions={
          mayKeep && (
            <span className="lt-partners__acts">
              {data.own !== null && (
                <Button size="small" onClick={() => setOpen('remove-own')}>
                  {t('ownRemove')}
                </Button>
              )}
              <Button size="small" onClick={() => setOpen('own')}>
                {t(data.own === null ? 'ownAdd' : 'ownReplace')}
              </Button>
            </span>
          )
        }
      >
        <p className="lt-quiet">{t('ownText')}</p>
        {data.own === null ? <p>{t('ownNone')}</p> : <OwnFacts own={data.own} />}
      </Section>
      {data.signing !== null && (
        <Section
          title={signing('label')}
          actions={
            mayKeep && (
              <Button size="small" onClick={() => setOpen('signing')}>
                {signing('change')}
              </Button>
            )
          }
        >
          <p className="lt-quiet">{signing('text')}</p>
          <p>{signing(data.signing.form)}</p>
          {data.signing.certificate !== null && <OwnFacts own={data.signing.certificate} />}
        </Section>
      )}
      {open === 'signing' && data.signing !== null && <SigningDialog url={`${PARTNERS}/${partner.id}`} signing={data.signing} onClose={() => setOpen(undefined)} />}
      {open !== undefined && open !== 'signing' && <Acting partner={partner} open={open} onClose={() => setOpen(undefined)} />}
    </>
  );
}

function Anchors({ anchors, onWithdraw }: { anchors: readonly Anchor[]; onWithdraw: ((anchor: Anchor) => void) | undefined }): ReactNode {
  const t = useT(securityMessages);
  const columns: Column<Anchor>[] = [
    {
      id: 'subject',
      label: t('subject'),
      main: true,
      narrow: 'title',
      render: (row) => (
        <span className="lt-partners__side">
          <span>{row.subject}</span>
          <code className="lt-partners__fingerprint">{row.fingerprint}</code>
        </span>
      ),
    },
    { id: 'issuer', label: t('issuer'), width: '16%', narrow: 'below', render: (row) => <span className="lt-partners__side">{row.issuer}</span> },
    { id: 'validity', label: t('validity'), width: '9rem', narrow: 'below', render: (row) => <span className="lt-partners__side"><Validity facts={row} /></span> },
    {
      id: 'source',
      label: t('source'),
      width: '20%',
      narrow: 'below',
      render: (row) => <span className="lt-partners__side">{row.source === null || row.addedAt === null ? t('sourceSettings') : t('sourceFile', { file: row.source, name: row.addedBy ?? '', at: formatDate(row.addedAt) })}</span>,
    },
    ...(onWithdraw === undefined
      ? []
      : [
          {
            id: 'act',
            label: t('act'),
            width: '6.5rem',
            narrow: 'below' as const,
            render: (row: Anchor) => (
              <Button size="small" variant="danger" aria-label={`${t('withdraw')}: ${row.subject}`} onClick={() => onWithdraw(row)}>
                {t('withdraw')}
              </Button>
            ),
          },
        ]),
  ];
  return <DataList label={t('anchors')} columns={columns} rows={[...anchors]} rowId={(row) => row.fingerprint} empty={null} />;
}

function Validity({ facts: { validFrom, validTo } }: { facts: Pick<Anchor, 'validFrom' | 'validTo'> }): ReactNode {
  const t = useT(securityMessages);
  const now = Date.now();
  const span = t('span', { from: formatDate(validFrom), to: formatDate(validTo) });
  if (Date.parse(validTo) < now) return <StateMark kind="stopped">{`${t('expired')}: ${span}`}</StateMark>;
  return Date.parse(validFrom) > now ? <StateMark kind="ahead">{`${t('notYet')}: ${span}`}</StateMark> : span;
}

function OwnFacts({ own }: { own: NonNullable<Trust['own']> }): ReactNode {
  const t = useT(securityMessages);
  return (
    <Details
      items={[
        { label: t('subject'), value: own.subject },
        { label: t('issuer'), value: own.issuer },
        { label: t('validity'), value: <Validity facts={own} /> },
        { label: t('fingerprint'), value: <code className="lt-partners__fingerprint">{own.fingerprint}</code>, wide: true },
      ]}
    />
  );
}

function Acting({ partner, open, onClose }: { partner: Partner; open: Exclude<Open, 'signing'>; onClose: () => void }): ReactNode {
  const t = useT(securityMessages);
  const api = useApi();
  const url = `${PARTNERS}/${partner.id}`;
  if (open === 'add') return <AddAnchor partner={partner} onClose={onClose} />;
  if (open === 'own') return <ReplaceOwn url={url} onClose={onClose} />;
  if (open === 'remove-own') return <ActDialog topics={['exchange']} title={t('ownRemove')} text={t('ownRemoveText')} verb={t('ownRemove')} danger send={() => api.del(`${url}/own-certificate`)} done={t('ownRemoved')} onClose={onClose} />;
  const { subject, fingerprint } = open.withdraw;
  return <ActDialog topics={['exchange']} title={t('withdrawTitle')} text={t('withdrawText', { subject })} verb={t('withdraw')} danger send={() => api.del(`${url}/anchors/${encodeURIComponent(fingerprint)}`)} done={t('withdrawn')} onClose={onClose} />;
}

function AddAnchor({ partner, onClose }: { partner: Partner; onClose: () => void }): ReactNode {
  const t = useT(securityMessages);
  const api = useApi();
  const [file, setFile] = useState<File | undefined>();
  const send = async () => {
    const bytes = new Uint8Array((await file?.arrayBuffer()) ?? new ArrayBuffer(0));
    return api.post(`${PARTNERS}/${partner.id}/anchors`, { content: btoa(String.fromCharCode(...bytes)), fileName: file?.name ?? '' });
  };
  return (
    <ActDialog topics={['exchange']} title={t('addAnchor')} text={t('addAnchorText', { name: partner.name })} verb={t('addAnchor')} disabled={file === undefined || file.size > MOST_BYTES} send={send} done={t('anchorAdded')} onClose={onClose}>
      {(problem) => <SmallFile label={t('certificateFile')} accept=".cer,.crt,.pem,.der" file={file} onChange={setFile} error={problem('content')} />}
    </ActDialog>
  );
}

function ReplaceOwn({ url, onClose }: { url: string; onClose: () => void }): ReactNode {
  const t = useT(securityMessages);
  const api = useApi();
  const [certificate, setCertificate] = useState<File | undefined>();
  const [key, setKey] = useState<File | undefined>();
  const send = async () => api.put(`${url}/own-certificate`, { certificate: await certificate?.text(), key: await key?.text() });
  return (
    <ActDialog topics={['exchange']} title={t('own')} text={t('ownReplaceText')} verb={t('ownReplace')} disabled={certificate === undefined || key === undefined} send={send} done={t('ownReplaced')} onClose={onClose}>
      {(problem) => (
        <>
          <SmallFile label={t('certificateFile')} accept=".crt,.cer,.pem" file={certificate} onChange={setCertificate} error={problem('certificate')} />
          <SmallFile label={t('keyFile')} accept=".key,.pem" file={key} onChange={setKey} error={problem('key')} />
        </>
      )}
    </ActDialog>
  );
}
