import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Id } from '#kernel/ids.ts';
import type { DocumentMessage } from '../../../edxml/index.ts';
import { deliveriesOf } from '../../../queries/deliveries-of.ts';
import { traceEnvelope } from '../../../queries/trace.ts';
import { aDocument, aMainFile, anAgency, aSentLetter } from '../../../testing.ts';
import { openInstallation, type Installation } from '../../testing.ts';
import { aVendorSystem, type VendorSystem } from './testing.ts';

// The time that another maker's system writes on a status: counted where it can be, kept as it was said where it cannot.

const MINUTE = 60_000;
const YEAR = 365 * 24 * 60 * MINUTE;
let place: Installation;
let from: Id<'agency'>;
let system: VendorSystem;
let count = 0;
before(async () => {
  place = await openInstallation();
  from = await anAgency(place.house.kernel, 'Sở Nội vụ');
  system = await aVendorSystem(place, { code: 'H56.73.01', name: 'Công ty Chiếu sáng' });
});
after(() => place.close());

/** A letter that the system has for ten minutes. */
async function aLetter(): Promise<{ message: DocumentMessage; standing: () => Promise<{ arrivedAt: string | null; answers: [status: string, at: string][]; told: (string | null)[]; answeredAt: Date | null }> }> {
  const { kernel, clock } = place.house;
  count += 1;
  const { subject, envelopeId } = await aSentLetter(kernel, { from, to: [system.agencyId], document: aDocument({ number: String(800 + count) }), files: [await aMainFile(kernel, `công văn ${String(count)}`)] });
  await place.house.drain();
  const [message] = await system.fetchAll('edoc');
  assert.ok(message?.kind === 'document');
  clock.advance(10 * MINUTE);
  return {
    message,
    standing: async () => {
      const [line] = await deliveriesOf(kernel.database.pool, { agencyId: from, subject });
      assert.ok(line);
      const trace = await traceEnvelope(kernel.database.pool, { agencyId: from, envelopeId });
      const [row] = await place.house.sql<{ at: Date | null }>('select answered_at as at from exchange.delivery where envelope_id = $1', [envelopeId]);
      const iso = (text: string): string => new Date(text).toISOString();
      return {
        arrivedAt: line.arrivedAt === null ? null : iso(line.arrivedAt),
        answers: line.answers.map(({ status, at }) => [status, iso(at)]),
        told: trace.deliveries[0]?.answers.map(({ toldAt }) => (toldAt === null ? null : iso(toldAt))) ?? [],
        answeredAt: row?.at ?? null,
      };
    },
  };
}
const ago = (ms: number): Date => new Date(place.house.clock.now().getTime() - ms);

test('a status counts from the time that the system says, which may be some minutes ago, or a little ahead by its clock', async () => {
  const { message, standing } = await aLetter();
  const [arrived, registered, assigned] = [ago(8 * MINUTE), ago(3 * MINUTE), ago(-2 * MINUTE)];
  await system.tell(message, '01', { at: arrived });
  await system.tell(message, '03', { at: registered });
  await system.tell(message, '04', { at: assigned });
  const { answers, told, answeredAt, arrivedAt } = await standing();
  assert.deepEqual(answers, [['01', arrived.toISOString()], ['03', registered.toISOString()], ['04', assigned.toISOString()]]);
  assert.deepEqual([told, answeredAt, arrivedAt], [[null, null, null], registered, arrived.toISOString()]);
});

test('what cannot be, before the sending or in the future, counts from when it was heard, and is kept as it was said', async () => {
  for (const offMs of [-3 * YEAR, -40 * MINUTE, 6 * MINUTE, 2 * YEAR]) {
    const { message, standing } = await aLetter();
    const heard = place.house.clock.now();
    const at = ago(-offMs);
    await system.tell(message, '01', { at });
    await system.tell(message, '03', { at });
    assert.deepEqual(await standing(), { arrivedAt: heard.toISOString(), answers: [['01', heard.toISOString()], ['03', heard.toISOString()]], told: [at.toISOString(), at.toISOString()], answeredAt: heard });
  }
});

test('the same status again, written anew, tells no other time', async () => {
  const { message, standing } = await aLetter();
  const heard = place.house.clock.now();
  const future = ago(-YEAR);
  await system.tell(message, '03', { at: future });
  place.house.clock.advance(60 * MINUTE);
  await system.tell(message, '03', { at: ago(-2 * YEAR), description: 'nói lại' });
  const { answers, told } = await standing();
  assert.deepEqual([answers, told], [[['03', heard.toISOString()]], [future.toISOString()]]);
});
