import { useState, type ReactNode } from 'react';
import { Button } from '#ui/controls/button.tsx';
import { Badge } from '#ui/data/badge.tsx';
import { StateMark } from '#ui/data/state-mark.tsx';
import { Table } from '#ui/data/table.tsx';
import { ErrorState } from '#ui/feedback/error-state.tsx';
import { Skeleton } from '#ui/feedback/skeleton.tsx';
import { formatDate } from '#ui/format.ts';
import { useT, type Translate } from '#ui/i18n.ts';
import { Detail } from '#ui/layout/detail.tsx';
import { Details } from '#ui/layout/details.tsx';
import { Section } from '#ui/layout/page.tsx';
import { Link, useParam } from '#ui/navigation.tsx';
import '#ui/layout/form.css';
import './accounts.css';
import type { AgencyPage } from '../contract.ts';
import { AgencyActions } from './agency-actions.tsx';
import { useAgencyPage } from './agency-choice.ts';
import { DelegationsView } from './delegations-view.tsx';
import { directoryMessages } from './directory-messages.ts';

type T = Translate<keyof (typeof directoryMessages)['vi']>;

/** One agency: what it is called, was called, who came before and after, who works there. */
export function AgencyDetailPage(): ReactNode {
  const t = useT(directoryMessages);
  const id = useParam('id');
  const page = useAgencyPage(id);
  if (page.error !== null) return <ErrorState error={page.error} onRetry={() => void page.refetch()} />;
  if (page.data === undefined) return <Skeleton shape="block" height="20rem" />;
  const { agency, people } = page.data;
  return (
    <Detail title={agency.name} lead={agency.code ?? undefined} marks={<Marks agency={agency} t={t} />} actions={<AgencyActions page={page.data} />}>
      <div className="lt-form">
        <Facts page={page.data} t={t} />
      </div>
      <Succession title={t('succeededBy')} links={page.data.successors} t={t} />
      <Succession title={t('succeeds')} links={page.data.predecessors} t={t} />
      <Subordinates key={agency.id} agencies={page.data.subordinates} t={t} />
      {agency.state === 'active' && <People people={people} t={t} />}
      <Units units={page.data.units} t={t} />
      {page.data.abilities.includes('administer-people') && (
        <Section title={t('delegations')}>
          <DelegationsView heading="h3" agency={agency} />
        </Section>
      )}
      <History page={page.data} t={t} />
    </Detail>
  );
}

function Marks({ agency, t }: { agency: AgencyPage['agency']; t: T }): ReactNode {
  if (agency.state === 'closed') return <StateMark kind="stopped">{t('closedMark')}</StateMark>;
  return agency.hosting === 'external' ? <Badge>{t('external')}</Badge> : null;
}

function Facts({ page, t }: { page: AgencyPage; t: T }): ReactNode {
  const { agency, parent } = page;
  return (
    <Details
      items={[
        { label: t('abbreviation'), value: agency.abbreviation },
        { label: t('oldCode'), value: agency.oldCode },
        { label: t('parent'), value: parent === null ? null : <Link to={`/danh-ba/${parent.id}`}>{parent.name}</Link> },
        { label: t('establishedOn'), value: formatDate(page.establishedOn) },
        { label: t('closedOn'), value: agency.closedOn === null ? null : formatDate(agency.closedOn) },
        { label: t('basis'), value: page.closingBasis },
        { label: t('note'), value: page.note, wide: true },
      ]}
    />
  );
}

