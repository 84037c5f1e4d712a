import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import Plus from 'lucide-react/icons/plus';
import { useState, type ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { TextArea } from '#ui/controls/text-area.tsx';
import { DataList, type Column } from '#ui/data/data-list.tsx';
import { pagingOf, turnByKey } from '#ui/data/keyed-pages.ts';
import { StateMark, type StateKind } from '#ui/data/state-mark.tsx';
import { Tabs } from '#ui/data/tabs.tsx';
import { EmptyState } from '#ui/feedback/empty-state.tsx';
import { ErrorState } from '#ui/feedback/error-state.tsx';
import { Forbidden } from '#ui/feedback/forbidden.tsx';
import { formatDate, formatDateTime, formatDuration } from '#ui/format.ts';
import { useLanguage, useT, type Translate } from '#ui/i18n.ts';
import { Page, Section } from '#ui/layout/page.tsx';
import '#ui/layout/form.css';
import { useSearch } from '#ui/navigation.tsx';
import { ActDialog } from '#ui/overlays/act-dialog.tsx';
import { useAbility } from '#ui/session-context.tsx';
import type { AlertRow, AlertsReply, RuleRow, RulesReply } from '../contract.ts';
import { placeOf } from './alert-place.ts';
import { deskMessages } from './desk-messages.ts';
import { DeskNav } from './desk-nav.tsx';
import { RuleDialog } from './rule-dialog.tsx';

const LOOK_AGAIN_MS = 30_000;
const base = '/api/v1/exchange-desk';

/** What the rules found, who took note of it, and the rules themselves. */
export function AlertsPage(): ReactNode {
  const t = useT(deskMessages);
  const mayRead = useAbility('exchange-desk.read');
  const mayOversee = useAbility('exchange-desk.oversee');
  const [search, setSearch] = useSearch();
  const view = search['xem'] === 'all' ? 'all' : 'standing';
  return (
    <Page
      title={t('alertsTitle')}
      bar={
        <>
          <DeskNav />
          <Tabs label={t('state')} value={view} onChange={(id) => setSearch({ xem: id === 'all' ? id : undefined })} items={[{ id: 'standing', label: t('standing') }, { id: 'all', label: t('all') }]} />
        </>
      }
    >
      {mayRead ? (
        <div className="lt-desk">
          <Alerts view={view} />
          {mayOversee && <Rules />}
        </div>
      ) : (
        <Forbidden />
      )}
    </Page>
  );
}

const kinds: Record<AlertRow['state'], StateKind> = { open: 'stopped', acknowledged: 'present', over: 'done' };

function Alerts({ view }: { view: 'standing' | 'all' }): ReactNode {
  const t = useT(deskMessages);
  const api = useApi();
  const [taking, setTaking] = useState<AlertRow | undefined>();
  const pages = useInfiniteQuery({
    queryKey: ['exchange-desk', 'alerts', view],
    refetchInterval: LOOK_AGAIN_MS,
    queryFn: ({ signal, pageParam }) => api.get<AlertsReply>(`${base}/alerts`, { signal, query: { state: view, after: pageParam } }),
    ...turnByKey,
  });
  const rows = pages.data?.pages.flatMap((page) => page.rows);
  const columns: Column<AlertRow>[] = [
    { id: 'alert', label: t('alert'), width: '22%', narrow: 'top', render: (row) => <span className="lt-desk__whole">{row.rule}</span> },
    { id: 'about', label: t('about'), narrow: 'title', main: true, render: (row) => <span className="lt-desk__whole">{`${row.about}${detailOf(row, t)}`}</span> },
    { id: 'since', label: t('since'), width: '10rem', narrow: 'below', render: (row) => <time dateTime={row.since}>{formatDateTime(row.since)}</time> },
    { id: 'state', label: t('state'), width: '9rem', narrow: 'aside', render: (row) => <StateMark kind={kinds[row.state]}>{t(`state.${row.state}`)}</StateMark> },
    { id: 'note', label: t('note'), width: '22%', narrow: 'below', render: (row) => [row.acknowledgedBy === null || row.acknowledgedAt === null ? '' : t('by', { name: row.acknowledgedBy, at: formatDateTime(row.acknowledgedAt) }), row.note ?? ''].filter((part) => part !== '').join(': ') },
    ...(rows?.some(({ abilities }) => abilities.includes('acknowledge')) === true
      ? [
          {
            id: 'action',
            label: t('action'),
            width: '9rem',
            narrow: 'below' as const,
            render: (row: AlertRow) =>
              row.abilities.includes('acknowledge') && (
                <Button size="small" onClick={() => setTaking(row)}>
                  {t('acknowledge')}
                </Button>
              ),
          },
        ]
      : []),
  ];
  return (
    <>
      <DataList
        label={t('alertList')}
        columns={columns}
        rows={rows}
        rowId={(row) => row.id}
        hrefOf={placeOf}
        error={pages.error}
        onRetry={() => void pages.refetch()}
        paging={pagingOf(pages)}
        empty={
          <EmptyState kind="last" title={t('noAlerts')}>
            {t('noAlertsText')}
          </EmptyState>
        }
      />
      {taking !== undefined && <AcknowledgeDialog alert={taking} onClose={() => setTaking(undefined)} />}
    </>
  );
}

function detailOf({ cause, count, endsAt }: AlertRow, t: Translate<keyof (typeof deskMessages)['vi']>): string {
  const isEnd = cause === 'vendor_key' || cause === 'their_certificate' || cause === 'own_certificate';
  if (endsAt !== null && isEnd) return ` (${t(`ends.${cause}`, { on: formatDate(endsAt) })})`;
  if (cause === 'version_foreign') return ` (${t('foreignVersion')})`;
  if (cause === 'record_contradicts') return ` (${t('contradicted')})`;
  return count > 0 ? ` (${t(cause === 'not_fetched' ? 'unfetched' : 'count', { count })})` : '';
}

function AcknowledgeDialog({ alert, onClose }: { alert: AlertRow; onClose: () => void }): ReactNode {
  const t = useT(deskMessages);
  const api = useApi();
  const [note, setNote] = useState('');
  return (
    <ActDialog
      topics={['exchange-desk']}
      title={`${alert.rule}: ${alert.about}`}
      text={t('acknowledgeText')}
      verb={t('acknowledge')}
      send={() => api.post(`${base}/alerts/${alert.id}/acknowledge`, { note })}
      done={t('acknowledged')}
      onClose={onClose}
    >
      {(problem) => <TextArea label={t('note')} hint={t('noteHint')} optional value={note} onChange={setNote} maxLength={1000} rows={3} error={problem('note')} />}
    </ActDialog>
  );
}

function Rules(): ReactNode {
  const t = useT(deskMessages);
  const api = useApi();
  const { language } = useLanguage();
  const [editing, setEditing] = useState<RuleRow | 'new' | undefined>();
  const { data, error, refetch } = useQuery({ queryKey: ['exchange-desk', 'rules'], queryFn: ({ signal }) => api.get<RulesReply>(`${base}/alert-rules`, { signal }) });
  if (error !== null) return <ErrorState compact error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return null;
  const lasting = (minutes: number): string => formatDuration(minutes * 60_000, language);
  const mayKeep = data.abilities.includes('keep');
  const receivers = (rule: RuleRow): string => [...rule.agencyRoles.map((role) => t(`role.${role}`)), ...rule.keeperRoles.map((role) => t(`role.${role}`)), ...rule.posts.map((post) => post.name), ...rule.emails].join(', ');
  return (
    <Section
      title={t('rules')}
      actions={
        mayKeep && (
          <Button size="small" icon={Plus} onClick={() => setEditing('new')}>
            {t('addRule')}
          </Button>
        )
      }
    >
      <DataList
        label={t('rules')}
        rows={data.rules}
        rowId={(rule) => rule.id}
        empty={null}
        columns={[
          { id: 'name', label: t('ruleName'), narrow: 'title', main: true, render: (rule) => rule.name },
          { id: 'kind', label: t('ruleKind'), width: '16%', narrow: 'top', render: (rule) => <span className="lt-desk__whole">{t(`kind.${rule.kind}`)}</span> },
          { id: 'threshold', label: t('after'), width: '7rem', narrow: 'hidden', render: (rule) => lasting(rule.thresholdMinutes) },
          { id: 'quiet', label: t('again'), width: '8rem', narrow: 'hidden', render: (rule) => lasting(rule.quietMinutes) },
          { id: 'receivers', label: t('receivers'), width: '22%', narrow: 'below', render: receivers },
          { id: 'on', label: t('state'), width: '6rem', narrow: 'aside', render: (rule) => <StateMark kind={rule.isOn ? 'done' : 'quiet'}>{t(rule.isOn ? 'on.true' : 'on.false')}</StateMark> },
          ...(mayKeep
            ? [
                {
                  id: 'action',
                  label: t('action'),
                  width: '6rem',
                  narrow: 'below' as const,
                  render: (rule: RuleRow) => (
                    <Button size="small" aria-label={`${t('editRule')}: ${rule.name}`} onClick={() => setEditing(rule)}>
                      {t('editRule')}
                    </Button>
                  ),
                },
              ]
            : []),
        ]}
      />
      {!data.canMail && <p className="lt-quiet">{t('noMail')}</p>}
      {editing !== undefined && <RuleDialog rule={editing === 'new' ? undefined : editing} canMail={data.canMail} onClose={() => setEditing(undefined)} />}
    </Section>
  );
}
