import Ellipsis from 'lucide-react/icons/ellipsis';
import type { ReactNode } from 'react';
import { useLanguage, useT } from '#ui/i18n.ts';
import { formatNumber } from '#ui/format.ts';
import { Link, useNavigation } from '#ui/navigation.tsx';
import { Menu } from '#ui/overlays/menu.tsx';
import type { CountSource } from '#ui/web-module.ts';
import { messages } from './messages.ts';
import { isAt, type ShownPlace } from './places.ts';
import { useCount } from './use-count.ts';
import { Sign } from './sign.tsx';
import './rail.css';

const onPhone = 4;

/** The places of work: a line with stations at the left edge, on a phone a bar at the foot. */
export function Rail({ places }: { places: readonly ShownPlace[] }): ReactNode {
  const t = useT(messages);
  const { navigate, path } = useNavigation();
  const rest = places.slice(onPhone);
  return (
    <nav className="lt-rail" aria-label={t('places')}>
      <Link to="/" className="lt-rail__sign" aria-label="Liên Thông">
        <Sign />
      </Link>
      <ul className="lt-rail__places">
        {places.map((place, index) => (
          <li key={place.id} className={index >= onPhone ? 'lt-rail__beyond-phone' : undefined}>
            <RailPlace place={place} here={isAt(place, path)} />
          </li>
        ))}
        {rest.length > 0 && (
          <li className="lt-rail__more">
            <Menu
              side="top"
              align="end"
              trigger={
                <button type="button" className="lt-rail__place" data-here={rest.some((place) => isAt(place, path)) ? '' : undefined}>
                  <Ellipsis size={20} aria-hidden="true" />
                  <span className="lt-rail__label">{t('more')}</span>
                </button>
              }
              entries={rest.map(({ id, label, icon, path: to }) => ({ id, label, icon, onSelect: () => navigate(to) }))}
            />
          </li>
        )}
      </ul>
    </nav>
  );
}

function RailPlace({ place, here }: { place: ShownPlace; here: boolean }): ReactNode {
  const { icon: Icon, label, short, path, badge } = place;
  return (
    <Link to={path} className="lt-rail__place" aria-current={here ? 'page' : undefined} data-here={here ? '' : undefined}>
      <span className="lt-rail__icon">
        <Icon size={20} aria-hidden="true" />
        {badge !== undefined && <RailCount source={badge} />}
      </span>
      {short === label ? (
        <span className="lt-rail__label">{label}</span>
      ) : (
        <>
          <span className="lt-rail__label lt-rail__label--long">{label}</span>
          <span className="lt-rail__label lt-rail__label--short">{short}</span>
        </>
      )}
    </Link>
  );
}

function RailCount({ source }: { source: CountSource }): ReactNode {
  const t = useT(messages);
  const { language } = useLanguage();
  const count = useCount(source) ?? 0;
  if (count === 0) return null;
  return (
    <span className="lt-rail__count">
      <span aria-hidden="true">{count > 99 ? '99+' : formatNumber(count, language)}</span>
      <span className="read-by-screen-reader">{t('waiting', { count })}</span>
    </span>
  );
}
