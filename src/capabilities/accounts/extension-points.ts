import type { PersonActor } from '#kernel/actor.ts';
import type { Kernel } from '#kernel/kernel.ts';

/** A sentence that every screen shows above, or null. Contributed under `identity.notices`. */
export type Notice = (kernel: Kernel, language: 'vi' | 'en') => string | null;
/** What a person may do in the present post, by name, for the screens. Contributed under `identity.abilities`. */
export type Abilities = (actor: PersonActor) => readonly string[];

export function noticeOf(kernel: Kernel, language: 'vi' | 'en'): string | null {
  const texts = contributed<Notice>(kernel, 'identity.notices').flatMap((notice) => notice(kernel, language) ?? []);
  return texts.length === 0 ? null : texts.join(' ');
}

export function abilitiesOf(kernel: Kernel, actor: PersonActor): string[] {
  return [...new Set(contributed<Abilities>(kernel, 'identity.abilities').flatMap((abilities) => abilities(actor)))];
}

function contributed<Contribution>(kernel: Kernel, point: string): Contribution[] {
  // safe because modules give to these two points by the types above
  return kernel.modules.flatMap((module) => (module.contributions?.[point] ?? []) as Contribution[]);
}
