/** Builders for tests and benchmarks of validation: a small PKI of one province, signed files of every level, and files tampered with. */
import { createHash } from 'node:crypto';
import { assembleCms, cmsSigner, estimateCmsBytes, signAttributes, signedAttributes } from '../cms/sign.ts';
import type { CmsScheme } from '../cms/sign.ts';
import { getCatalog, getObject, openPdf } from '../pdf/reader/index.ts';
import type { PdfObject } from '../pdf/reader/index.ts';
import { prepareSignature } from '../pdf/signing/index.ts';
import type { SignatureRequest } from '../pdf/signing/index.ts';
import { agencySubject, createIssuingAuthority, createRootAuthority, generateKey, issueCertificate, personSubject, serviceSubject } from '../pki/authority.ts';
import type { Authority, KeyHolder, KeyKind, LeafKind } from '../pki/authority.ts';
import type { NameAttribute } from '../pki/name.ts';
import { certificateIdOf, writeOcspResponse } from '../pki/ocsp-responder.ts';
import type { CertificateStatus } from '../pki/ocsp.ts';
import { writeRevocationList } from '../pki/revocation-list.ts';
import type { RevokedCertificate } from '../pki/revocation-list.ts';
import { createTimestampAuthority } from '../pki/timestamp-authority.ts';
import type { TimestampAuthority } from '../pki/timestamp-authority.ts';

export const hours = (count: number) => count * 3_600_000;
export const days = (count: number) => count * 86_400_000;
export const later = (from: Date, ms: number) => new Date(from.getTime() + ms);

export interface TestPki {
  readonly root: Authority;
  readonly issuing: Authority;
  readonly person: KeyHolder;
  readonly agency: KeyHolder;
  readonly tsaHolder: KeyHolder;
  readonly tsa: TimestampAuthority;
  readonly responder: KeyHolder;
  readonly start: Date;
  /** Lists of both authorities as of an instant, valid for a week. */
  crls(at: Date, revoked?: readonly RevokedCertificate[]): Buffer[];
  /** An answer about a certificate, by the appointed responder unless another signs it. */
  ocsp(holder: KeyHolder, status: CertificateStatus, at: Date, by?: KeyHolder): Buffer;
  leaf(kind: LeafKind, subject: readonly NameAttribute[], options?: { key?: KeyKind; validDays?: number; now?: Date }): Promise<KeyHolder>;
}

const organization = 'UBND tỉnh Thanh Hóa';

export async function createTestPki(start: Date, operator = organization): Promise<TestPki> {
  const root = await createRootAuthority({ organization: operator, now: start });
  const issuing = await createIssuingAuthority(root, { organization: operator, now: start });
  const leaf: TestPki['leaf'] = async (kind, subject, { key = 'p-256', validDays = 1096, now = start } = {}) => {
    const pair = await generateKey(key);
    return { privateKey: pair.privateKey, certificate: issueCertificate(issuing, { kind, subject, publicKey: pair.publicKey, now, validDays }) };
  };
  const person = await leaf('signer', personSubject({ name: 'Nguyễn Thị Ngọc Ánh', organization: 'Sở Nội vụ tỉnh Thanh Hóa', title: 'Giám đốc' }), { key: 'rsa-2048' });
  const agency = await leaf('signer', agencySubject({ name: 'Sở Nội vụ tỉnh Thanh Hóa', parent: organization, agencyCode: 'H56.05' }));
  const tsaHolder = await leaf('timestamp', serviceSubject(organization, 'Máy chủ cấp dấu thời gian nội bộ'), { validDays: 1826 });
  const responder = await leaf('ocsp', serviceSubject(organization, 'Máy chủ OCSP nội bộ'));
  return {
    root,
    issuing,
    person,
    agency,
    tsaHolder,
    tsa: createTimestampAuthority({ ...tsaHolder, chain: [issuing.certificate] }),
    responder,
    start,
    leaf,
    crls: (now, revoked = []) => [root, issuing].map((authority) => writeRevocationList(authority, { number: 1n, now, nextUpdate: later(now, days(7)), revoked: authority === issuing ? revoked : [] })),
    ocsp: (holder, status, now, by = responder) =>
      writeOcspResponse({ responder: by, issuer: issuing.certificate, ids: [certificateIdOf(holder.certificate, issuing.certificate)], statusOf: () => status, now, nextUpdate: later(now, days(1)) }),
  };
}

