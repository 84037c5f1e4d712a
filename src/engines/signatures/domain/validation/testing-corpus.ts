/** The corpus: damaged files that stay in the repository with the answer that each must get, and what a run of the fuzz tests newly found. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { assembleCms, cmsSigner, signAttributes, signedAttributes } from '../cms/sign.ts';
import { CmsError } from '../cms/verify-errors.ts';
import { parseTimestampToken, verifyTimestampToken } from '../cms/verify-timestamp.ts';
import { parseCms, verifyCms } from '../cms/verify.ts';
import { PdfError } from '../pdf/errors.ts';
import { buildPdf } from '../pdf/testing.ts';
import { parseCertificate } from '../pki/certificate.ts';
import { parseRevocationList } from '../pki/crl.ts';
import { PkiError } from '../pki/errors.ts';
import { parseOcspResponse } from '../pki/ocsp.ts';
import { OID } from '../pki/oids.ts';
import { XmlError } from '../xml/errors.ts';
import { validateXml } from '../xml/index.ts';
import { invoice, signXml, testSigner } from '../xml/testing.ts';
import type { SignatureReport } from './report.ts';
import { createTestPki, days, hours, later, signTestPdf } from './testing.ts';
import { validatePdf } from './validate-pdf.ts';

const folder = new URL('./corpus/', import.meta.url);
const start = new Date('2026-03-02T01:00:00Z');
const at = later(start, days(10));
const now = later(at, hours(3));

/** What each kind begins with: a file that says the truth, under the one root of the corpus. */
export const corpusKinds = ['pdf', 'cms', 'timestamp', 'ocsp', 'crl', 'xml'] as const;
export type CorpusKind = (typeof corpusKinds)[number];

type Context = { readonly root: Buffer; readonly issuing: Buffer; readonly responder: Buffer; readonly lists: readonly Buffer[] };

const read = (name: string): Buffer => readFileSync(new URL(name, folder));

/** The certificates and lists under which the corpus is judged. */
export function corpusContext(): Context {
  return { root: read('genuine/root.crt'), issuing: read('genuine/issuing.crt'), responder: read('genuine/responder.crt'), lists: ['root.crl', 'issuing.crl'].map((name) => read(`genuine/${name}`)) };
}

/** The undamaged file of a kind. */
export function genuine(kind: CorpusKind): Buffer {
  return read(`genuine/genuine.${kind}`);
}

/** What is answered to a file: a code, or the verdict with all that was found. Anything else that is thrown is a defect. */
export function answerTo(kind: CorpusKind, bytes: Buffer, context: Context): string {
  try {
    return readers[kind](bytes, context);
  } catch (error) {
    if (error instanceof PdfError || error instanceof CmsError || error instanceof PkiError || error instanceof XmlError) return error.code;
    throw error;
  }
}

const digest = createHash('sha256').update('nội dung đã ký').digest();
const wordOf = ({ integrity, changesAfter, problems }: SignatureReport): string => `${integrity}/${changesAfter}[${[...new Set(problems.map(({ code }) => code))].sort().join(' ')}]`;

const readers: Readonly<Record<CorpusKind, (bytes: Buffer, context: Context) => string>> = {
  pdf: (bytes, { root, lists }) => {
    const { indication, subIndication, signatures } = validatePdf(bytes, { trustAnchors: [parseCertificate(root)], now, given: { crls: lists } });
    return [indication, subIndication ?? '', ...signatures.map(wordOf)].join(' ');
  },
  xml: (bytes, { root, lists }) => {
    const { indication, subIndication, signatures } = validateXml(bytes, { trustAnchors: [parseCertificate(root)], now, given: { crls: lists }, subject: { kind: 'document' } });
    return [indication, subIndication ?? '', ...signatures.map(({ indication: own, subIndication: why }) => `${own}/${why ?? ''}`)].join(' ');
  },
  cms: (bytes) => {
    const { verdict, signer } = verifyCms({ cms: parseCms(bytes), digestOf: () => digest, expectedContentType: OID.data });
    return `${verdict} ${signer === undefined ? 'nobody' : 'somebody'}`;
  },
  timestamp: (bytes) => {
    const token = parseTimestampToken(bytes);
    return `${verifyTimestampToken(token, () => digest).verdict} ${token.time.toISOString() === at.toISOString() ? 'its time' : 'another time'}`;
  },
  ocsp: (bytes, { responder }) => {
    const answer = parseOcspResponse(bytes);
    return `${answer.isSignedBy(parseCertificate(responder)) ? 'signed' : 'not signed'} ${String(answer.answers.length)}`;
  },
  crl: (bytes, { issuing }) => {
    const list = parseRevocationList(bytes);
    return list.isSignedBy(parseCertificate(issuing)) ? 'signed' : 'not signed';
  },
};

