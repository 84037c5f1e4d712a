import type { PersonActor } from '#kernel/actor.ts';
import { service, type Kernel } from '#kernel/kernel.ts';

/** A session as this process last read it. */
export type KnownSession = {
  actor: PersonActor;
  isAdministrator: boolean;
  lastSeenAt: Date;
  expiresAt: Date;
  rotatedAt: Date;
  /** The request came with the token before the last rotation. */
  isEarlierToken: boolean;
  /** When activity was last written to the row. */
  writtenAt: number;
  readAt: number;
};

/** How long a session, or an agency's name, is believed without asking the database again. */
export const BELIEF_MS = 5000;
const MOST_ENTRIES = 20_000;

export type SessionCache = {
  get(tokenHash: string): KnownSession | undefined;
  keep(tokenHash: string, known: KnownSession): void;
  /** Forgets the sessions of people, and believes nothing about them until their change has surely been committed. */
  forgetPeople(personIds: readonly string[]): void;
  forgetAgencies(agencyIds: readonly string[]): void;
};

/** The sessions that this process has seen lately. */
export const sessionCache: (kernel: Kernel) => SessionCache = service(Symbol('identity sessions'), (kernel) => {
  const entries = new Map<string, KnownSession>();
  const changing = new Map<string, number>();
  const now = (): number => kernel.clock.now().getTime();
  const forgetWhere = (matches: (known: KnownSession) => boolean): void => {
    for (const [hash, known] of entries) if (matches(known)) entries.delete(hash);
  };
  return {
    get(tokenHash) {
      const known = entries.get(tokenHash);
      return known !== undefined && now() - known.readAt <= BELIEF_MS ? known : undefined;
    },
    keep(tokenHash, known) {
      // Read while the person's change may not have been committed yet: good for this request only.
      const changedAt = changing.get(known.actor.personId);
      if (changedAt !== undefined) {
        if (now() - changedAt <= BELIEF_MS) return;
        changing.delete(known.actor.personId);
      }
      if (entries.size >= MOST_ENTRIES) entries.clear();
      entries.set(tokenHash, known);
    },
    forgetPeople(personIds) {
      const people = new Set(personIds);
      const at = now();
      for (const personId of people) changing.set(personId, at);
      forgetWhere((known) => people.has(known.actor.personId));
    },
    forgetAgencies(agencyIds) {
      const agencies = new Set(agencyIds);
      forgetWhere((known) => agencies.has(known.actor.agencyId) || agencies.has('*'));
    },
  };
});
