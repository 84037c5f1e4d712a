import { useEffect, useRef, type ReactNode } from 'react';
import { useToasts } from '#ui/feedback/toast.tsx';
import { useNavigation } from '#ui/navigation.tsx';
import type { CountSource } from '#ui/web-module.ts';
import { isAt, type ShownPlace } from './places.ts';
import { useCount } from './use-count.ts';

/** Says so, with a link there, when something new waits at a place that asks for it; on a phone the number beside it may be out of sight. */
export function PlaceNotices({ places }: { places: readonly ShownPlace[] }): ReactNode {
  return places.map((place) => (place.badge === undefined || place.notice === undefined ? null : <PlaceNotice key={place.id} place={place} source={place.badge} text={place.notice} />));
}

function PlaceNotice({ place, source, text }: { place: ShownPlace; source: CountSource; text: string }): ReactNode {
  const count = useCount(source);
  const before = useRef<number>(undefined);
  const toasts = useToasts();
  const { navigate, path } = useNavigation();
  useEffect(() => {
    const known = before.current;
    before.current = count;
    // What waited when the workplace was opened is told by the number beside the place.
    if (count === undefined || known === undefined || count <= known || isAt(place, path)) return;
    toasts.show({ tone: 'info', text, action: { label: place.label, run: () => navigate(place.path) } });
  }, [count, navigate, path, place, text, toasts]);
  return null;
}
