import type { Id } from './ids.ts';

/** A person who acts in one post of one agency, perhaps on behalf of another person. */
export type PersonActor = {
  kind: 'person';
  personId: Id<'person'>;
  name: string;
  agencyId: Id<'agency'>;
  unitId: Id<'unit'> | null;
  postId: Id<'post'>;
  postTitle: string;
  roles: readonly string[];
  sessionId: string;
  /** Set while acting under a delegation of another agency: that of the own post, where the own certificate is. */
  ownAgencyId?: Id<'agency'>;
  /** Set while acting under a delegation: both people are recorded. */
  onBehalfOf?: { personId: Id<'person'>; name: string; postId: Id<'post'>; postTitle: string };
};

export type SystemActor = { kind: 'system'; name: string };
export type AnonymousActor = { kind: 'anonymous' };
export type Actor = PersonActor | SystemActor | AnonymousActor;

export function systemActor(name: string): SystemActor {
  return { kind: 'system', name };
}

export const anonymous: AnonymousActor = { kind: 'anonymous' };

/** The actor as the audit record and the timeline keep it: names as they were on the day. */
export type ActorRecord = {
  kind: Actor['kind'];
  name?: string;
  personId?: string;
  postId?: string;
  postTitle?: string;
  agencyId?: string;
  onBehalfOf?: { personId: string; name: string; postId: string; postTitle: string };
};

export function actorRecord(actor: Actor): ActorRecord {
  if (actor.kind === 'anonymous') return { kind: 'anonymous' };
  if (actor.kind === 'system') return { kind: 'system', name: actor.name };
  return {
    kind: 'person',
    name: actor.name,
    personId: actor.personId,
    postId: actor.postId,
    postTitle: actor.postTitle,
    agencyId: actor.agencyId,
    ...(actor.onBehalfOf === undefined ? {} : { onBehalfOf: actor.onBehalfOf }),
  };
}
