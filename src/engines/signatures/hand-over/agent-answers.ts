import { createHash } from 'node:crypto';
import { systemActor, type PersonActor } from '#kernel/actor.ts';
import { run, type CommandContext, type RunOptions } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { BROWSER_AGENT } from '../adapters/agents/browser-agent-driver.ts';
import { certificateBytes, schemeOf, signatureValue } from '../adapters/signature-values.ts';
import { SigningDriverError } from '../adapters/signing-driver.ts';
import { acceptCertificate, keepCredential, type KeptCredential } from '../commands/accept-certificate.ts';
import { findWaitingRequest, type WaitingRequest } from '../commands/holder-requests.ts';
import { getOpenedSigning, getSigning, type SigningKey } from '../commands/signing-states.ts';
import { parseCertificate, type Certificate } from '../domain/pki/certificate.ts';
import { signatureErrors } from '../errors.ts';
import { resumeSigning } from '../perform-signing.ts';
import { assertMayUse, type CredentialRow } from '../policy.ts';
import { getCredential } from '../queries/credentials.ts';
import { isSignatureBy } from '../signing-work.ts';
import type { AgentOutcome, AgentRequest } from './contract.ts';
import { handOverErrors } from './errors.ts';

type Asked = { waiting: WaitingRequest; credential: CredentialRow; attributes: Buffer; isAnswered: boolean };

/**
 * What the signing program on the signer's computer has to sign: the hash of the attributes that the server prepared, which name
 * the certificate. Only the person who opened the signing gets it.
 * @throws signatures.signingNotFound · agentNotAsked
 */
export async function getAgentRequest(kernel: Kernel, key: SigningKey, actor: PersonActor): Promise<AgentRequest> {
  return requestOf(key, await askedOf(kernel, key, actor));
}

function requestOf({ signingId }: SigningKey, { waiting, credential, attributes }: Asked): AgentRequest {
  const { fingerprint, serialHex } = parseCertificate(credential.certificate);
  const hash = createHash('sha256').update(attributes).digest('base64');
  return { signingId, transactionId: waiting.request.transactionId, hashAlgorithm: 'SHA-256', hash, certificateFingerprint: fingerprint, certificateSerial: serialHex };
}

async function askedOf(kernel: Kernel, key: SigningKey, actor: PersonActor): Promise<Asked> {
  const waiting = await findWaitingRequest(kernel.database.pool, key);
  if (waiting === undefined) throw handOverErrors.agentNotAsked();
  if (waiting.openedBy.personId !== actor.personId) throw signatureErrors.signingNotFound();
  const credential = await getCredential(kernel.database.pool, { agencyId: waiting.credentialAgencyId, id: waiting.credentialId });
  // safe because perform-signing and open-hand-over write this column; the latter keeps an empty object there
  const kept = JSON.parse(waiting.prepared.toString('utf8')) as { attributes?: string; answer?: string[] };
  if (credential.driver !== BROWSER_AGENT || kept.attributes === undefined) throw handOverErrors.agentNotAsked();
  return { waiting, credential, attributes: Buffer.from(kept.attributes, 'base64'), isAnswered: kept.answer !== undefined };
}

export type AgentAnswer = SigningKey & { transactionId: string; signature: string; certificate: string | null };

/**
 * Takes what the signing program answered: verified against the chosen certificate, kept, then put into the file as any late
 * answer of a key holder. If this process dies in between, the job goes on with what was kept. The same answer again changes nothing.
 * @throws signatures.signingNotFound · agentNotAsked · agentAnswerWrong · handOverOtherCertificate · alreadyBeingSigned
 */
export async function answerAgentRequest(kernel: Kernel, answer: AgentAnswer, { actor, requestId }: { actor: PersonActor; requestId: string }): Promise<AgentOutcome> {
  const key: SigningKey = { agencyId: answer.agencyId, signingId: answer.signingId };
  const signing = await getOpenedSigning(kernel.database.pool, key, actor);
  if (signing.state === 'completed') return { state: 'signed' };
  const asked = await askedOf(kernel, key, actor);
  const { transactionId } = asked.waiting.request;
  if (transactionId !== answer.transactionId) throw handOverErrors.agentNotAsked();
  if (!asked.isAnswered) {
    const signature = checkedSignature(answer, asked);
    await run(kernel, keepAgentAnswer, { ...key, transactionId, signature: signature.toString('base64') }, { actor, requestId });
  }
  // What the file, the time stamp or the storage lack now is tried again by the job.
  await resumeSigning(kernel, key, systemActor('signatures.agent-answer'));
  return outcomeOf(kernel, key, { actor, transactionId });
}

