import { createHash, type KeyObject } from 'node:crypto';
import type { PersonActor } from '#kernel/actor.ts';
import type { Module } from '#kernel/module.ts';
import type { TestHouse } from '#kernel/testkit.ts';
import { browserAgentDriver } from '../adapters/agents/browser-agent-driver.ts';
import { assembleCms, cmsSigner, estimateCmsBytes, signAttributes, signedAttributes, type CmsSigner } from '../domain/cms/sign.ts';
import { prepareSignature, type SignatureRequest } from '../domain/pdf/signing/index.ts';
import { readPkcs12 } from '../domain/pki/pkcs12.ts';
import { getCredential } from '../queries/credentials.ts';
import { credentialOf, testModules, testPin } from '../testing.ts';
import { handOverEvents } from './events.ts';
import { finishHandOverJob } from './jobs/finish-hand-over.ts';
import { handOverRoutes } from './routes.ts';

/** The test modules with what this folder gives to the engine's manifest, unless the manifest has it already. */
export const agentModules: readonly Module[] = testModules.map((module) => {
  const { routes = [], jobs = [], events = {}, contributions = {} } = module;
  const isThere = handOverRoutes.some((each) => routes.includes(each));
  if (module.name !== 'signatures' || isThere) return module;
  const holders = { 'signatures.key-holders': [browserAgentDriver] };
  return { ...module, routes: [...routes, ...handOverRoutes], jobs: [...jobs, finishHandOverJob], events: { ...events, ...handOverEvents }, contributions: { ...contributions, ...holders } };
});

/** A USB token with a certificate and its key, as a signing program sees it. */
export type Token = { credentialId: string; certificate: Buffer; signer: CmsSigner; key: KeyObject };

/** A credential in the person's name whose key is on a token at the person's own computer. */
export async function tokenOf(house: TestHouse, person: PersonActor, keyKind: 'p-256' | 'rsa-2048' = 'rsa-2048'): Promise<Token> {
  return putOnToken(house, person.agencyId, await credentialOf(house.kernel, person, { keyKind }));
}

/** Takes the key of a credential away from the server and puts it on a token. */
export async function putOnToken(house: TestHouse, agencyId: string, credentialId: string): Promise<Token> {
  const { container, certificate, chain } = await getCredential(house.kernel.database.pool, { agencyId, id: credentialId });
  const { privateKey } = await readPkcs12(container ?? Buffer.alloc(0), testPin);
  await house.sql(`update signatures.credential set driver = 'browser-agent', container = null where id = $1`, [credentialId]);
  return { credentialId, certificate, signer: cmsSigner({ certificate, chain }), key: privateKey };
}

export type ProgramRequest = Partial<SignatureRequest> & { signingTime: Date; /** For programs that put a time from an authority. */ stamp?: (signature: Buffer) => Promise<Buffer> };

/** Signs a file as a signing program on another computer does: our file and an increment. */
export async function signAsProgram(pdf: Buffer, { signer, key }: Pick<Token, 'signer' | 'key'>, { stamp, ...request }: ProgramRequest): Promise<Buffer> {
  const fieldName = `Program-${createHash('sha256').update(pdf).digest('hex').slice(0, 6)}`;
  const prepared = prepareSignature(pdf, { fieldName, reserveBytes: estimateCmsBytes(signer) + 8000, ...request });
  const attributes = signedAttributes(signer, prepared.digest(signer.hash));
  const signature = signAttributes(signer, key, attributes);
  const timestamp = stamp === undefined ? {} : { timestampToken: await stamp(signature) };
  const { head, tail } = prepared.finish(assembleCms(signer, { attributes, signature, ...timestamp }));
  return Buffer.concat([head, tail]);
}

/** A form as signing programs send it; the field has whatever name. */
export function formOf(bytes: Buffer, field = 'uploadfile'): { payload: Buffer; headers: { 'content-type': string } } {
  const mark = '---------------------8dd0a7f1c2b3e4f';
  const head = `--${mark}\r\nContent-Disposition: form-data; name="SessionId"\r\n\r\n\r\n--${mark}\r\nContent-Disposition: form-data; name="${field}"; filename="van-ban.signed.pdf"\r\nContent-Type: application/pdf\r\n\r\n`;
  return { payload: Buffer.concat([Buffer.from(head), bytes, Buffer.from(`\r\n--${mark}--\r\n`)]), headers: { 'content-type': `multipart/form-data; boundary=${mark}` } };
}