export interface TestSigning extends Partial<SignatureRequest> {
  readonly pki: TestPki;
  readonly holder?: KeyHolder;
  readonly at: Date;
  readonly withTimestamp?: boolean;
  readonly scheme?: CmsScheme;
}

/** Signs with the product's own signing code: B-B, or B-T with the test authority's time stamp. */
export function signTestPdf(pdf: Buffer, { pki, holder = pki.person, at, withTimestamp = false, scheme, ...request }: TestSigning): Buffer {
  const signer = cmsSigner({ certificate: holder.certificate.raw, chain: [pki.issuing.certificate.raw], ...(scheme ? { scheme } : {}) });
  const prepared = prepareSignature(pdf, { fieldName: `Sig${pdf.length}`, signingTime: at, reserveBytes: estimateCmsBytes(signer, withTimestamp ? 4000 : 0), ...request });
  const attributes = signedAttributes(signer, prepared.digest('sha256'));
  const signature = signAttributes(signer, holder.privateKey, attributes);
  const timestampToken = withTimestamp ? pki.tsa.token({ hash: 'sha256', digest: createHash('sha256').update(signature).digest(), now: at }) : undefined;
  const { head, tail } = prepared.finish(assembleCms(signer, { attributes, signature, ...(timestampToken ? { timestampToken } : {}) }));
  return Buffer.concat([head, tail]);
}

export type TestObject = string | Buffer;

export interface AppendedRevision {
  readonly objects: Readonly<Record<number, TestObject>>;
  /** Object numbers to be freed. */
  readonly freed?: readonly number[];
  /** Replaces /Root in the trailer. */
  readonly rootNumber?: number;
}

/** Appends one revision with a cross-reference table, honest or hostile. */
export function appendRevision(pdf: Buffer, { objects, freed = [], rootNumber }: AppendedRevision): Buffer {
  const doc = openPdf(pdf);
  const root = doc.trailer.entries.get('Root');
  const parts: Buffer[] = [pdf, Buffer.from('\n')];
  let at = pdf.length + 1;
  const rows: string[] = freed.map((num) => `${num} 1\n0000000000 00001 f \n`);
  for (const [num, body] of Object.entries(objects)) {
    const bytes = Buffer.concat([Buffer.from(`${num} 0 obj\n`), Buffer.from(body), Buffer.from('\nendobj\n')]);
    rows.push(`${num} 1\n${String(at).padStart(10, '0')} 00000 n \n`);
    parts.push(bytes);
    at += bytes.length;
  }
  const size = Math.max(nextNumber(pdf), ...Object.keys(objects).map((num) => Number(num) + 1));
  const rootText = rootNumber === undefined ? writeObject(root) : `${rootNumber} 0 R`;
  parts.push(Buffer.from(`xref\n${rows.join('')}trailer\n<</Size ${size}/Prev ${doc.startXref}/Root ${rootText}>>\nstartxref\n${at}\n%%EOF\n`));
  return Buffer.concat(parts);
}

/** One more than the highest object number of the file. */
export function nextNumber(pdf: Buffer): number {
  return Math.max(...openPdf(pdf).sections.map((section) => section.nextNumber));
}

/** A PDF value as text. */
export function writeObject(value: PdfObject | undefined): string {
  if (value === undefined || value === null) return 'null';
  if (typeof value !== 'object') return String(value);
  switch (value.kind) {
    case 'name':
      return `/${value.name}`;
    case 'ref':
      return `${value.num} ${value.gen} R`;
    case 'string':
      return `<${value.bytes.toString('hex')}>`;
    case 'array':
      return `[${value.items.map(writeObject).join(' ')}]`;
    case 'dict':
      return `<<${[...value.entries].map(([key, item]) => `/${key} ${writeObject(item)}`).join('')}>>`;
    case 'stream':
      throw new TypeError('streams are written by streamObject');
  }
}

