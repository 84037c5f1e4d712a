import Calculator from 'lucide-react/icons/calculator';
import Download from 'lucide-react/icons/download';
import Printer from 'lucide-react/icons/printer';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { Select } from '#ui/controls/select.tsx';
import { oneOf } from '#ui/data/keyed-pages.ts';
import { Table } from '#ui/data/table.tsx';
import { EmptyState } from '#ui/feedback/empty-state.tsx';
import { ErrorState } from '#ui/feedback/error-state.tsx';
import { Forbidden } from '#ui/feedback/forbidden.tsx';
import { problemToast } from '#ui/feedback/problem-toast.ts';
import { Skeleton, SkeletonGroup } from '#ui/feedback/skeleton.tsx';
import { useToasts } from '#ui/feedback/toast.tsx';
import { formatDateTime, formatNumber } from '#ui/format.ts';
import { useLanguage, useT, type Translate } from '#ui/i18n.ts';
import { Page, Section } from '#ui/layout/page.tsx';
import { useMutation } from '#ui/mutation.ts';
import '#ui/layout/form.css';
import { Link, useSearch } from '#ui/navigation.tsx';
import { useAbility, useSession } from '#ui/session-context.tsx';
import { figureNames, flowGroups, type FigureName, type Figures, type StatisticsReply } from '../contract.ts';
import { deskMessages, type DeskKey } from './desk-messages.ts';
import { DeskNav } from './desk-nav.tsx';
import { MonthFields } from './month-fields.tsx';
import { chosenMonths } from './months.ts';
import { unsentMessages } from './unsent-messages.ts';

const address = '/api/v1/exchange-desk/statistics';
/** On the screen, what adds up; the files carry all. */
const shown = figureNames.filter((name) => name !== 'sentValid');

/** The figures of sending and receiving by agency, level and month (28/2018/QĐ-TTg Art. 11). */
export function StatisticsPage(): ReactNode {
  const t = useT(deskMessages);
  const api = useApi();
  const [search, setSearch] = useSearch();
  const mayRead = useAbility('exchange-desk.read');
  const mayOversee = useAbility('exchange-desk.oversee');
  const { agency } = useSession();
  const query = { ...chosenMonths(search, new Date()), level: oneOf(flowGroups, search['cap']) };
  const { data, error, refetch } = useQuery({ queryKey: ['exchange-desk', 'statistics', query], enabled: mayRead, queryFn: ({ signal }) => api.get<StatisticsReply>(address, { signal, query }) });
  return (
    <Page
      title={t('statisticsTitle')}
      subtitle={data === undefined ? undefined : [periodOf(data, t), mayOversee ? t(query.level ?? 'everyLevel') : agency.name, ...(data.countedAt === null ? [] : [t('statisticsLead', { at: formatDateTime(data.countedAt) })])].join(' · ')}
      actions={mayRead ? <Actions query={query} /> : undefined}
      bar={
        <>
          <DeskNav />
          <div className="lt-desk__fields">
            <MonthFields />
            {mayOversee && (
              <Select
                label={t('level')}
                value={query.level ?? ''}
                onChange={(value) => setSearch({ cap: value })}
                options={[{ value: '', label: t('everyLevel') }, ...flowGroups.filter((group) => group !== 'outside').map((value) => ({ value, label: t(value) }))]}
              />
            )}
          </div>
        </>
      }
    >
      {!mayRead ? (
        <Forbidden />
      ) : error !== null ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : data === undefined ? (
        <SkeletonGroup>
          <Skeleton shape="block" height="50vh" />
        </SkeletonGroup>
      ) : data.agencies.length === 0 && data.unsent.total === 0 ? (
        <EmptyState title={t('noFigures')}>{t('noFiguresText')}</EmptyState>
      ) : (
        <Shown statistics={data} />
      )}
    </Page>
  );
}

const monthWord = (month: string): string => `${month.slice(5, 7)}/${month.slice(0, 4)}`;

/** Said in words, so that it stands on paper too, where the fields do not. */
function periodOf({ from, to }: StatisticsReply, t: Translate<DeskKey>): string {
  return from === to ? t('oneMonth', { month: monthWord(from) }) : t('monthsBetween', { from: monthWord(from), to: monthWord(to) });
}

