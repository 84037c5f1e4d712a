/** So far ahead of ours a partner's clock may be. */
const AHEAD_MS = 5 * 60_000;
/** Some write no seconds. */
const COARSE_MS = 60_000;

/**
 * When something counts that a system outside tells with a time of its own clock: then, unless it cannot have happened then, before the
 * document was sent or in the future as it was heard. Otherwise it counts from when it was heard.
 */
export function countedAt(told: Date, known: { sentAt: Date; heardAt: Date }): Date {
  const isPossible = told.getTime() >= known.sentAt.getTime() - COARSE_MS && told.getTime() <= known.heardAt.getTime() + AHEAD_MS;
  return isPossible ? told : known.heardAt;
}
