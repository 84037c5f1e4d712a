import type { PersonActor } from '#kernel/actor.ts';
import type { CommandContext } from '#kernel/command.ts';
import { service } from '#kernel/kernel.ts';
import type { RouteContext } from '#kernel/route.ts';
import { vietnamDay } from '#kernel/time.ts';
import type { StoredFile } from './queries/get-file.ts';

/** Who opened what today, in this process: a viewer asks for the pieces of one file many times. */
const openings = service(Symbol('files.openings'), () => ({ day: '', seen: new Set<string>() }));
/** Beyond this many the day begins anew: some openings are then recorded twice, none is lost. */
const MOST_SEEN = 200_000;

/**
 * Records that a person opened a file, before the first byte leaves: once a day for each person and file (twice where several web processes
 * serve them). NĐ 30/2020 Appendix VI Part I asks for the history of access to each document.
 */
export async function recordOpening(http: RouteContext<PersonActor>, { id, name, sha256 }: StoredFile): Promise<void> {
  const memory = openings(http.kernel);
  const day = vietnamDay(http.kernel.clock.now());
  if (memory.day !== day || memory.seen.size >= MOST_SEEN) Object.assign(memory, { day, seen: new Set() });
  const key = `${http.actor.personId} ${http.actor.onBehalfOf?.personId ?? ''} ${id}`;
  if (memory.seen.has(key)) return;
  await http.run(opened, { agencyId: http.actor.agencyId, fileId: id, name, sha256 });
  memory.seen.add(key);
}

function opened(ctx: CommandContext, file: { agencyId: PersonActor['agencyId']; fileId: string; name: string; sha256: string }): Promise<void> {
  const { agencyId, fileId, name, sha256 } = file;
  ctx.record({ type: 'files.file-opened', agencyId, subject: { type: 'file', id: fileId }, data: { name, sha256 } });
  return Promise.resolve();
}
