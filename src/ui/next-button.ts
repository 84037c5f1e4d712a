import { useEffect, useRef, type RefObject } from 'react';

/**
 * Of a button that goes once what it did is done: then, and not before, the keyboard goes on with the first button left in its place. Takes whether
 * the button is offered; what it returns is called with true at the press, and with false where it came to nothing.
 */
export function useNextButton(place: RefObject<HTMLElement | null>, isOffered: boolean): (isExpected: boolean) => void {
  const isPressed = useRef(false);
  useEffect(() => {
    if (isOffered || !isPressed.current) return;
    isPressed.current = false;
    place.current?.querySelector('button')?.focus();
  }, [place, isOffered]);
  return (isExpected) => {
    isPressed.current = isExpected;
  };
}
