/** Builders for everyone's tests of what goes between agencies. */

import type { PersonActor } from '#kernel/actor.ts';
import { systemActor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import { newId, type Id } from '#kernel/ids.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { kernelModule } from '#kernel/kernel-module.ts';
import type { Module } from '#kernel/module.ts';
import { openTestHouse, somebody, type TestHouse } from '#kernel/testkit.ts';
import { parseCalendarDay, vietnamDay, type CalendarDay } from '#kernel/time.ts';
import { auditModule } from '#engines/audit/index.ts';
import { filesModule, storeBytes } from '#engines/files/index.ts';
import { appointPost, createAgency, createPerson, identityModule } from '#engines/identity/index.ts';
import { signaturesModule } from '#engines/signatures/index.ts';
import { sendEnvelope, type SendEnvelope } from './commands/send-envelope.ts';
import type { EnvelopeDocument } from './contract.ts';
import { exchangeModule } from './index.ts';

/** What the exchange needs around it. */
export const exchangeHouse: readonly Module[] = [kernelModule, auditModule, identityModule, filesModule, signaturesModule, exchangeModule];

export function aDay(text: string): CalendarDay {
  const day = parseCalendarDay(text);
  if (day === undefined) throw new Error(`${text} is no day`);
  return day;
}

/** A letter that is complete enough to be sent. */
export function aDocument(more: Partial<EnvelopeDocument> = {}): EnvelopeDocument {
  return {
    code: 'H56.12.2026.1234',
    number: '1234',
    notation: 'SNV-VP',
    issuedOn: '2026-11-20',
    documentType: 'cong-van',
    typeName: 'Công văn',
    summary: 'V/v triển khai gửi, nhận văn bản điện tử',
    urgency: 'normal',
    answerDue: null,
    signerName: 'Nguyễn Minh Đức',
    signerTitle: 'Giám đốc',
    senderName: 'Sở Nội vụ',
    senderCode: 'H56.12',
    pageCount: 1,
    ...more,
  };
}

let sequence = 0;

/** An agency in the directory. */
export async function anAgency(kernel: Kernel, name: string, more: { hosting?: 'local' | 'external' } = {}): Promise<Id<'agency'>> {
  sequence += 1;
  return run(
    kernel,
    createAgency,
    {
      kind: 'commune',
      level: 'commune',
      parentId: null,
      hosting: more.hosting ?? 'local',
      establishedOn: aDay('2025-07-01'),
      name,
      abbreviation: `A${String(sequence)}`,
      codes: [{ scheme: 'qd20', code: `H56.${String(10 + Math.floor(sequence / 90))}.${String(10 + (sequence % 90))}` }],
    },
    { actor: systemActor('test') },
  );
}

/** A house with the two agencies of most letters. */
export async function openExchange(): Promise<{ house: TestHouse; sender: Id<'agency'>; commune: Id<'agency'> }> {
  const house = await openTestHouse({ modules: exchangeHouse });
  return { house, sender: await anAgency(house.kernel, 'Sở Nội vụ'), commune: await anAgency(house.kernel, 'UBND xã Hoằng Hóa') };
}

/** A clerk of an agency, as a signed-in person. */
export function aClerk(agencyId: Id<'agency'>, name = 'Lê Thị Hoa'): PersonActor {
  return somebody({ name, agencyId });
}

/** Gives an agency somebody with the role of clerk, from today on. */
export async function appointClerk(kernel: Kernel, agencyId: Id<'agency'>): Promise<void> {
  const actor = systemActor('test');
  const personId = await run(kernel, createPerson, { agencyId, fullName: 'Lê Thị Hoa', isInvented: true }, { actor });
  await run(kernel, appointPost, { agencyId, personId, unitId: null, title: 'Văn thư', roles: ['clerk'], signingPowers: [], startsOn: vietnamDay(kernel.clock.now()) }, { actor });
}

/** Bytes in the store, described as the main file of an envelope. */
export async function aMainFile(kernel: Kernel, content = `văn bản ${newId()}`): Promise<SendEnvelope['files'][number]> {
  const stored = await storeBytes(kernel, Buffer.from(content), { limitBytes: 1_000_000 });
  return { ...stored, name: 'van-ban.txt', mediaType: 'text/plain', role: 'main' };
}

/** Sends a letter from one agency to some and returns the envelope's id with what was sent. */
export async function aSentLetter(
  kernel: Kernel,
  input: { from: Id<'agency'>; to: readonly Id<'agency'>[]; document?: Partial<EnvelopeDocument>; files?: SendEnvelope['files']; replaces?: SendEnvelope['replaces'] },
): Promise<{ envelopeId: Id<'envelope'>; subject: { type: string; id: string } }> {
  const subject = { type: 'outgoing-document', id: newId() };
  const files = input.files ?? [await aMainFile(kernel)];
  const envelopeId = await run(kernel, sendEnvelope, { agencyId: input.from, subject, recipients: input.to, document: aDocument(input.document), files, ...(input.replaces === undefined ? {} : { replaces: input.replaces }) }, { actor: aClerk(input.from) });
  return { envelopeId, subject };
}