function Succession({ title, links, t }: { title: string; links: AgencyPage['successors']; t: T }): ReactNode {
  if (links.length === 0) return null;
  return (
    <Section title={title}>
      <ul className="lt-accounts-list">
        {links.map((link) => (
          <li key={link.id}>
            <Link to={`/danh-ba/${link.id}`}>{link.name}</Link>
            <span className="lt-quiet">
              {t(kindKey(link.kind))}, {t('from', { from: formatDate(link.effectiveOn) })}
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}

const FIRST_SUBORDINATES = 10;

function Subordinates({ agencies, t }: { agencies: AgencyPage['subordinates']; t: T }): ReactNode {
  const [showsAll, setShowsAll] = useState(false);
  if (agencies.length === 0) return null;
  const shown = showsAll ? agencies : agencies.slice(0, FIRST_SUBORDINATES);
  return (
    <Section title={t('subordinates', { count: agencies.length })}>
      <ul className="lt-accounts-list lt-accounts-list--dense">
        {shown.map(({ id, name, code }) => (
          <li key={id}>
            <Link to={`/danh-ba/${id}`}>{name}</Link>
            <span className="lt-quiet">{code}</span>
          </li>
        ))}
      </ul>
      {shown.length < agencies.length && (
        <div className="lt-row">
          <Button size="small" onClick={() => setShowsAll(true)}>
            {t('allSubordinates', { count: agencies.length })}
          </Button>
        </div>
      )}
    </Section>
  );
}

function kindKey(kind: string): 'renamed' | 'merged' | 'split' | 'dissolved' | 'moved' {
  return (['renamed', 'merged', 'split', 'dissolved', 'moved'] as const).find((known) => known === kind) ?? 'moved';
}

function People({ people, t }: { people: AgencyPage['people']; t: T }): ReactNode {
  return (
    <Section title={t('people')}>
      {people.length === 0 ? (
        <p className="lt-quiet">{t('nobody')}</p>
      ) : (
        <Table
          caption={t('people')}
          hideCaption
          rows={people}
          rowId={(row) => row.postId}
          columns={[
            {
              id: 'name',
              label: t('person'),
              render: (row) => (
                <>
                  {row.name} {row.isInvented && <span className="lt-quiet">({t('invented')})</span>}
                </>
              ),
            },
            { id: 'title', label: t('post'), render: (row) => (row.signingPowers.length === 0 ? row.title : `${row.title} (${row.signingPowers.map((power) => `${power}.`).join(' ')})`) },
            ...(people.some((row) => row.unitName !== null) ? [{ id: 'unit', label: t('unit'), render: (row: AgencyPage['people'][number]) => row.unitName ?? '' }] : []),
          ]}
        />
      )}
    </Section>
  );
}

function Units({ units, t }: { units: AgencyPage['units']; t: T }): ReactNode {
  if (units.length === 0) return null;
  const nameOf = (id: string | null): string => units.find((unit) => unit.id === id)?.name ?? '';
  return (
    <Section title={t('units')}>
      <Table
        caption={t('units')}
        hideCaption
        rows={units}
        rowId={(unit) => unit.id}
        columns={[
          { id: 'name', label: t('unit'), render: (unit) => `${unit.name} (${unit.abbreviation})` },
          ...(units.some((unit) => unit.parentId !== null) ? [{ id: 'parent', label: t('partOf'), render: (unit: AgencyPage['units'][number]) => nameOf(unit.parentId) }] : []),
        ]}
      />
    </Section>
  );
}

function History({ page, t }: { page: AgencyPage; t: T }): ReactNode {
  const validity = (row: { validFrom: string; validTo: string | null }): string =>
    row.validTo === null ? t('from', { from: formatDate(row.validFrom) }) : t('fromTo', { from: formatDate(row.validFrom), to: formatDate(row.validTo) });
  return (
    <Section title={t('history')}>
      <Table
        caption={t('name')}
        hideCaption
        rows={page.names}
        rowId={(row) => row.validFrom}
        columns={[
          { id: 'name', label: t('name'), render: (row) => <WithReason reason={row.legalBasis}>{`${row.name} (${row.abbreviation})`}</WithReason> },
          { id: 'validity', label: t('validity'), render: validity },
        ]}
      />
      <Table
        caption={t('code')}
        hideCaption
        rows={page.codes}
        rowId={(row) => `${row.scheme} ${row.validFrom}`}
        columns={[
          {
            id: 'code',
            label: t('code'),
            render: (row) => (
              <WithReason reason={row.note}>
                <code>{row.code}</code>
              </WithReason>
            ),
          },
          { id: 'scheme', label: t('scheme'), render: (row) => t(row.scheme) },
          { id: 'validity', label: t('validity'), render: validity },
        ]}
      />
    </Section>
  );
}

/** What a record says, and under it the document or note that it stands on. */
function WithReason({ reason, children }: { reason: string | null; children: ReactNode }): ReactNode {
  return (
    <>
      {children}
      {reason !== null && <p className="lt-quiet">{reason}</p>}
    </>
  );
}
