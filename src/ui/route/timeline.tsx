import type { ReactNode } from 'react';
import { calendarDay, formatDate, formatDateTime, formatTime } from '../format.ts';
import { defineMessages, useT } from '../i18n.ts';
import type { RoutePerson } from './route-model.ts';
import './timeline.css';

export type Evidence = { label: string; value: ReactNode };

export type TimelineEvent = {
  id: string;
  at: string;
  /** Nobody: the system did it. */
  person?: RoutePerson | undefined;
  /** What was done, said after the name: "Trình ký", "Phát hành tới 3 nơi nhận". */
  text: ReactNode;
  /** What proves it: hash, signature, receipt. Folded away until asked for. */
  evidence?: readonly Evidence[] | undefined;
};

export type TimelineProps = { label: string; events: readonly TimelineEvent[] };

const messages = defineMessages({
  vi: { system: 'Hệ thống', evidence: 'Bằng chứng', onBehalfOf: 'thay {name}' },
  en: { system: 'The system', evidence: 'Evidence', onBehalfOf: 'for {name}' },
});

/** Who did what when, in which post, on whose behalf, with the evidence; day by day, in the given order. */
export function Timeline({ label, events }: TimelineProps): ReactNode {
  const days = [...Map.groupBy(events, (event) => calendarDay(new Date(event.at)))];
  return (
    <div className="lt-timeline" role="group" aria-label={label}>
      {days.map(([day, ofDay]) => (
        <section key={day} className="lt-timeline__day">
          <h3>{formatDate(day)}</h3>
          <ol>
            {ofDay.map((event) => (
              <Event key={event.id} event={event} />
            ))}
          </ol>
        </section>
      ))}
    </div>
  );
}

function Event({ event: { at, person, text, evidence = [] } }: { event: TimelineEvent }): ReactNode {
  const t = useT(messages);
  return (
    <li className="lt-timeline__event">
      <time dateTime={at} title={formatDateTime(at)}>
        {formatTime(at)}
      </time>
      <div>
        <p>
          <strong>{person?.name ?? t('system')}</strong>
          {person?.post !== undefined && <span className="lt-timeline__post">, {person.post}</span>}
          {person?.onBehalfOf !== undefined && <span className="lt-timeline__post"> ({t('onBehalfOf', { name: person.onBehalfOf })})</span>}: {text}
        </p>
        {evidence.length > 0 && (
          <details>
            <summary>{t('evidence')}</summary>
            <dl>
              {evidence.map(({ label, value }) => (
                <div key={label}>
                  <dt>{label}</dt>
                  <dd>{value}</dd>
                </div>
              ))}
            </dl>
          </details>
        )}
      </div>
    </li>
  );
}
