import assert from 'node:assert/strict';
import { systemActor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import { openTestHouse, type TestHouse } from '#kernel/testkit.ts';
import { readBytes, storeBytes } from '#engines/files/index.ts';
import { performSigning, publicFolder, signaturesModule } from '#engines/signatures/index.ts';
import { buildPdf } from '#engines/signatures/domain/pdf/testing.ts';
import { credentialOf, openPaper, somebody, testModules, testPin } from '#engines/signatures/testing.ts';
import { answerMessage } from '../commands/answer-message.ts';
import { aSentLetter, anAgency, exchangeHouse } from '../testing.ts';
import type { EvidenceOf } from '../evidence/gather.ts';
import { evidencePackage } from '../evidence/package.ts';
import { verifyEvidence, type EvidenceReport, type EvidenceTrust } from '../evidence/verify.ts';

export type SignedLetter = {
  house: TestHouse;
  sender: Id<'agency'>;
  /** Took the letter and registered it. */
  commune: Id<'agency'>;
  /** Took the letter and did nothing more. */
  ward: Id<'agency'>;
  envelopeId: Id<'envelope'>;
  subject: { type: string; id: string };
  messageOf: (agencyId: Id<'agency'>) => Promise<Id<'message'>>;
};

/** A house with a letter of two files, the first of them signed, at two recipients. */
export async function aSignedLetter(): Promise<SignedLetter> {
  const house = await openTestHouse({ modules: [...new Set([...exchangeHouse, ...testModules])] });
  const person = somebody();
  const sender = await anAgency(house.kernel, 'Sở Nội vụ');
  const [commune, ward] = [await anAgency(house.kernel, 'UBND xã Hoằng Hóa'), await anAgency(house.kernel, 'UBND phường Hạc Thành')];
  const credentialId = await credentialOf(house.kernel, person);
  const signingId = await openPaper(house.kernel, person, { credentialId, pdf: buildPdf() });
  const signed = await performSigning(house.kernel, { agencyId: person.agencyId, signingId, actor: person, secret: testPin });
  assert.ok(signed.state === 'signed');
  const { length: sizeBytes } = await readBytes(house.kernel, signed.sha256);
  const main = { sha256: signed.sha256, sizeBytes, name: 'Công văn số 1234.pdf', mediaType: 'application/pdf', role: 'main' as const };
  const table = await storeBytes(house.kernel, Buffer.from('số liệu'), { limitBytes: 1000 });
  const attachment = { ...table, name: 'Phụ lục 1.txt', mediaType: 'text/plain', role: 'attachment' as const };
  const { envelopeId, subject } = await aSentLetter(house.kernel, { from: sender, to: [commune, ward], files: [main, attachment] });
  await house.drain();
  const messageOf = async (agencyId: Id<'agency'>): Promise<Id<'message'>> => {
    const [row] = await house.sql<{ id: Id<'message'> }>('select id from exchange.message where agency_id = $1 and envelope_id = $2', [agencyId, envelopeId]);
    assert.ok(row);
    return row.id;
  };
  await run(house.kernel, answerMessage, { agencyId: commune, messageId: await messageOf(commune), status: '03' }, { actor: systemActor('test') });
  await house.drain();
  for (const schedule of signaturesModule.schedules ?? []) await schedule.run(house.kernel);
  return { house, sender, commune, ward, envelopeId, subject, messageOf };
}

/** The bytes of a package. */
export async function packed({ kernel }: Pick<TestHouse, 'kernel'>, of: EvidenceOf): Promise<Buffer> {
  const { body } = await evidencePackage(kernel, of);
  return collected(body);
}

export async function collected(body: AsyncIterable<Buffer>): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of body) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** What the verifier says who trusts the house's own authority. */
export function verified({ kernel, clock }: Pick<TestHouse, 'kernel' | 'clock'>, bytes: Buffer, more: Partial<EvidenceTrust> = {}): Promise<EvidenceReport> {
  return verifyEvidence(bytes, { trustFolders: [publicFolder(kernel.config.dataDir)], now: clock.now(), ...more });
}

export const failed = (report: EvidenceReport): string[] => report.checks.filter((each) => each.outcome === 'failed').map(({ code, about }) => `${code} ${about}`.trim());
export const codes = (report: EvidenceReport): string[] => [...new Set(report.checks.filter((each) => each.outcome === 'failed').map(({ code }) => code))];
