import type { ReactNode } from 'react';
import { DeadlineMark } from '#ui/data/deadline-mark.tsx';
import { StateMark, type StateKind } from '#ui/data/state-mark.tsx';
import { formatDateTime } from '#ui/format.ts';
import { useT } from '#ui/i18n.ts';
import { Section } from '#ui/layout/page.tsx';
import { Link } from '#ui/navigation.tsx';
import { RouteLine, type RouteStation } from '#ui/route/route-line.tsx';
import type { AssignmentView, IncomingDetail } from '../contract.ts';
import { handlingMessages } from './handling-messages.ts';
import './handling.css';

/** The way of the document inside the agency, who has it by whose word and by when, and the replies to it. */
export function HandlingTree({ document }: { document: IncomingDetail }): ReactNode {
  const t = useT(handlingMessages);
  const { assignments, replies } = document.handling;
  return (
    <>
      <RouteLine label={t('way')} stations={useStations(document)} now={new Date()} />
      <Section title={t('parts')}>{assignments.length === 0 ? <p className="lt-quiet">{t('noParts')}</p> : <Parts parts={assignments} parentId={null} />}</Section>
      {replies.length > 0 && (
        <Section title={t('replies')}>
          <ul className="lt-files">
            {replies.map((reply) => (
              <li key={reply.id}>
                <Link to={`/van-ban-di/${reply.id}`}>{reply.summary}</Link>{' '}
                <span className="lt-quiet">
                  {reply.number === null || reply.issuedAt === null
                    ? t('replyDraft', { name: reply.draftedBy, at: formatDateTime(reply.draftedAt) })
                    : t('replyIssued', { number: reply.number, at: formatDateTime(reply.issuedAt) })}
                </span>
              </li>
            ))}
          </ul>
        </Section>
      )}
    </>
  );
}

/** The stations that it passed, the one where it is, and those ahead; a document that ended early has none ahead. */
function useStations(document: IncomingDetail): RouteStation[] {
  const t = useT(handlingMessages);
  const { handling, state } = document;
  const { leader, result } = handling;
  const [first] = handling.assignments;
  const passed: (RouteStation | undefined)[] = [
    { id: 'arrived', label: t('step.arrived'), state: 'done', at: document.arrivedAt },
    station('registered', { at: document.registeredAt, people: document.registeredBy === null ? [] : [{ name: document.registeredBy }] }),
    station('submitted', { at: handling.submittedAt, people: leader === null ? [] : [{ name: leader.name, post: leader.title }], note: handling.note }),
    station('assigned', { at: handling.assignedAt, people: first === undefined ? [] : [{ name: first.assignedBy.name, post: first.assignedBy.title }] }),
    station('started', { at: handling.startedAt }),
    handling.isReviewed ? station('reported', { at: handling.reportedAt }) : undefined,
    station('completed', { at: handling.completedAt, people: handling.completedBy === null ? [] : [{ name: handling.completedBy }], note: result === null ? null : [t(`result.${result.kind}`), result.text].filter((text) => text !== '').join('. ') }),
  ];
  const isOver = state === 'refused' || state === 'recalled' || state === 'replaced';
  const stations = passed.flatMap((each) => each ?? []).filter((each) => each.state === 'done' || !isOver);
  if (state === 'completed') return stations.map((each) => (each.state === 'future' ? { ...each, state: 'skipped' as const } : each));
  if (isOver) return stations;
  const last = stations.findLastIndex((each) => each.state === 'done');
  return stations.map((each, index) => (index === last ? { ...each, state: 'present' as const, due: each.due ?? handling.dueAt ?? undefined } : each));

  function station(id: 'registered' | 'submitted' | 'assigned' | 'started' | 'reported' | 'completed', facts: { at: string | null; people?: RouteStation['people']; note?: string | null }): RouteStation {
    const label = t(`step.${id}`);
    if (facts.at === null) return { id, label, state: 'future' };
    return { id, label, state: 'done', at: facts.at, people: facts.people, note: facts.note ?? undefined };
  }
}

const partKinds: Record<AssignmentView['state'], StateKind> = { open: 'present', passed: 'ahead', done: 'done', released: 'stopped', ended: 'quiet' };

/** Parts below the part that they came from. */
function Parts({ parts, parentId }: { parts: readonly AssignmentView[]; parentId: string | null }): ReactNode {
  const own = parts.filter((part) => part.parentId === parentId);
  if (own.length === 0) return null;
  return (
    <ol className="lt-parts">
      {own.map((part) => (
        <li key={part.id}>
          <Part part={part} />
          <Parts parts={parts} parentId={part.id} />
        </li>
      ))}
    </ol>
  );
}

function Part({ part }: { part: AssignmentView }): ReactNode {
  const t = useT(handlingMessages);
  const { assignee, assignedBy } = part;
  const stands = part.state === 'open' || part.state === 'passed';
  const times = [
    t('assignedBy', { name: assignedBy.name, title: assignedBy.title, at: formatDateTime(part.assignedAt) }),
    part.openedAt === null ? (stands ? t('notOpened') : undefined) : t('openedAt', { at: formatDateTime(part.openedAt) }),
    part.endedAt === null ? undefined : t('endedAt', { at: formatDateTime(part.endedAt) }),
  ];
  return (
    <article className="lt-part" data-mine={part.isMine ? '' : undefined}>
      <header className="lt-part__head">
        <strong>{assignee.name}</strong>
        <span className="lt-quiet">{[assignee.title, assignee.unitName].filter((text) => text !== null).join(', ')}</span>
        <span className="lt-part__role">{t(`role.${part.role}`)}</span>
        <StateMark kind={partKinds[part.state]}>{t(`part.${part.state}`)}</StateMark>
        {(stands || part.state === 'done') && <DeadlineMark due={part.dueAt} now={new Date()} doneAt={part.endedAt ?? undefined} short />}
      </header>
      <blockquote className="lt-part__word">{part.instruction}</blockquote>
      <p className="lt-quiet">{times.filter((text) => text !== undefined).join(' · ')}</p>
      {part.extensionReason !== null && <p className="lt-quiet">{t('extended', { reason: part.extensionReason })}</p>}
      {part.progress !== null && <p>{t('progressAt', { at: formatDateTime(part.progress.at), text: part.progress.text })}</p>}
      {part.outcome !== null && part.outcome !== '' && <p>{t(part.state === 'released' ? 'releaseReason' : 'outcome', { text: part.outcome })}</p>}
    </article>
  );
}
