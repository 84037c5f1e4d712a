import { useEffect, useRef, type ReactNode } from 'react';
import { useToasts } from '#ui/feedback/toast.tsx';
import { useNavigation } from '#ui/navigation.tsx';
import type { CountSource } from '#ui/web-module.ts';
import { isAt, type ShownPlace } from './places.ts';
import { useCount } from './use-count.ts';

/** What the person settles at this moment, such as a signature by a touch, is no news. */
const NOTICE_AFTER_MS = 4000;

/** Says so, with a link there, when something new waits at a place that asks for it; on a phone the number beside it may be out of sight. */
export function PlaceNotices({ places }: { places: readonly ShownPlace[] }): ReactNode {
  return places.map((place) => (place.badge === undefined || place.notice === undefined ? null : <PlaceNotice key={place.id} place={place} source={place.badge} text={place.notice} />));
}

function PlaceNotice({ place, source, text }: { place: ShownPlace; source: CountSource; text: string }): ReactNode {
  const count = useCount(source);
  const told = useRef<number>(undefined);
  const toasts = useToasts();
  const { navigate, path } = useNavigation();
  useEffect(() => {
    if (count === undefined) return undefined;
    // What waited when the workplace was opened is told by the number beside the place.
    if (told.current === undefined || count <= told.current || isAt(place, path)) {
      told.current = count;
      return undefined;
    }
    const timer = setTimeout(() => {
      told.current = count;
      toasts.show({ tone: 'info', text, action: { label: place.label, run: () => navigate(place.path) } });
    }, NOTICE_AFTER_MS);
    return () => clearTimeout(timer);
  }, [count, navigate, path, place, text, toasts]);
  return null;
}
