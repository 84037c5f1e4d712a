import { useMemo } from 'react';
import { translate, useLanguage } from '#ui/i18n.ts';
import { useMaybeSession } from '#ui/session-context.tsx';
import type { Place, WebModule } from '#ui/web-module.ts';
import { isGuest } from './guests.ts';

/** A place as the rail shows it: its labels in the present language. */
export type ShownPlace = Omit<Place, 'label' | 'short'> & { label: string; short: string; /** What a notice says when the number beside it grows. */ notice: string | undefined };

/** The places that the present post may enter, in the order of the rail. */
export function usePlaces(modules: readonly WebModule[]): readonly ShownPlace[] {
  const { language } = useLanguage();
  const abilities = useMaybeSession()?.abilities;
  return useMemo(
    () =>
      modules
        .flatMap((module) =>
          module.places.map((place) => {
            const name = (key: string) => translate(module.messages, { language, key });
            const notice = place.badge?.notice === undefined ? undefined : name(place.badge.notice);
            return { ...place, label: name(place.label), short: name(place.short ?? place.label), notice };
          }),
        )
        .filter(({ forGuests }) => forGuests === true || !isGuest(abilities))
        .filter(({ ability }) => ability === undefined || abilities?.includes(ability) === true)
        .toSorted((a, b) => (a.order ?? 100) - (b.order ?? 100)),
    [modules, language, abilities],
  );
}

/** Whether the present path is a place or lies below it. */
export function isAt(place: ShownPlace, path: string): boolean {
  return path === place.path || path.startsWith(`${place.path}/`);
}
