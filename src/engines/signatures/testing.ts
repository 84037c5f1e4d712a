import { z } from 'zod';
import type { PersonActor } from '#kernel/actor.ts';
import { systemActor } from '#kernel/actor.ts';
import { run, type CommandContext } from '#kernel/command.ts';
import { newId, type Id } from '#kernel/ids.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { kernelModule } from '#kernel/kernel-module.ts';
import type { Module } from '#kernel/module.ts';
import { vietnamDay } from '#kernel/time.ts';
import { auditModule } from '#engines/audit/index.ts';
import { filesModule, keepFile, storeBytes } from '#engines/files/index.ts';
import { identityModule } from '#engines/identity/index.ts';
import { issueCredential, type NewCredential } from './commands/issue-credentials.ts';
import { openSigning } from './commands/open-signing.ts';
import type { Appearance } from './contract.ts';
import { demoSealPng, demoSignaturePng } from './domain/pdf/demo-images/demo-images.ts';
import { signaturesModule } from './index.ts';
import { defineSigningPurpose } from './purposes.ts';

export const testPin = 'mật khẩu 1';

/** A purpose that keeps the signed file and says so: what a capability does, and no more. */
export const papersModule: Module = {
  name: 'papers',
  events: { 'paper-signed': { data: z.object({ sha256: z.string() }), vi: 'Văn bản đã ký', en: 'The paper was signed' } },
  contributions: {
    'signatures.purposes': [
      defineSigningPurpose({
        name: 'papers.approval',
        data: z.object({ refuse: z.boolean().optional() }),
        complete: async (ctx, { agencyId, subject, result, data }) => {
          if (data.refuse === true) throw new Error('the paper was withdrawn');
          await keepFile(ctx, { agencyId, ...result, name: 'signed.pdf', mediaType: 'application/pdf' });
          ctx.record({ type: 'papers.paper-signed', agencyId, subject, data: { sha256: result.sha256 } });
        },
      }),
    ],
  },
};

export const testModules: readonly Module[] = [kernelModule, auditModule, identityModule, filesModule, signaturesModule, papersModule];

export function somebody(changes: Partial<PersonActor> = {}): PersonActor {
  return {
    kind: 'person',
    personId: newId<'person'>(),
    name: 'Nguyễn Thị Ngọc Ánh',
    agencyId: newId<'agency'>(),
    unitId: null,
    postId: newId<'post'>(),
    postTitle: 'Giám đốc',
    roles: ['leader'],
    sessionId: newId(),
    ...changes,
  };
}

/** A credential of the built-in authority in the person's name, with picture and test PIN; P-256 unless asked, since it is made fast. */
export async function credentialOf(kernel: Kernel, person: PersonActor, changes: Partial<Pick<NewCredential, 'keyKind' | 'validDays'>> = {}): Promise<Id<'credential'>> {
  const image = { png: demoSignaturePng(person.name), widthMm: 40, validFrom: vietnamDay(kernel.clock.now()) };
  const common = { agencyId: person.agencyId, pin: testPin, rounds: 10_000, image, keyKind: 'p-256' as const, ...changes };
  return issueCredential(
    kernel,
    { ...common, kind: 'person', personId: person.personId, name: person.name, organization: 'Sở Nội vụ tỉnh Thanh Hóa' },
    { actor: systemActor('test') },
  );
}

/** The agency's own credential with a red seal. */
export async function sealOf(kernel: Kernel, agencyId: Id<'agency'>): Promise<Id<'credential'>> {
  const name = 'Sở Nội vụ tỉnh Thanh Hóa';
  const image = { png: demoSealPng(name, 240), widthMm: 36, validFrom: vietnamDay(kernel.clock.now()) };
  const common = { agencyId, pin: testPin, rounds: 10_000, image, keyKind: 'p-256' as const };
  return issueCredential(kernel, { ...common, kind: 'agency', name, agencyCode: 'H56.05' }, { actor: systemActor('test') });
}

export const personPlace: Appearance = { kind: 'person', place: { page: 1, x: 320, y: 600, width: 140, height: 50 } };

/** Opens a signing of a file for the purpose above. */
export async function openPaper(
  kernel: Kernel,
  person: PersonActor,
  input: { credentialId: string; pdf: Buffer; subjectId?: string; appearance?: Appearance; data?: { refuse?: boolean } },
): Promise<Id<'signing'>> {
  const { sha256 } = await storeBytes(kernel, input.pdf, { limitBytes: 200_000_000 });
  const open = (ctx: CommandContext): Promise<Id<'signing'>> =>
    openSigning(ctx, {
      agencyId: person.agencyId,
      subject: { type: 'paper', id: input.subjectId ?? newId() },
      purpose: 'papers.approval',
      data: input.data ?? {},
      credentialId: input.credentialId,
      baseSha256: sha256,
      appearance: input.appearance ?? personPlace,
    });
  return run(kernel, open, {}, { actor: person });
}
