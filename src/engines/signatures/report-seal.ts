import { hkdfSync, type KeyObject } from 'node:crypto';
import { systemActor } from '#kernel/actor.ts';
import { run, type CommandContext } from '#kernel/command.ts';
import type { Config } from '#kernel/config.ts';
import type { Queryable } from '#kernel/database.ts';
import { newId } from '#kernel/ids.ts';
import { service, type Kernel } from '#kernel/kernel.ts';
import { isoInVietnam } from '#kernel/time.ts';
import { issueUnder } from './adapters/built-in-authority/authority-key.ts';
import { builtInAuthority } from './adapters/built-in-authority/keys.ts';
import { serviceUrls } from './adapters/built-in-authority/kept-keys.ts';
import { timestampSource } from './adapters/timestamps/timestamp-source.ts';
import { assembleCms, cmsSigner, estimateCmsBytes, signAttributes, signedAttributes, type CmsSigner } from './domain/cms/sign.ts';
import { embedJades, prepareJades } from './domain/jades/index.ts';
import { prepareSignature } from './domain/pdf/signing/index.ts';
import { generateKey, serviceSubject } from './domain/pki/authority.ts';
import { isInstallationSeal, parseCertificate } from './domain/pki/certificate.ts';
import { readPkcs12, writePkcs12 } from './domain/pki/pkcs12.ts';
import { writeReportPdf, type ReportPaper } from './domain/report-pdf/index.ts';
import { validationReportXml } from './domain/report-xml/index.ts';
import { prepareEnveloped, signXmlBytes, xmlSigner } from './domain/xml/index.ts';
import { signatureErrors } from './errors.ts';
import { installation } from './events.ts';
import { plainValidation, type StoredReport } from './report-words.ts';
import { SEAL_NAME } from './seal-name.ts';
import type { Tables } from './tables.gen.ts';
import { credentialRow } from './commands/credential-row.ts';

export type { ReportPaper } from './domain/report-pdf/index.ts';

/**
 * The report after ETSI TS 119 102-2, for other countries' tools, signed and time-stamped by the installation (XAdES B-T): the signature is the
 * last element of the report, where the schema has it.
 * @throws signatures.timestampUnavailable · timestampWrong · authorityLocked
 */
export async function sealedReportXml(kernel: Kernel, report: StoredReport): Promise<Buffer> {
  const { certificate, chain, privateKey } = await installationSeal(kernel);
  const timestamps = await timestampSource(kernel);
  const signer = xmlSigner({ certificate, chain });
  const prepared = prepareEnveloped(Buffer.from(validationReportXml(plainValidation(report))), signer, { signingTime: kernel.clock.now() });
  const signature = signXmlBytes(signer, privateKey, prepared.toBeSigned);
  const { token } = await timestamps.stamp(prepared.timestampInput(signature));
  return prepared.finish({ signature, timestampToken: token });
}

/**
 * The body of an API reply as a JWS that the installation signs (JAdES B-B, compact serialisation), for callers that hand it on.
 * @throws signatures.authorityLocked
 */
export async function sealedPayload(kernel: Kernel, payload: Buffer, contentType: string): Promise<string> {
  const { certificate, chain, signer, privateKey } = await installationSeal(kernel);
  const prepared = prepareJades({ certificate, chain, payload, contentType, signingTime: kernel.clock.now() });
  return embedJades(prepared, signAttributes(signer, privateKey, prepared.signingInput));
}

/**
 * The report as a PDF/A-2b, signed and time-stamped by the installation (PAdES B-T), so that whoever gets it sees that it is whole and
 * where it comes from. The key has this one purpose: it is no agency's seal, and its certificate says that it is of no public authority.
 * @throws signatures.timestampUnavailable · timestampWrong · authorityLocked
 */
export async function sealedReportPdf(kernel: Kernel, paper: ReportPaper): Promise<Buffer> {
  const { signer, privateKey, name } = await installationSeal(kernel);
  const timestamps = await timestampSource(kernel);
  const pdf = writeReportPdf(paper);
  const request = { fieldName: 'BaoCaoKiemTra', signingTime: kernel.clock.now(), reserveBytes: estimateCmsBytes(signer, timestamps.tokenBytes), signerName: name, reason: paper.title };
  const prepared = prepareSignature(pdf, request);
  const attributes = signedAttributes(signer, prepared.digest('sha256'));
  const signature = signAttributes(signer, privateKey, attributes);
  const { token } = await timestamps.stamp(signature);
  const { tail } = prepared.finish(assembleCms(signer, { attributes, signature, timestampToken: token }));
  return Buffer.concat([pdf, tail]);
}

type Seal = { signer: CmsSigner; certificate: Buffer; chain: Buffer[]; privateKey: KeyObject; name: string };

