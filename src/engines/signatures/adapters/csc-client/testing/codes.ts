import { randomInt } from 'node:crypto';

/** A code beside the PIN: none; shown by a device of the person's; sent by SMS; the answer to a question. */
export type TestCodeKind = 'none' | 'offline' | 'online' | 'challenge';

/** The person's phone and device, as a test looks at them. */
export type TestCodes = {
  /** Codes that were sent, newest last. */
  sent: string[];
  /** What the device shows now. */
  onDevice: string;
  /** How long a sent code is good for. */
  lastsMs: number;
  /** Sent again before that, the service answers 429. */
  pauseMs: number;
};

export type CodeRules = {
  /** Undefined when the code is good, which uses it up. */
  check(kind: TestCodeKind, given: unknown): 'wrong' | 'expired' | undefined;
  /** @returns seconds to wait, or undefined when a code is on its way */
  send(): number | undefined;
};

/** What the specification and its services have in common: a code works once, for a while, and the next one makes the one before worthless. */
export function codeRules(codes: TestCodes): CodeRules {
  let open: { code: string; endsAt: number } | undefined;
  let sentAt = Number.NEGATIVE_INFINITY;
  const used = new Set<string>();
  return {
    check(kind, given) {
      if (kind === 'none') return undefined;
      if (kind === 'offline') {
        if (given !== codes.onDevice || used.has(codes.onDevice)) return 'wrong';
        used.add(codes.onDevice);
        return undefined;
      }
      if (open === undefined || open.code !== given) return 'wrong';
      if (performance.now() > open.endsAt) return 'expired';
      open = undefined;
      return undefined;
    },
    send() {
      const waitMs = sentAt + codes.pauseMs - performance.now();
      if (waitMs > 0) return Math.ceil(waitMs / 1000);
      sentAt = performance.now();
      open = { code: String(randomInt(1_000_000)).padStart(6, '0'), endsAt: sentAt + codes.lastsMs };
      codes.sent.push(open.code);
      return undefined;
    },
  };
}
