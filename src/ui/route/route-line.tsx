import type { CSSProperties, ReactNode } from 'react';
import { Avatar } from '../data/avatar.tsx';
import { DeadlineMark } from '../data/deadline-mark.tsx';
import { formatDateTime, formatDuration } from '../format.ts';
import { useLanguage, useT } from '../i18n.ts';
import { BranchCounts, RouteBranches } from './route-branches.tsx';
import { routeMessages } from './route-messages.ts';
import { timesBetween, trackLength, type RoutePerson, type RouteStation } from './route-model.ts';
import './route-line.css';

export type { RouteBranch, RoutePerson, RouteStation, StationState } from './route-model.ts';

export type RouteLineProps = {
  stations: readonly RouteStation[];
  /** Names the way for screen readers: "Đường đi của văn bản". */
  label: string;
  /** The present minute, for how long the thing has waited. */
  now: Date;
};

/**
 * The way of a thing, drawn like a railway's timetable: times at the left, the line with its stations, the people at
 * them, the time between them, the present place full, the future hollow, a branch for each recipient. In print and for
 * a screen reader it is an ordered list.
 */
export function RouteLine({ stations, label, now }: RouteLineProps): ReactNode {
  const times = timesBetween(stations);
  return (
    <div className="lt-route-frame">
      <ol className="lt-route" aria-label={label}>
        {stations.map((station, index) => (
          <Station key={station.id} station={station} nextTimeMs={times[index + 1]} nextState={stations[index + 1]?.state} now={now} />
        ))}
      </ol>
    </div>
  );
}

type StationProps = { station: RouteStation; nextTimeMs: number | undefined; nextState: RouteStation['state'] | undefined; now: Date };

function Station({ station, nextTimeMs, nextState, now }: StationProps): ReactNode {
  const t = useT(routeMessages);
  const { language } = useLanguage();
  const { label, state, people = [], at, note, branches = [] } = station;
  const ahead = nextState === 'future' || nextState === 'skipped';
  return (
    <li className="lt-route__station" data-state={state} data-ahead={ahead ? '' : undefined} aria-current={state === 'present' ? 'step' : undefined} style={trackStyle(nextTimeMs)}>
      <div className="lt-route__place" data-forks={branches.length > 0 ? '' : undefined}>
        <span className="lt-route__mark" aria-hidden="true" />
        <div className="lt-route__head">
          <span className="lt-route__label">{label}</span>
          {state === 'done' || state === 'future' ? <span className="read-by-screen-reader"> ({t(state)})</span> : <span className="lt-route__state"> {t(state)}</span>}
          {at !== undefined && <time dateTime={at}>{formatDateTime(at)}</time>}
        </div>
        {people.length > 0 && (
          <ul className="lt-route__people">
            {people.map((person) => (
              <Person key={`${person.name}${person.post ?? ''}`} person={person} />
            ))}
          </ul>
        )}
        {state === 'present' && <Waiting station={station} now={now} />}
        {note !== undefined && <blockquote className="lt-route__note">{note}</blockquote>}
        {branches.length > 0 && <BranchCounts branches={branches} />}
      </div>
      {branches.length > 0 && <RouteBranches branches={branches} />}
      {nextTimeMs !== undefined && nextTimeMs >= 60_000 && <p className="lt-route__between">{formatDuration(nextTimeMs, language)}</p>}
    </li>
  );
}

function Waiting({ station: { at, due }, now }: { station: RouteStation; now: Date }): ReactNode {
  const t = useT(routeMessages);
  const { language } = useLanguage();
  if (at === undefined && due === undefined) return null;
  return (
    <p className="lt-route__wait">
      {at !== undefined && <span>{t('waiting', { length: formatDuration(now.getTime() - Date.parse(at), language) })}</span>}
      {due !== undefined && <DeadlineMark due={due} now={now} />}
    </p>
  );
}

function Person({ person: { name, post, onBehalfOf } }: { person: RoutePerson }): ReactNode {
  const t = useT(routeMessages);
  return (
    <li>
      <Avatar name={name} size="small" />
      <span>
        {name}
        {post !== undefined && <span className="lt-route__post">, {post}</span>}
        {onBehalfOf !== undefined && <span className="lt-route__post"> ({t('onBehalfOf', { name: onBehalfOf })})</span>}
      </span>
    </li>
  );
}

function trackStyle(timeMs: number | undefined): CSSProperties {
  // safe because a custom property is a plain style declaration that React's type does not list
  return { '--track': `${(1.25 + 2.75 * trackLength(timeMs)).toFixed(2)}rem` } as CSSProperties;
}