/** The answer that each kept file must get, by its path in the corpus. */
export function keptAnswers(): Record<string, string> {
  // safe because `keep` writes it
  return existsSync(new URL('answers.json', folder)) ? (JSON.parse(read('answers.json').toString()) as Record<string, string>) : {};
}

export function keptFile(path: string): Buffer {
  return read(path);
}

/** Puts files with their answers into the corpus. */
export function keep(kind: CorpusKind, found: readonly { readonly bytes: Buffer; readonly answer: string }[]): void {
  const answers = keptAnswers();
  mkdirSync(new URL(`${kind}/`, folder), { recursive: true });
  for (const { bytes, answer } of found) {
    const path = `${kind}/${nameOf(bytes)}`;
    writeFileSync(new URL(path, folder), bytes);
    answers[path] = answer;
  }
  writeFileSync(new URL('answers.json', folder), `${JSON.stringify(Object.fromEntries(Object.entries(answers).sort()), null, 2)}\n`);
}

const nameOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex').slice(0, 16);

/** Runs one check of a fuzz test; the file that fails it is kept in `corpus/found`, where every later run reads it again. */
export function keepingWhatFails<T>(bytes: Buffer, check: () => T): T {
  try {
    return check();
  } catch (error) {
    mkdirSync(new URL('found/', folder), { recursive: true });
    writeFileSync(new URL(`found/${nameOf(bytes)}`, folder), bytes);
    throw error;
  }
}

export function foundFiles(): string[] {
  return existsSync(new URL('found/', folder)) ? readdirSync(new URL('found/', folder)).map((name) => `found/${name}`) : [];
}

/** Makes the genuine files once, where there are none. Their keys are thrown away. */
export async function makeGenuine(): Promise<void> {
  if (existsSync(new URL('genuine/root.crt', folder))) return;
  const pki = await createTestPki(start);
  const write = (name: string, bytes: Buffer): void => {
    writeFileSync(new URL(`genuine/${name}`, folder), bytes);
  };
  mkdirSync(new URL('genuine/', folder), { recursive: true });
  const [rootList, issuingList] = pki.crls(now);
  if (rootList === undefined || issuingList === undefined) throw new Error('two lists');
  for (const [name, bytes] of [['root.crt', pki.root.certificate.raw], ['issuing.crt', pki.issuing.certificate.raw], ['responder.crt', pki.responder.certificate.raw], ['root.crl', rootList], ['issuing.crl', issuingList]] as const) write(name, bytes);
  const once = signTestPdf(buildPdf({ pages: 1 }), { pki, at, withTimestamp: true });
  write('genuine.pdf', signTestPdf(once, { pki, holder: pki.agency, at, fieldName: 'hai' }));
  write('genuine.xml', signXml(invoice(1), testSigner(pki, pki.agency), { signingTime: at }));
  const signer = cmsSigner({ certificate: pki.person.certificate.raw, chain: [pki.issuing.certificate.raw] });
  const attributes = signedAttributes(signer, digest);
  write('genuine.cms', assembleCms(signer, { attributes, signature: signAttributes(signer, pki.person.privateKey, attributes) }));
  write('genuine.timestamp', pki.tsa.token({ hash: 'sha256', digest, now: at }));
  write('genuine.ocsp', pki.ocsp(pki.person, { status: 'revoked', revokedAt: start, reason: 'keyCompromise' }, at));
  write('genuine.crl', issuingList);
}