function Actions({ query }: { query: { from: string; to: string; level: string | undefined } }): ReactNode {
  const t = useT(deskMessages);
  const api = useApi();
  const toasts = useToasts();
  const mayKeep = useAbility('exchange-desk.keep');
  const rebuild = useMutation({
    mutationFn: () => api.post(`${address}/rebuild`),
    onSuccess: () => toasts.show({ tone: 'info', text: t('rebuilding') }),
    onError: (problem) => toasts.show(problemToast(problem)),
  });
  const parameters = new URLSearchParams({ from: query.from, to: query.to, ...(query.level === undefined ? {} : { level: query.level }) }).toString();
  return (
    <>
      {(['xlsx', 'pdf'] as const).map((ending) => (
        <a key={ending} className="lt-button lt-button--quiet" href={`${address}.${ending}?${parameters}`} download>
          <span className="lt-button__content">
            <Download size={16} aria-hidden="true" />
            {t(ending === 'xlsx' ? 'excel' : 'pdf')}
          </span>
        </a>
      ))}
      <Button icon={Printer} onClick={() => window.print()}>
        {t('print')}
      </Button>
      {mayKeep && (
        <Button icon={Calculator} loading={rebuild.isPending} onClick={() => rebuild.mutate()}>
          {t('rebuild')}
        </Button>
      )}
    </>
  );
}

function Shown({ statistics }: { statistics: StatisticsReply }): ReactNode {
  const t = useT(deskMessages);
  const { from, to } = statistics;
  const documentsOf = (agencyId: string): string => `/lien-thong/van-ban?co_quan=${agencyId}&tu=${from}&den=${to}`;
  return (
    <div className="lt-desk lt-figures">
      {statistics.levels.length > 1 && (
        <FigureTable title={t('byLevel')} first={t('level')} total={statistics.total} rows={statistics.levels.map((each) => ({ id: each.group, name: `${t(each.group)} (${t('agencyCount', { count: each.agencies })})`, figures: each.figures }))} />
      )}
      {statistics.months.length > 1 && <FigureTable title={t('byMonth')} first={t('monthColumn')} total={statistics.total} rows={statistics.months.map((each) => ({ id: each.month, name: monthWord(each.month), figures: each.figures }))} />}
      <FigureTable
        title={t('byAgency')}
        first={t('agency')}
        total={statistics.total}
        rows={statistics.agencies.map((each) => ({ id: each.agencyId, name: <Link to={documentsOf(each.agencyId)}>{each.name}</Link>, figures: each.figures }))}
      />
      <Unsent unsent={statistics.unsent} />
      <p className="lt-quiet">{t('measures')}</p>
    </div>
  );
}

/** They are not sent, so no figure above tells of them. */
function Unsent({ unsent }: { unsent: StatisticsReply['unsent'] }): ReactNode {
  const t = useT(unsentMessages);
  const desk = useT(deskMessages);
  const { language } = useLanguage();
  return (
    <Section title={t('section')}>
      {unsent.total === 0 ? (
        <p className="lt-quiet">{t('none')}</p>
      ) : (
        <>
          <Table
            caption={t('section')}
            hideCaption
            rows={unsent.agencies}
            rowId={(row) => row.agencyId}
            columns={[
              { id: 'agency', label: t('agency'), render: (row) => <span className="lt-desk__name">{row.name}</span> },
              { id: 'count', label: t('count'), align: 'end', render: (row) => formatNumber(row.count, language) },
            ]}
            foot={
              <tr>
                <th scope="row">{desk('total')}</th>
                <td data-align="end">{formatNumber(unsent.total, language)}</td>
              </tr>
            }
          />
          <p>
            <Link to="/lien-thong/chua-gui">{t('open')}</Link>
          </p>
        </>
      )}
    </Section>
  );
}

type FigureRow = { id: string; name: ReactNode; figures: Figures };

function FigureTable({ title, first, rows, total }: { title: string; first: string; rows: readonly FigureRow[]; total: Figures }): ReactNode {
  const t = useT(deskMessages);
  const { language } = useLanguage();
  const cell = (figures: Figures, name: FigureName): string => formatNumber(figures[name], language);
  return (
    <Section title={title}>
      <Table
        caption={title}
        hideCaption
        rows={rows}
        rowId={(row) => row.id}
        columns={[{ id: 'first', label: first, render: (row: FigureRow) => <span className="lt-desk__name">{row.name}</span> }, ...shown.map((name) => ({ id: name, label: t(`figure.${name}`), align: 'end' as const, render: (row: FigureRow) => cell(row.figures, name) }))]}
        foot={
          <tr>
            <th scope="row">{t('total')}</th>
            {shown.map((name) => (
              <td key={name} data-align="end">
                {cell(total, name)}
              </td>
            ))}
          </tr>
        }
      />
    </Section>
  );
}
