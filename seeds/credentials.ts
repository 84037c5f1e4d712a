import { systemActor } from '#kernel/actor.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { vietnamDay } from '#kernel/time.ts';
import { issueCredentials, type NewCredential } from '#engines/signatures/index.ts';
import { demoSealPng, demoSignaturePng } from '#engines/signatures/domain/pdf/demo-images/demo-images.ts';
import type { SeedPlan } from './seed-plan.ts';

/** One PIN for all demonstration keys. It is public, as the passwords are. */
export const DEMO_PIN = '202612';

/** Fewer rounds than a real key file: the PIN is public, and the first start should be short. */
const DEMO_ROUNDS = 10_000;
const AT_ONCE = 20;
const SIGNATURE_WIDTH_MM = 40;
/** The width at which the sample seals are put on paper; a real agency enters the width of its own seal. */
const SEAL_WIDTH_MM = 36;

/**
 * What is still missing of a plan: a start that was killed in the middle of the keys goes on with the rest. Only for the
 * invented people and their agencies; whoever was added later gets a key from an administrator.
 */
export async function missingCredentials(kernel: Kernel, plan: SeedPlan): Promise<SeedPlan> {
  const { rows } = await kernel.database.pool.query<{ agency_id: string; person_id: string | null }>('select agency_id, person_id from signatures.credential');
  const have = new Set(rows.map((row) => `${row.agency_id} ${row.person_id ?? ''}`));
  const invented = await kernel.database.pool.query<{ id: string }>('select id from identity.person where is_invented');
  const isInvented = new Set(invented.rows.map((row) => row.id));
  const people = plan.people.filter((person) => isInvented.has(person.personId) && !have.has(`${person.agencyId} ${person.personId}`));
  return { people, agencies: plan.agencies.filter((agency) => !have.has(`${agency.agencyId} `)) };
}

/** Issues a key and an image to everybody who signs and to every agency for its seal, from the built-in authority. */
export async function seedCredentials(kernel: Kernel, plan: SeedPlan, onProgress?: (done: number, all: number) => void): Promise<void> {
  const validFrom = vietnamDay(kernel.clock.now());
  const common = { pin: DEMO_PIN, rounds: DEMO_ROUNDS };
  const wanted: (() => NewCredential)[] = [
    ...plan.agencies.map((agency) => (): NewCredential => ({
      ...common,
      kind: 'agency',
      agencyId: agency.agencyId,
      name: agency.name,
      agencyCode: agency.code ?? agency.agencyId,
      image: { png: demoSealPng(agency.name), widthMm: SEAL_WIDTH_MM, validFrom },
    })),
    ...plan.people.map((person) => (): NewCredential => ({
      ...common,
      kind: 'person',
      agencyId: person.agencyId,
      personId: person.personId,
      name: person.name,
      organization: person.agencyName,
      title: person.title,
      image: { png: demoSignaturePng(person.name), widthMm: SIGNATURE_WIDTH_MM, validFrom },
    })),
  ];
  for (let from = 0; from < wanted.length; from += AT_ONCE) {
    // Images are drawn batch by batch, so that they never all lie in memory.
    await issueCredentials(kernel, wanted.slice(from, from + AT_ONCE).map((make) => make()), { actor: systemActor('seeds') });
    onProgress?.(Math.min(wanted.length, from + AT_ONCE), wanted.length);
  }
}