function checkedSignature(answer: AgentAnswer, { credential, attributes }: Asked): Buffer {
  const named = answer.certificate === null ? undefined : certificateBytes(answer.certificate);
  if (named !== undefined && !named.equals(credential.certificate)) {
    const found = parseCertificate(named).subject;
    throw handOverErrors.handOverOtherCertificate({ values: { found: found.commonName ?? found.text, expected: credential.label } });
  }
  const signature = valueOf(answer.signature, credential.certificate);
  if (signature === undefined || !isSignatureBy(credential, attributes, signature)) throw handOverErrors.agentAnswerWrong();
  return signature;
}

function valueOf(text: string, certificate: Buffer): Buffer | undefined {
  try {
    return signatureValue(text, schemeOf(certificate));
  } catch (error) {
    if (error instanceof SigningDriverError) return undefined;
    throw error;
  }
}

/** Keeps a verified answer with its request. @throws signatures.agentNotAsked when the request was overtaken */
export async function keepAgentAnswer(ctx: CommandContext, input: SigningKey & { transactionId: string; signature: string }): Promise<void> {
  const signing = await getSigning(ctx, input, true);
  const waiting = await findWaitingRequest(ctx, input);
  if (waiting?.request.transactionId !== input.transactionId) throw handOverErrors.agentNotAsked();
  // safe because what was read before this transaction had this shape, and only an answer is ever added to it
  const kept = JSON.parse(waiting.prepared.toString('utf8')) as object;
  const prepared = Buffer.from(JSON.stringify({ ...kept, answer: [input.signature] }));
  await ctx.query('update signatures.signing set prepared = $3 where agency_id = $1 and id = $2', [input.agencyId, input.signingId, prepared]);
  ctx.record({ type: 'signatures.agent-answered', agencyId: input.agencyId, subject: signing.subject, data: { signingId: signing.id } });
}

async function outcomeOf(kernel: Kernel, key: SigningKey, { actor, transactionId }: { actor: PersonActor; transactionId: string }): Promise<AgentOutcome> {
  const { state } = await getSigning(kernel.database.pool, key);
  if (state === 'completed') return { state: 'signed' };
  if (state === 'failed' || state === 'prepared') throw signatureErrors.signingEnded();
  const asked = await askedOf(kernel, key, actor);
  return asked.waiting.request.transactionId === transactionId ? { state: 'waiting' } : { state: 'next', request: requestOf(key, asked) };
}

export type ConnectAgentCredential = { agencyId: Id<'agency'>; kind: 'person' | 'agency'; certificate: string; chain: readonly string[] };

/**
 * Registers the certificate of a token that only the signer's own computer reaches: checked as any other. That the person has the
 * key shows with the first signature, which is verified against this certificate.
 * @throws signatures.agentCertificateUnreadable · notYourCredential · sealNeedsClerk · certificateUnsuitable · certificateUntrusted ·
 *   certificateAlreadyThere
 */
export async function connectAgentCredential(kernel: Kernel, input: ConnectAgentCredential, options: RunOptions & { actor: PersonActor }): Promise<Id<'credential'>> {
  const { agencyId, kind } = input;
  const { actor } = options;
  assertMayUse(actor, { agency_id: agencyId, kind, person_id: kind === 'person' ? actor.personId : null });
  const certificate = readCertificate(input.certificate);
  const chain = await acceptCertificate(kernel, { kind, certificate, candidates: input.chain.map(readCertificate), actor });
  return run(kernel, (ctx: CommandContext, kept: KeptCredential) => keepCredential(ctx, kept), { agencyId, kind, driver: BROWSER_AGENT, container: null, certificate, chain }, options);
}

function readCertificate(text: string): Certificate {
  const der = certificateBytes(text);
  if (der === undefined) throw handOverErrors.agentCertificateUnreadable();
  return parseCertificate(der);
}
