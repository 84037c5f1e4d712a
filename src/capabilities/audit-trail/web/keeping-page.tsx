import Clock from 'lucide-react/icons/clock';
import ScrollText from 'lucide-react/icons/scroll-text';
import { useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { Table } from '#ui/data/table.tsx';
import { EmptyState } from '#ui/feedback/empty-state.tsx';
import { ErrorState } from '#ui/feedback/error-state.tsx';
import { Skeleton, SkeletonGroup } from '#ui/feedback/skeleton.tsx';
import { formatDate, formatDateTime } from '#ui/format.ts';
import { useT, type Translate } from '#ui/i18n.ts';
import { Page, Section } from '#ui/layout/page.tsx';
import { useNavigation } from '#ui/navigation.tsx';
import type { Keeping } from '../contract.ts';
import { LiftDialog, RuleDialog } from './keeping-dialogs.tsx';
import { messages, modules, type MessageKey } from './messages.ts';

/** For how long the record is kept, and what is held back from that. */
export function KeepingPage(): ReactNode {
  const t = useT(messages);
  const api = useApi();
  const { navigate } = useNavigation();
  const keeping = useQuery({ queryKey: ['audit-trail', 'keeping'], queryFn: ({ signal }) => api.get<Keeping>('/api/v1/audit-trail/keeping', { signal }) });
  return (
    <Page
      title={t('keepingTitle')}
      subtitle={t('keepingText')}
      actions={
        <Button icon={ScrollText} onClick={() => navigate('/nhat-ky')}>
          {t('back')}
        </Button>
      }
    >
      {keeping.error !== null ? (
        <ErrorState error={keeping.error} onRetry={() => void keeping.refetch()} />
      ) : keeping.data === undefined ? (
        <SkeletonGroup>
          <Skeleton shape="block" height="40vh" />
        </SkeletonGroup>
      ) : (
        <Loaded keeping={keeping.data} />
      )}
    </Page>
  );
}

function Loaded({ keeping }: { keeping: Keeping }): ReactNode {
  const t = useT(messages);
  const [isSetting, setSetting] = useState(false);
  const [lifting, setLifting] = useState<string | undefined>();
  return (
    <>
      <Section
        title={t('rules')}
        actions={
          keeping.abilities.includes('rule') && (
            <Button icon={Clock} onClick={() => setSetting(true)}>
              {t('addRule')}
            </Button>
          )
        }
      >
        {keeping.rules.length === 0 ? <EmptyState title={t('noRules')} /> : <Rules keeping={keeping} />}
        {keeping.due > 0 && <p>{t('due', { count: keeping.due })}</p>}
      </Section>
      <Section title={t('holds')}>
        <p className="lt-quiet">{t('holdText')}</p>
        {keeping.holds.length === 0 ? <EmptyState title={t('noHolds')} /> : <Holds keeping={keeping} onLift={setLifting} />}
      </Section>
      {isSetting && <RuleDialog onClose={() => setSetting(false)} />}
      {lifting !== undefined && <LiftDialog id={lifting} onClose={() => setLifting(undefined)} />}
    </>
  );
}

function Rules({ keeping }: { keeping: Keeping }): ReactNode {
  const t = useT(messages);
  return (
    <Table
      caption={t('rules')}
      hideCaption
      rows={keeping.rules}
      rowId={(rule) => `${rule.typePrefix} ${rule.validFrom}`}
      columns={[
        { id: 'module', label: t('module'), render: (rule) => moduleName(rule.typePrefix, t) },
        { id: 'years', label: t('years'), render: (rule) => t('yearsValue', { count: rule.keepYears }) },
        { id: 'from', label: t('validFrom'), render: (rule) => formatDate(rule.validFrom) },
        { id: 'to', label: t('validTo'), render: (rule) => (rule.validTo === null ? '–' : formatDate(rule.validTo)) },
        { id: 'basis', label: t('basis'), render: (rule) => rule.legalBasis },
      ]}
    />
  );
}

function moduleName(prefix: string, t: Translate<MessageKey>): string {
  const module = modules.find((each) => `${each}.` === prefix);
  return module === undefined ? prefix : t(`module.${module}`);
}

function Holds({ keeping, onLift }: { keeping: Keeping; onLift: (id: string) => void }): ReactNode {
  const t = useT(messages);
  return (
    <Table
      caption={t('holds')}
      hideCaption
      rows={keeping.holds}
      rowId={(hold) => hold.id}
      columns={[
        { id: 'scope', label: t('holdScope'), render: (hold) => scopeText(hold, t) },
        { id: 'reason', label: t('reason'), render: (hold) => hold.reason },
        { id: 'placed', label: t('placed'), render: (hold) => `${hold.placedBy}, ${formatDateTime(hold.placedAt)}` },
        { id: 'state', label: t('state'), render: (hold) => (hold.liftReason === null ? t('inForce') : t('lifted', { reason: hold.liftReason })) },
        {
          id: 'lift',
          label: '',
          render: (hold) =>
            hold.liftedAt === null &&
            keeping.abilities.includes('hold') && (
              <Button size="small" onClick={() => onLift(hold.id)}>
                {t('lift')}
              </Button>
            ),
        },
      ]}
    />
  );
}

function scopeText(hold: Keeping['holds'][number], t: Translate<MessageKey>): string {
  const parts = [
    ...(hold.agencyName === null ? [] : [t('wholeAgency', { name: hold.agencyName })]),
    ...(hold.subject === null ? [] : [t('aboutSubject', { id: `${hold.subject.type} ${hold.subject.id}` })]),
    ...(hold.personId === null ? [] : [t('byPerson', { id: hold.personId })]),
    ...(hold.from === null && hold.to === null ? [] : [t('span', { from: hold.from === null ? '…' : formatDate(hold.from), to: hold.to === null ? '…' : formatDate(hold.to) })]),
  ];
  return parts.join(' · ');
}