export function streamOf(data: Buffer, entries = ''): Buffer {
  return Buffer.concat([Buffer.from(`<<${entries}/Length ${data.length}>>stream\n`), data, Buffer.from('\nendstream')]);
}

/** The catalog's number and its text with some keys replaced. */
export function editCatalog(pdf: Buffer, entries: Readonly<Record<string, string>>): { readonly num: number; readonly text: string } {
  const doc = openPdf(pdf);
  const root = doc.trailer.entries.get('Root');
  if (typeof root !== 'object' || root?.kind !== 'ref') throw new TypeError('no root');
  return { num: root.num, text: editDict(getCatalog(doc), entries) };
}

/** A dictionary's text with some keys replaced. */
export function editDict(value: PdfObject, entries: Readonly<Record<string, string>>): string {
  if (typeof value !== 'object' || value?.kind !== 'dict') throw new TypeError('not a dictionary');
  const kept = [...value.entries].filter(([key]) => !(key in entries)).map(([key, item]) => `/${key} ${writeObject(item)}`);
  return `<<${kept.join('')}${Object.entries(entries).map(([key, text]) => `/${key} ${text}`).join('')}>>`;
}

/** Adds a document security store (B-LT). */
export function addValidationData(pdf: Buffer, data: { readonly certificates?: readonly Buffer[]; readonly crls?: readonly Buffer[]; readonly ocsps?: readonly Buffer[] }): Buffer {
  let next = nextNumber(pdf);
  const objects: Record<number, TestObject> = {};
  const put = (list: readonly Buffer[] = []) =>
    `[${list
      .map((bytes) => {
        objects[next] = streamOf(bytes);
        next += 1;
        return `${next - 1} 0 R`;
      })
      .join(' ')}]`;
  const store = `<</Type/DSS/Certs ${put(data.certificates)}/CRLs ${put(data.crls)}/OCSPs ${put(data.ocsps)}>>`;
  const catalog = editCatalog(pdf, { DSS: store });
  return appendRevision(pdf, { objects: { ...objects, [catalog.num]: catalog.text } });
}

/** Adds a document time stamp (B-LTA) over everything that is there. */
export function addDocumentTimestamp(pdf: Buffer, pki: TestPki, at: Date): Buffer {
  const reserve = 4000;
  const num = nextNumber(pdf);
  const doc = openPdf(pdf);
  const form = getCatalog(doc).entries.get('AcroForm');
  const formDict = typeof form === 'object' && form?.kind === 'ref' ? form.num : undefined;
  if (formDict === undefined) throw new TypeError('the form must be an object');
  const resolved = getObject(doc, formDict);
  const fields = typeof resolved === 'object' && resolved?.kind === 'dict' ? resolved.entries.get('Fields') : undefined;
  const list = writeObject(fields).slice(1, -1);
  const blank = `<</Type/DocTimeStamp/Filter/Adobe.PPKLite/SubFilter/ETSI.RFC3161/ByteRange [${' '.repeat(40)}]/Contents <${'0'.repeat(reserve * 2)}>>>`;
  const draft = appendRevision(pdf, {
    objects: {
      [num]: blank,
      [num + 1]: `<</Type/Annot/Subtype/Widget/FT/Sig/T(DTS${num})/V ${num} 0 R/F 132/Rect[0 0 0 0]>>`,
      [formDict]: editDict(resolved, { Fields: `[${list} ${num + 1} 0 R]` }),
    },
  });
  const gapStart = draft.indexOf(`<${'0'.repeat(64)}`, pdf.length);
  const gapEnd = gapStart + reserve * 2 + 2;
  draft.write(`0 ${gapStart} ${gapEnd} ${draft.length - gapEnd}`.padEnd(40), draft.indexOf('/ByteRange [', pdf.length) + 12, 'latin1');
  const digest = createHash('sha256').update(draft.subarray(0, gapStart)).update(draft.subarray(gapEnd)).digest();
  draft.write(pki.tsa.token({ hash: 'sha256', digest, now: at }).toString('hex'), gapStart + 1, 'latin1');
  return draft;
}
