export type Attention = {
  /** The person did something: typed, pointed, scrolled. */
  noteInput: () => void;
  /** A request was sent that the server takes for activity. */
  noteActivity: () => void;
  /** Whether nobody has touched the screen lately, so that what it asks by itself is no activity of a person. */
  isUnattended: () => boolean;
};

/** A request so soon after an input is that of the person. */
const ATTENDED_MS = 5_000;
/** Somebody who reads without asking the server for anything is still at work: the server hears of it at most so often. */
const TELL_MS = 60_000;

/**
 * Knows whether somebody is at the screen. A session ends after idle minutes (TCVN 14423:2026, 5.5.2.2), which live updates
 * must not put off, while reading a long document must.
 * @param onReturn called at an input when the server has not heard of the person for a minute.
 */
export function createAttention({ now, onReturn }: { now: () => number; onReturn: () => void }): Attention {
  let lastInputAt = now(); // opening the page is one
  let lastActivityAt = lastInputAt;
  return {
    noteInput: () => {
      lastInputAt = now();
      if (lastInputAt - lastActivityAt < TELL_MS) return;
      lastActivityAt = lastInputAt;
      onReturn();
    },
    noteActivity: () => {
      lastActivityAt = now();
    },
    isUnattended: () => now() - lastInputAt > ATTENDED_MS,
  };
}

/** Hears every input of this page, for as long as the page lives. */
export function watchInput({ noteInput }: Pick<Attention, 'noteInput'>): void {
  for (const kind of ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchmove'] as const) {
    window.addEventListener(kind, noteInput, { capture: true, passive: true });
  }
}
