import type { CommandContext } from '#kernel/command.ts';
import { appointPost, createPerson, openAccount, type AgencyId, type Appointment, type CitizenNumber, type PersonId, type PostId } from '#engines/identity/index.ts';

export type Registration = {
  agencyId: AgencyId;
  fullName: string;
  citizenNumber?: CitizenNumber | undefined;
  login: string;
  passwordHash: string;
  post: Omit<Appointment, 'agencyId' | 'personId'>;
};

/** A new colleague: the person, the first post and the account, all or nothing. */
export async function registerPerson(ctx: CommandContext, input: Registration): Promise<{ personId: PersonId; postId: PostId }> {
  const { agencyId } = input;
  const personId = await createPerson(ctx, { agencyId, fullName: input.fullName, citizenNumber: input.citizenNumber });
  const postId = await appointPost(ctx, { ...input.post, agencyId, personId });
  await openAccount(ctx, { agencyId, personId, login: input.login, passwordHash: input.passwordHash, passwordIsLong: true });
  return { personId, postId };
}
