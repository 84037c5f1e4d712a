import { createHash } from 'node:crypto';

/** What a code opened: activation data that still cover some signatures. */
type Activation = { sad: string; left: number; until: number };

/**
 * Remembers, in this process only and for minutes, what the codes that people typed have opened: several signatures of one act, each over the one
 * before, need one code and not one each. Codes are kept as hashes.
 */
export type Activations = {
  /** Takes the open activation out, if there is one for so many signatures. */
  take(key: string, count: number): { sad: string; left: number } | undefined;
  /** Whether one signature could be taken. */
  covers(key: string): boolean;
  keep(key: string, activation: { sad: string; left: number }): void;
  /** Notes that the service took the code: refused from now on, it is not wrong but used. */
  noteUse(key: string): void;
  wasUsed(key: string): boolean;
};

const KEEP_MS = 5 * 60_000;
/** Past that the oldest are forgotten; a code that is refused then counts as wrong. */
const MOST_USED = 1000;

export function openActivations(): Activations {
  const open = new Map<string, Activation>();
  const used = new Set<string>();
  const forgetOld = (): void => {
    for (const [key, { until }] of open) if (performance.now() > until) open.delete(key);
  };
  return {
    take(key, count) {
      forgetOld();
      const found = open.get(key);
      if (found === undefined || found.left < count) return undefined;
      open.delete(key);
      return { sad: found.sad, left: found.left - count };
    },
    covers(key) {
      forgetOld();
      return (open.get(key)?.left ?? 0) > 0;
    },
    keep(key, activation) {
      if (activation.left > 0) open.set(key, { ...activation, until: performance.now() + KEEP_MS });
    },
    noteUse(key) {
      if (used.size >= MOST_USED) for (const oldest of [...used].slice(0, MOST_USED / 2)) used.delete(oldest);
      used.add(key);
    },
    wasUsed: (key) => used.has(key),
  };
}

/** The name of what opens a credential. */
export function activationKey(credentialID: string, { secret, code }: { secret: string | undefined; code: string }): string {
  return createHash('sha256').update(JSON.stringify([credentialID, secret, code])).digest('base64');
}
