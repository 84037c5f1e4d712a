import type { CSSProperties, ReactNode } from 'react';
import { formatDateTime } from '../format.ts';
import { useT } from '../i18n.ts';
import { routeMessages, type RouteTranslate } from './route-messages.ts';
import { arrivedBranches, timesBetween, trackLength, type RouteStation } from './route-model.ts';
import './route-inline.css';

export type RouteInlineProps = {
  stations: readonly RouteStation[];
  /** Names the way for screen readers: "Đường đi của văn bản 12/SNV-VP". */
  label: string;
};

/** The route line 16 px high, for a row of a list: stations by shape, track by time, the fork with how many arrived. */
export function RouteInline({ stations, label }: RouteInlineProps): ReactNode {
  const t = useT(routeMessages);
  const times = timesBetween(stations);
  return (
    <ol className="lt-route-inline" aria-label={label}>
      {stations.map((station, index) => (
        <li key={station.id} data-state={station.state} title={stationTitle(t, station)} style={trackStyle(times[index])}>
          <span className="lt-route-inline__mark" aria-hidden="true" />
          <span className="read-by-screen-reader">{stationTitle(t, station)}</span>
          {station.branches !== undefined && station.branches.length > 0 && <Fork station={station} />}
        </li>
      ))}
    </ol>
  );
}

function Fork({ station }: { station: RouteStation }): ReactNode {
  const t = useT(routeMessages);
  const { branches = [] } = station;
  const arrived = arrivedBranches(branches);
  return (
    <span className="lt-route-inline__fork" data-complete={arrived === branches.length ? '' : undefined}>
      <svg width="14" height="16" viewBox="0 0 14 16" fill="none" stroke="currentColor" strokeWidth="1.5" aria-hidden="true">
        <path d="M0 8h3c3 0 3-5 6-5h2M3 8h8M3 8c3 0 3 5 6 5h2" />
      </svg>
      <span aria-hidden="true">
        {arrived}/{branches.length}
      </span>
      <span className="read-by-screen-reader">{t('arrived', { arrived, count: branches.length })}</span>
    </span>
  );
}

function stationTitle(t: RouteTranslate, { label, state, people = [], at }: RouteStation): string {
  const names = people.map(({ name }) => name).join(', ');
  return [`${label}: ${t(state)}`, names, at === undefined ? '' : formatDateTime(at)].filter((part) => part !== '').join(' · ');
}

function trackStyle(timeMs: number | undefined): CSSProperties {
  // safe because a custom property is a plain style declaration that React's type does not list
  return { '--track': `${String(Math.round(8 + 18 * trackLength(timeMs)))}px` } as CSSProperties;
}
