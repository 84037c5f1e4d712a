import type { PersonActor } from '#kernel/actor.ts';

/** Who signs in an own name as part of the post; an agency's seal is applied by its clerk in person (30/2020/NĐ-CP Art. 32.2) and not from afar. */
const SIGNERS = ['leader', 'unit_head', 'chief_of_office'];

/** Who registers applications: the province's administrator. The place of approvals in the rail is for those who sign. Whoever else is asked once finds the page by the task. */
export function abilitiesInRemoteSigning(actor: PersonActor): readonly string[] {
  return [
    ...(actor.roles.some((role) => SIGNERS.includes(role)) ? ['remote-signing.approve'] : []),
    ...(actor.roles.includes('province_admin') ? ['remote-signing.keep-clients'] : []),
  ];
}