const RENEW_BEFORE_MS = 30 * 86_400_000;
/** Any number that is ours: two processes that need the seal at once make one. */
const SEAL_LOCK = 7_249_107;
/** The password is 256 random bits, so the rounds protect nothing more. */
const KEY_ROUNDS = 10_000;

const opened = service<Map<string, Promise<Seal>>>(Symbol('report seal'), () => new Map());

/** The installation’s own seal, for reports and evidence packages. Its row is looked at each time, so that a revoked one is never used again and another is made. */
export async function installationSeal(kernel: Kernel): Promise<Seal> {
  const { issuing } = await builtInAuthority(kernel);
  const wanted = { issuer: issuing.certificate.subject.text, now: kernel.clock.now() };
  let row = await findSeal(kernel.database.pool, wanted);
  if (row === undefined) {
    await run(kernel, issueReportSeal, {}, { actor: systemActor('signatures.report-seal') });
    row = await findSeal(kernel.database.pool, wanted);
  }
  if (row === undefined) throw new Error('the seal of reports vanished while it was being made');
  const seals = opened(kernel);
  const seal = seals.get(row.id) ?? openSeal(kernel.config, row);
  seals.set(row.id, seal);
  // A failed opening is tried anew: whoever restored APP_SECRET need not restart.
  seal.catch(() => seals.delete(row.id));
  return seal;
}

type SealRow = { id: string; container: Buffer; certificate: Buffer };

/** The seal to use. One from before seals had a purpose of their own is used no more, and stays good for what it sealed. */
async function findSeal(q: Queryable, { issuer, now }: { issuer: string; now: Date }): Promise<SealRow | undefined> {
  const { rows } = await q.query(
    `select id, container, certificate from signatures.credential
      where agency_id = $1 and kind = 'agency' and label = $2 and issuer = $3 and state = 'active' and valid_to > $4 order by valid_to desc, id desc limit 10`,
    [installation, SEAL_NAME, issuer, new Date(now.getTime() + RENEW_BEFORE_MS)],
  );
  // safe because the statement selects exactly these columns, and a key file is never without its container
  return (rows as SealRow[]).find(({ certificate }) => isInstallationSeal(parseCertificate(certificate)));
}

async function openSeal(config: Config, { container }: SealRow): Promise<Seal> {
  try {
    const { privateKey, certificate, chain } = await readPkcs12(container, sealPassword(config));
    const held = { certificate: certificate.raw, chain: chain.map((each) => each.raw) };
    return { ...held, signer: cmsSigner(held), privateKey, name: certificate.subject.commonName ?? SEAL_NAME };
  } catch (error) {
    throw signatureErrors.authorityLocked({ cause: error, internal: 'report seal' });
  }
}

function sealPassword({ appSecret }: Config): string {
  return Buffer.from(hkdfSync('sha256', appSecret, '', 'lienthong signatures report-seal', 32)).toString('base64url');
}

/** Makes the next seal: a credential of the installation itself, in the register like every other, so that it can be revoked and asked about. */
async function issueReportSeal(ctx: CommandContext): Promise<void> {
  await ctx.query('select pg_advisory_xact_lock($1)', [SEAL_LOCK]);
  const { issuing, generation } = await builtInAuthority(ctx.kernel);
  const issuer = issuing.certificate.subject.text;
  if ((await findSeal(ctx, { issuer, now: ctx.now })) !== undefined) return;
  // RSA: verifiers common in Vietnam fail on ECDSA.
  const { publicKey, privateKey } = await generateKey('rsa-2048');
  const subject = serviceSubject(issuing.certificate.subject.organization ?? 'Liên Thông', SEAL_NAME);
  const certificate = await issueUnder(issuing, { kind: 'seal', subject, publicKey, now: ctx.now, urls: serviceUrls(ctx.kernel.config, 'issuing', generation) });
  const chain = [issuing.certificate];
  const container = await writePkcs12({ privateKey, certificate, chain, password: sealPassword(ctx.kernel.config), friendlyName: SEAL_NAME, iterations: KEY_ROUNDS });
  const id = newId<'credential'>();
  const dates = { serial: certificate.serialHex, subject: certificate.subject.text, certificate: certificate.raw, valid_to: certificate.notAfter, revoked_at: null };
  const db = ctx.tables<Tables>();
  await db
    .insertInto('signatures.credential')
    .values(credentialRow(ctx, { agencyId: installation, id, kind: 'agency', personId: null, label: SEAL_NAME, driver: 'pkcs12', container, certificate, chain, isBuiltIn: true }))
    .execute();
  await db
    .insertInto('signatures.issued_certificate')
    .values({ ...dates, purpose: 'agency', agency_id: installation, credential_id: id, issued_at: ctx.now, state: 'valid', reason: null })
    .execute();
  ctx.record({
    type: 'signatures.credential-issued',
    agencyId: installation,
    subject: { type: 'credential', id },
    data: { subject: SEAL_NAME, serial: certificate.serialHex, validTo: isoInVietnam(certificate.notAfter) },
  });
}
