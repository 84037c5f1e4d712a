import { useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import type { z } from 'zod';
import type { partnerKeys, rotated } from '#engines/exchange/contract.ts';
import { useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { TextField } from '#ui/controls/text-field.tsx';
import { DataList, type Column } from '#ui/data/data-list.tsx';
import { StateMark } from '#ui/data/state-mark.tsx';
import { EmptyState } from '#ui/feedback/empty-state.tsx';
import { ErrorState } from '#ui/feedback/error-state.tsx';
import { Skeleton } from '#ui/feedback/skeleton.tsx';
import { formatDateTime } from '#ui/format.ts';
import { useT, type Translate } from '#ui/i18n.ts';
import { Section } from '#ui/layout/page.tsx';
import { ActDialog } from '#ui/overlays/act-dialog.tsx';
import { HandOverDialog } from '#ui/overlays/hand-over-dialog.tsx';
import { securityMessages, type SecurityKey } from './security-messages.ts';
import './partners.css';
import { TrustPart } from './trust-part.tsx';
import { LOOK_AGAIN_MS, PARTNERS, type Partner } from './words.ts';

type Key = z.infer<typeof partnerKeys>['keys'][number];
type Rotated = z.infer<typeof rotated>;
type Open = { kind: 'replace' } | { kind: 'secret' } | { kind: 'end'; key: Key } | { kind: 'told'; rotated: Rotated };

/** By what a connection is secured: its keys, and the certificates by which its server is believed. */
export function SecurityPart({ partner }: { partner: Partner }): ReactNode {
  return (
    <>
      <Keys partner={partner} />
      <TrustPart partner={partner} />
    </>
  );
}

function Keys({ partner }: { partner: Partner }): ReactNode {
  const t = useT(securityMessages);
  const api = useApi();
  const [open, setOpen] = useState<Open | undefined>();
  const { data, error, refetch } = useQuery({ queryKey: ['exchange', 'partner-keys', partner.id], refetchInterval: LOOK_AGAIN_MS, queryFn: ({ signal }) => api.get<{ keys: Key[] }>(`${PARTNERS}/${partner.id}/keys`, { signal }) });
  if (error !== null) return <ErrorState compact error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <Skeleton shape="block" height="10rem" />;
  const { keys } = data;
  const isSecret = partner.protocol === 'national_axis';
  const mayReplace = keys.some(({ abilities }) => abilities.includes('replace'));
  const columns: Column<Key>[] = [
    { id: 'key', label: t('key'), main: true, narrow: 'title', render: (row) => <KeyName row={row} t={t} /> },
    { id: 'state', label: t('state'), width: '11rem', narrow: 'top', render: (row) => <StateMark kind={row.isInUse ? 'done' : 'present'}>{t(row.isInUse ? 'inUse' : 'former')}</StateMark> },
    { id: 'validity', label: t('validity'), width: '30%', narrow: 'below', render: (row) => <span className="lt-partners__side">{validityOf(row, t)}</span> },
    ...(keys.some(({ abilities }) => abilities.includes('end'))
      ? [
          {
            id: 'act',
            label: t('act'),
            width: '8.5rem',
            narrow: 'below' as const,
            render: (row: Key) =>
              row.abilities.includes('end') && (
                <Button size="small" variant="danger" onClick={() => setOpen({ kind: 'end', key: row })}>
                  {t('end')}
                </Button>
              ),
          },
        ]
      : []),
  ];
  return (
    <Section
      title={t('keys')}
      actions={
        mayReplace && (
          <Button size="small" onClick={() => setOpen({ kind: isSecret ? 'secret' : 'replace' })}>
            {t(isSecret ? 'replaceSecret' : 'replace')}
          </Button>
        )
      }
    >
      <DataList label={t('keys')} columns={columns} rows={keys} rowId={(row) => `${row.side} ${row.id}`} empty={<EmptyState title={t('noKeys')}>{t('noKeysText')}</EmptyState>} />
      {open !== undefined && <Acting partner={partner} open={open} setOpen={setOpen} />}
    </Section>
  );
}

function validityOf({ since, endsAt }: Key, t: Translate<SecurityKey>): string {
  if (endsAt !== null) return t('validUntil', { at: formatDateTime(endsAt) });
  return since === null ? t('validSinceUnknown') : t('validSince', { at: formatDateTime(since) });
}

function KeyName({ row, t }: { row: Key; t: Translate<SecurityKey> }): ReactNode {
  return (
    <span className="lt-partners__side">
      <span>{row.fingerprint === null ? t('secret') : t(`side.${row.side}`)}</span>
      {row.fingerprint !== null && <code className="lt-partners__fingerprint">{row.fingerprint}</code>}
    </span>
  );
}

function Acting({ partner, open, setOpen }: { partner: Partner; open: Open; setOpen: (open: Open | undefined) => void }): ReactNode {
  const t = useT(securityMessages);
  const api = useApi();
  const url = `${PARTNERS}/${partner.id}`;
  const close = () => setOpen(undefined);
  switch (open.kind) {
    case 'replace':
      return (
        <ActDialog
          topics={['exchange']}
          title={t('replace')}
          text={t('replaceText', { name: partner.name })}
          verb={t('replace')}
          send={() => api.post<Rotated>(`${url}/rotate`)}
          done={t('replaced')}
          onDone={(done) => setOpen({ kind: 'told', rotated: done })}
          onClose={close}
        />
      );
    case 'told': {
      const { fingerprint, formerEndsAt } = open.rotated;
      const note = formerEndsAt === null ? {} : { note: t('handOverFormer', { at: formatDateTime(formerEndsAt) }) };
      return <HandOverDialog title={t('handOver')} text={t('handOverText')} parts={[{ label: t('fingerprint'), value: fingerprint, ...note }]} onClose={close} />;
    }
    case 'end': {
      const { id, side, fingerprint } = open.key;
      const text = [t('endText', { fingerprint: `${(fingerprint ?? '').slice(0, 9)}…` }), ...(side === 'ours' ? [t('endOurs')] : [])].join(' ');
      return <ActDialog topics={['exchange']} title={t('end')} text={text} verb={t('end')} danger send={() => api.del(`${url}/keys/${id}`)} done={t('ended')} onClose={close} />;
    }
    case 'secret':
      return <ReplaceSecret url={url} onClose={close} />;
  }
}

function ReplaceSecret({ url, onClose }: { url: string; onClose: () => void }): ReactNode {
  const t = useT(securityMessages);
  const api = useApi();
  const [secret, setSecret] = useState('');
  return (
    <ActDialog topics={['exchange']} title={t('replaceSecret')} text={t('replaceSecretText')} verb={t('replaceSecret')} disabled={secret.trim() === ''} send={() => api.put(`${url}/shared-secret`, { secret })} done={t('secretReplaced')} onClose={onClose}>
      {(problem) => <TextField type="password" label={t('newSecret')} required autoComplete="off" value={secret} onChange={setSecret} error={problem('secret')} />}
    </ActDialog>
  );
}
