/** What tests of a seal share whose key is with a service: the key, the office that trusts its issuer, and a document with attachments to seal. */
import assert from 'node:assert/strict';
import { X509Certificate, type KeyObject } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemActor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import { vietnamDay } from '#kernel/time.ts';
import { addTrustAnchor, demoSealPng } from '#engines/signatures/index.ts';
import { agencySubject, createIssuingAuthority, createRootAuthority, generateKey, issueCertificate } from '#engines/signatures/domain/pki/authority.ts';
import { draft, letter, openOffice, sign, submit, type Clerk, type Document, type Office, type Refusal } from './office.ts';

const base = '/api/v1/outgoing-documents';
const now = new Date('2026-11-01T00:00:00Z');

/** The key of the agency that seals, as a service holds it, with its root. */
export type KeyElsewhere = { key: KeyObject; certificate: Buffer; chain: Buffer[]; root: Buffer };

/** A key of Sở Nội vụ, its certificate issued by an authority that nobody trusts yet. */
export async function keyElsewhere(): Promise<KeyElsewhere> {
  const organization = 'CA công cộng thử';
  const root = await createRootAuthority({ organization, now });
  const issuing = await createIssuingAuthority(root, { organization, now });
  const { publicKey, privateKey: key } = await generateKey('rsa-2048');
  const certificate = issueCertificate(issuing, { kind: 'signer', subject: agencySubject({ name: 'Sở Nội vụ tỉnh Thanh Hóa', agencyCode: 'H56.05' }), publicKey, now, validDays: 365 }).raw;
  return { key, certificate, chain: [issuing.certificate.raw], root: root.certificate.raw };
}

export type SealingOffice = {
  office: Office;
  clerk: Clerk;
  director: Clerk;
  /** Connects the agency's key that lies with the service. @returns its id here */
  connect(place: { driver: string; user?: string }): Promise<string>;
  /** Signed and numbered, with two attachments in files of their own. @returns its id */
  numbered(): Promise<string>;
  seal(id: string, typed: object): Promise<{ status: number; body: { state: string } & Refusal }>;
  read(id: string): Promise<Document>;
  close(): Promise<void>;
};

/** An office that trusts the root of the key and knows the service (an entry of SIGNING_SERVICES). */
export async function openSealingOffice({ root }: KeyElsewhere, service: object): Promise<SealingOffice> {
  const folder = mkdtempSync(join(tmpdir(), 'seal-elsewhere-'));
  const signingServicesFile = join(folder, 'services.json');
  writeFileSync(signingServicesFile, JSON.stringify([service]));
  const office = await openOffice();
  Object.assign(office.house.kernel.config, { signingServicesFile });
  const anchor = { certificate: new X509Certificate(root).toString(), legalBasis: 'Quyết định thử nghiệm', validFrom: vietnamDay(now), validTo: null };
  await run(office.house.kernel, addTrustAnchor, anchor, { actor: systemActor('test') });
  const [clerk, director] = await Promise.all([office.signIn('vanthu.snv'), office.signIn('giamdoc.snv')]);
  return {
    office,
    clerk,
    director,
    async connect(place) {
      const { body: listed } = await clerk.post<{ certificates: { fingerprint: string }[] }>('/api/v1/signatures/credentials/connectable', place);
      const connected = await clerk.post<{ id: string }>('/api/v1/signatures/credentials/connect', { ...place, kind: 'agency', fingerprint: listed.certificates[0]?.fingerprint });
      assert.equal(connected.status, 200, JSON.stringify(connected.body));
      const image = { png: demoSealPng('Sở Nội vụ', 240).toString('base64'), widthMm: 36, validFrom: '2026-01-01', validTo: null };
      assert.equal((await clerk.put(`/api/v1/signatures/credentials/${connected.body.id}/image`, image)).status, 204);
      return connected.body.id;
    },
    async numbered() {
      const attachmentUploadIds = [await clerk.upload(letter, 'phu-luc-1.pdf'), await clerk.upload(letter, 'phu-luc-2.pdf')];
      const id = await draft(clerk, [], { attachmentUploadIds });
      await submit(clerk, id);
      assert.equal((await sign(director, id)).status, 200);
      assert.equal((await clerk.post(`${base}/${id}/number`)).status, 200);
      return id;
    },
    seal: (id, typed) => clerk.post(`${base}/${id}/seal`, { texts, ...typed }),
    read: async (id) => (await clerk.get<Document>(`${base}/${id}`)).body,
    async close() {
      await office.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** Number and day, where the letter of the seeds has its blanks. */
const texts = [
  { page: 1, text: '07', x: 120, baseline: 110, width: 30, fontSize: 13, style: 'regular' },
  { page: 1, text: '20', x: 400, baseline: 110, width: 20, fontSize: 13, style: 'italic' },
];
