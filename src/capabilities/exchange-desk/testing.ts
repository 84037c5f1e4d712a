/** A house with the desk in it, and people who look at it. */
import type { PersonActor } from '#kernel/actor.ts';
import { anonymous, systemActor, type Actor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import type { Config } from '#kernel/config.ts';
import { newId, type Id } from '#kernel/ids.ts';
import { openTestHouse, type TestHouse } from '#kernel/testkit.ts';
import { kernelModule } from '#kernel/kernel-module.ts';
import { parseCalendarDay } from '#kernel/time.ts';
import { auditModule } from '#engines/audit/index.ts';
import { casesModule } from '#engines/cases/index.ts';
import { exchangeModule } from '#engines/exchange/index.ts';
import { filesModule } from '#engines/files/index.ts';
import { appointPost, createAgency, createPerson, identityModule, type Role } from '#engines/identity/index.ts';
import { signaturesModule } from '#engines/signatures/index.ts';
import { exchangeDeskModule } from './index.ts';

const system = { actor: systemActor('test') };

export type Desk = {
  house: TestHouse;
  agency(name: string, more?: { kind?: 'department' | 'commune' | 'province'; hosting?: 'local' | 'external' }): Promise<Id<'agency'>>;
  person(agencyId: Id<'agency'>, name: string, roles: Role[]): Promise<PersonActor>;
  call<Body>(as: Actor, method: 'GET' | 'POST' | 'PUT', path: string, payload?: object): Promise<{ status: number; body: Body; bytes: Buffer }>;
  /** Lets minutes pass, and does what is due then. */
  pass(minutes: number): Promise<void>;
};

/** Opens the desk on a database of its own. */
export async function openDesk(config: Partial<Config> = {}): Promise<Desk> {
  const house = await openTestHouse({ modules: [kernelModule, auditModule, identityModule, filesModule, signaturesModule, casesModule, exchangeModule, exchangeDeskModule], config });
  let actor: Actor = anonymous;
  const server = house.server(() => Promise.resolve(actor));
  let sequence = 0;
  const startsOn = parseCalendarDay('2025-07-01');
  if (startsOn === undefined) throw new Error('there is such a day');
  return {
    house,
    async agency(name, { kind = 'department', hosting = 'local' } = {}) {
      sequence += 1;
      const level = kind === 'commune' ? 'commune' : 'province';
      return run(house.kernel, createAgency, { kind, level, parentId: null, hosting, establishedOn: startsOn, name, abbreviation: `A${String(sequence)}` }, system);
    },
    async person(agencyId, name, roles) {
      const personId = await run(house.kernel, createPerson, { fullName: name, agencyId }, system);
      const postId = await run(house.kernel, appointPost, { agencyId, personId, unitId: null, title: 'Chuyên viên', roles, signingPowers: [], startsOn }, system);
      return { kind: 'person', personId, name, agencyId, unitId: null, postId, postTitle: 'Chuyên viên', roles, sessionId: newId() };
    },
    async call<Body>(as: Actor, method: 'GET' | 'POST' | 'PUT', path: string, payload?: object) {
      actor = as;
      const reply = await server.inject({ method, url: `/api/v1/exchange-desk${path}`, ...(payload === undefined ? {} : { payload }) });
      const isJson = String(reply.headers['content-type']).includes('json');
      // safe because the server checked the reply against its contract
      return { status: reply.statusCode, body: (isJson && reply.body !== '' ? reply.json() : undefined) as Body, bytes: reply.rawPayload };
    },
    async pass(minutes) {
      house.clock.advance(minutes * 60_000);
      await house.drain();
    },
  };
}
