import type { ReactNode } from 'react';
import { calendarDay, formatDate, formatDateTime, formatDuration } from '../format.ts';
import { defineMessages, useLanguage, useT } from '../i18n.ts';
import './badge.css';

export type DeadlineMarkProps = {
  /** An instant, or a calendar day that ends at midnight in Vietnam. */
  due: string;
  now: Date;
  /** When it was finished: on time or how late. */
  doneAt?: string | undefined;
  /** In a dense list only the distance is written; the exact time is in the title. */
  short?: boolean;
};

const messages = defineMessages({
  vi: {
    late: 'Quá hạn {length}',
    near: 'Còn {length}',
    today: 'Hạn hôm nay',
    due: 'Hạn {date}',
    onTime: 'Đúng hạn',
    doneLate: 'Xong trễ {length}',
  },
  en: { late: '{length} late', near: '{length} left', today: 'Due today', due: 'Due {date}', onTime: 'On time', doneLate: 'Done {length} late' },
});

/** Closer than this is near. */
const nearMs = 86_400_000;

/** A deadline: far ones quiet, near ones rice yellow with a half-full disc, missed ones lacquer red with a full one. */
export function DeadlineMark({ due, now, doneAt, short = false }: DeadlineMarkProps): ReactNode {
  const t = useT(messages);
  const { language } = useLanguage();
  const isDay = due.length === 10;
  const endMs = isDay ? Date.parse(`${due}T23:59:59+07:00`) : Date.parse(due);
  const exact = isDay ? formatDate(due) : formatDateTime(due);
  const leftMs = endMs - (doneAt === undefined ? now.getTime() : Date.parse(doneAt));
  const kind = kindOf({ leftMs, done: doneAt !== undefined });
  const length = formatDuration(leftMs, language, short ? 1 : 2);
  const text = {
    done: t('onTime'),
    doneLate: t('doneLate', { length }),
    late: t('late', { length }),
    near: isDay && due === calendarDay(now) ? t('today') : t('near', { length }),
    far: t('due', { date: short ? formatDate(due) : exact }),
  }[kind];
  const look = { done: 'done', doneLate: 'stopped', late: 'late', near: 'near', far: 'quiet' }[kind];
  return (
    <span className={`lt-mark lt-mark--${look}`} title={exact}>
      <DeadlineShape kind={kind} />
      {text}
      {!short && kind !== 'far' && <span className="lt-mark__exact">({exact})</span>}
    </span>
  );
}

type Kind = 'done' | 'doneLate' | 'late' | 'near' | 'far';

function kindOf({ leftMs, done }: { leftMs: number; done: boolean }): Kind {
  if (done) return leftMs < 0 ? 'doneLate' : 'done';
  if (leftMs < 0) return 'late';
  return leftMs < nearMs ? 'near' : 'far';
}

/** An hourglass of a disc: empty far ahead, half at the approach, full with a mark when the time is over. */
function DeadlineShape({ kind }: { kind: Kind }): ReactNode {
  return (
    <svg width="12" height="12" viewBox="0 0 12 12" fill="none" stroke="currentColor" strokeWidth="1.5" aria-hidden="true">
      {kind === 'far' && <circle cx="6" cy="6" r="4.5" />}
      {kind === 'near' && (
        <>
          <circle cx="6" cy="6" r="4.75" />
          <path d="M6 1.25a4.75 4.75 0 0 1 0 9.5z" fill="currentColor" stroke="none" />
        </>
      )}
      {kind === 'late' && (
        <>
          <path d="M6 .5 12 11.5H0z" fill="currentColor" stroke="none" />
          <path d="M6 4.5v3.2M6 8.7V10" stroke="var(--sheet)" />
        </>
      )}
      {(kind === 'done' || kind === 'doneLate') && <path d="m1.5 6.5 3 3 6-7" strokeWidth="2" />}
    </svg>
  );
}
