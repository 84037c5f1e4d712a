import Package from 'lucide-react/icons/package';
import Plus from 'lucide-react/icons/plus';
import { useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { Badge } from '#ui/data/badge.tsx';
import { DataList, type Column } from '#ui/data/data-list.tsx';
import { StateMark, type StateKind } from '#ui/data/state-mark.tsx';
import { EmptyState } from '#ui/feedback/empty-state.tsx';
import { Forbidden } from '#ui/feedback/forbidden.tsx';
import { formatDate, formatDateTime, formatRelative } from '#ui/format.ts';
import { useLanguage, useT } from '#ui/i18n.ts';
import '#ui/layout/form.css';
import { ListDetail } from '#ui/layout/list-detail.tsx';
import { Page } from '#ui/layout/page.tsx';
import { Outlet, useNavigation, useParam } from '#ui/navigation.tsx';
import { Menu } from '#ui/overlays/menu.tsx';
import { useAbility } from '#ui/session-context.tsx';
import { AddAxisDialog, AddSystemDialog, type Created } from './add-dialogs.tsx';
import { AcceptDialog, AcceptedDialog, InvitationDialog, InviteDialog, type Accepted, type Invited } from './invitation-dialogs.tsx';
import { messages } from './messages.ts';
import { securityMessages } from './security-messages.ts';
import { KeyDialog } from './shown-once.tsx';
import { LOOK_AGAIN_MS, PARTNERS, troublesOf, type Partner } from './words.ts';

/** All systems outside with which the province exchanges, and how each line is. */
export function PartnersPage(): ReactNode {
  const t = useT(messages);
  if (useAbility('exchange-partners.watch')) return <Partners />;
  return (
    <Page title={t('title')}>
      <Forbidden />
    </Page>
  );
}

function Partners(): ReactNode {
  const t = useT(messages);
  const api = useApi();
  const { navigate } = useNavigation();
  const openId = useParam('id');
  const columns = useColumns();
  const { data, error, isFetching, refetch } = useQuery({
    queryKey: ['exchange', 'partners'],
    refetchInterval: LOOK_AGAIN_MS,
    queryFn: ({ signal }) => api.get<{ partners: Partner[] }>(PARTNERS, { signal }),
  });
  return (
    <Page title={t('title')} width="full" actions={<Actions />}>
      <ListDetail
        listLabel={t('list')}
        detailLabel={t('detail')}
        onClose={() => navigate('/he-thong-ket-noi')}
        detail={openId === undefined ? undefined : <Outlet />}
        list={
          <DataList
            label={t('list')}
            storageKey="exchange-partners"
            columns={columns}
            rows={data?.partners}
            rowId={(partner) => partner.id}
            hrefOf={(partner) => `/he-thong-ket-noi/${partner.id}`}
            openId={openId}
            refreshing={isFetching && data !== undefined}
            error={error}
            onRetry={() => void refetch()}
            empty={<EmptyState title={t('empty')}>{t('emptyText')}</EmptyState>}
          />
        }
      />
    </Page>
  );
}

/** One word for how a system is: its own state before that of its line. */
export function PartnerMark({ partner }: { partner: Partner }): ReactNode {
  const t = useT(messages);
  if (partner.state !== 'active') return <StateMark kind={partner.state === 'suspended' ? 'stopped' : 'ahead'}>{t(`state.${partner.state}`)}</StateMark>;
  const kinds: Record<Partner['line']['circuit'], StateKind> = { closed: 'done', open: 'stopped', half_open: 'present' };
  // A line over which nothing ever went is not good yet, only not tried.
  if (partner.line.circuit === 'closed' && partner.line.lastSuccessAt === null) return <StateMark kind="ahead">{t('circuit.never')}</StateMark>;
  return <StateMark kind={kinds[partner.line.circuit]}>{t(`circuit.${partner.line.circuit}`)}</StateMark>;
}

const SOON_MS = 30 * 86_400_000;

/** A month is time enough to get a new certificate. */
function endsSoon(at: string | null): at is string {
  return at !== null && Date.parse(at) - Date.now() < SOON_MS;
}

function useColumns(): Column<Partner>[] {
  const t = useT(messages);
  const security = useT(securityMessages);
  const { language } = useLanguage();
  const now = new Date();
  return [
    {
      id: 'name',
      label: t('name'),
      main: true,
      narrow: 'title',
      render: (partner) => (
        <span className="lt-row">
          {partner.name} {partner.config['isSandbox'] === true && <Badge tone="warn">{t('sandbox')}</Badge>}
        </span>
      ),
    },
    { id: 'protocol', label: t('protocol'), width: '12rem', narrow: 'below', optional: true, render: (partner) => t(`protocol.${partner.protocol}`) },
    { id: 'line', label: t('line'), width: '9.5rem', narrow: 'below', render: (partner) => <PartnerMark partner={partner} /> },
    {
      id: 'waiting',
      label: t('waiting'),
      width: '9rem',
      narrow: 'below',
      // A vendor's system fetches what was laid out for it; to the others it is brought.
      render: ({ protocol, line }) => {
        if (line.waiting + line.sent === 0) return null;
        return protocol === 'provincial_axis' ? t('toFetch', { count: line.waiting + line.sent }) : line.waiting === 0 ? null : t('toSend', { count: line.waiting });
      },
    },
    {
      id: 'trouble',
      label: t('troubled'),
      width: '10rem',
      narrow: 'below',
      render: ({ line, securedUntil }) => {
        const words = [...(endsSoon(securedUntil) ? [security('endsSoon', { at: formatDate(securedUntil) })] : []), ...troublesOf(t, line)];
        return words.length === 0 ? null : words.join(', ');
      },
    },
    {
      id: 'contact',
      label: t('lastContact'),
      width: '9rem',
      narrow: 'below',
      optional: true,
      render: ({ line: { lastSuccessAt } }) =>
        lastSuccessAt === null ? (
          t('never')
        ) : (
          <time dateTime={lastSuccessAt} title={formatDateTime(lastSuccessAt)}>
            {formatRelative(lastSuccessAt, { now, language })}
          </time>
        ),
    },
  ];
}

type Open = { kind: 'add' | 'axis' | 'invite' | 'accept' } | { kind: 'key'; created: Created } | { kind: 'invitation'; invited: Invited } | { kind: 'accepted'; accepted: Accepted };

function Actions(): ReactNode {
  const t = useT(messages);
  const { navigate } = useNavigation();
  const mayKeep = useAbility('exchange-partners.keep');
  const [open, setOpen] = useState<Open | undefined>();
  const close = () => setOpen(undefined);
  return (
    <>
      {mayKeep && (
        <Menu
          trigger={
            <Button variant="primary" icon={Plus}>
              {t('addSystem')}
            </Button>
          }
          entries={[
            { id: 'add', label: t('protocol.provincial_axis'), onSelect: () => setOpen({ kind: 'add' }) },
            { id: 'axis', label: t('protocol.national_axis'), onSelect: () => setOpen({ kind: 'axis' }) },
            { id: 'invite', label: t('invite'), onSelect: () => setOpen({ kind: 'invite' }) },
            { id: 'accept', label: t('accept'), onSelect: () => setOpen({ kind: 'accept' }) },
          ]}
        />
      )}
      <Menu
        trigger={<Button icon={Package}>{t('packets')}</Button>}
        entries={[
          { id: 'quarantine', label: t('quarantine'), onSelect: () => navigate('/goi-cach-ly') },
          { id: 'transfers', label: t('transfers'), onSelect: () => navigate('/goi-gui-doi-tac') },
        ]}
      />
      {open?.kind === 'add' && <AddSystemDialog onClose={close} onDone={(created) => setOpen({ kind: 'key', created })} />}
      {open?.kind === 'axis' && <AddAxisDialog onClose={close} />}
      {open?.kind === 'invite' && <InviteDialog onClose={close} onDone={(invited) => setOpen({ kind: 'invitation', invited })} />}
      {open?.kind === 'accept' && <AcceptDialog onClose={close} onDone={(accepted) => setOpen({ kind: 'accepted', accepted })} />}
      {open?.kind === 'accepted' && <AcceptedDialog fingerprint={open.accepted.fingerprint} onClose={close} />}
      {open?.kind === 'key' && <KeyDialog systemId={open.created.systemId} secret={open.created.key.secret} expiresAt={open.created.key.expiresAt} onClose={close} />}
      {open?.kind === 'invitation' && <InvitationDialog text={open.invited.text} fingerprint={open.invited.fingerprint} onClose={close} />}
    </>
  );
}
