import { useState, type ReactNode } from 'react';
import { Button } from '../controls/button.tsx';
import { StateMark, type StateKind } from '../data/state-mark.tsx';
import { formatDateTime } from '../format.ts';
import { useT } from '../i18n.ts';
import { RouteInline } from './route-inline.tsx';
import { routeMessages } from './route-messages.ts';
import { countBranches, standingAt, type RouteBranch, type StationState } from './route-model.ts';
import './route-branches.css';

const shownAtFirst = 8;

const marks = { done: 'done', present: 'present', future: 'ahead', stopped: 'stopped', skipped: 'quiet' } as const satisfies Record<StationState, StateKind>;

/** How many recipients there are, and how many stand where. */
export function BranchCounts({ branches }: { branches: readonly RouteBranch[] }): ReactNode {
  const t = useT(routeMessages);
  return (
    <p className="lt-route__counts">
      <strong>{t('branches', { count: branches.length })}</strong>
      {countBranches(branches).map(({ label, state, count }) => (
        <StateMark key={label} kind={marks[state]}>
          {count} {label.toLocaleLowerCase('vi')}
        </StateMark>
      ))}
    </p>
  );
}

/** The ways to the recipients, each leaving the trunk with its own short line. */
export function RouteBranches({ branches }: { branches: readonly RouteBranch[] }): ReactNode {
  const t = useT(routeMessages);
  const [all, setAll] = useState(false);
  const many = branches.length > shownAtFirst;
  const shown = all || !many ? branches : branches.slice(0, shownAtFirst);
  return (
    <>
      <ol className="lt-route__branches">
        {shown.map((branch) => (
          <Branch key={branch.id} branch={branch} />
        ))}
      </ol>
      {many && (
        <Button variant="plain" size="small" className="lt-route__all" onClick={() => setAll(!all)}>
          {all ? t('showFewer') : t('showAll', { count: branches.length })}
        </Button>
      )}
    </>
  );
}

function Branch({ branch: { label, stations } }: { branch: RouteBranch }): ReactNode {
  const station = standingAt(stations);
  const people = station?.people?.map(({ name }) => name).join(', ') ?? '';
  return (
    <li className="lt-route__branch">
      <span className="lt-route__recipient">{label}</span>
      <RouteInline stations={stations} label={label} />
      {station !== undefined && (
        <span className="lt-route__arrival">
          <StateMark kind={marks[station.state]}>{station.label}</StateMark>
          <span className="lt-route__post">
            {[station.at === undefined ? '' : formatDateTime(station.at), people, station.note ?? ''].filter((part) => part !== '').join(' · ')}
          </span>
        </span>
      )}
    </li>
  );
}
