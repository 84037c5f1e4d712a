/** For tests: other people's clients of the service, as the driver that we have for such services and as bare calls of the protocol. */
import assert from 'node:assert/strict';
import { createHash, randomBytes, verify, X509Certificate } from 'node:crypto';
import { cscDriver } from '#engines/signatures/adapters/csc-client/csc-driver.ts';
import { SigningDriverError, type SignOutcome, type SignRequest, type SigningDriver } from '#engines/signatures/adapters/signing-driver.ts';
import type { SigningHouse } from '../testing.ts';

export const SHA256 = '2.16.840.1.101.3.4.2.1';
export const RSA = '1.2.840.113549.1.1.1';
export const someHash = (): string => randomBytes(32).toString('base64');
/** The id in the handle of a request. */
export const idOf = (handle: unknown): string => String(handle).split('.')[1] ?? '';

type Client = { clientId: string; clientSecret: string };
type Reply = { status: number; body: Record<string, unknown> };

/** Whether the signatures of an outcome are those of the request. */
export function holds({ items, credential }: SignRequest, outcome: SignOutcome): boolean {
  if (outcome.state !== 'signed' || outcome.signatures.length !== items.length) return false;
  const { publicKey } = new X509Certificate(credential.certificate);
  return items.every(({ attributes }, index) => verify('sha256', attributes, publicKey, outcome.signatures[index] ?? Buffer.alloc(0)));
}

/** With what a signing is refused. */
export function errorOf(work: Promise<unknown>): Promise<SigningDriverError> {
  return work.then(
    () => assert.fail('it signed'),
    (error: unknown) => (error instanceof SigningDriverError ? error : assert.fail(String(error))),
  );
}

export type SigningCalls = Awaited<ReturnType<typeof signingCalls>>;

/** What clients do at a house; its own client and the key of its owner unless told otherwise. */
export async function signingCalls(house: SigningHouse) {
  const tokens = new Map<string, string>();
  const certificateOf = async (id: string): Promise<Buffer> => {
    const [row] = await house.sql<{ certificate: Buffer }>('select certificate from signatures.credential where id = $1', [id]);
    return row?.certificate ?? assert.fail('no certificate');
  };
  const certificate = await certificateOf(house.credentialId);
  const driverOf = (version: 1 | 2, options: { isAsynchronous?: boolean; client?: Client } = {}): SigningDriver => {
    const { clientId, clientSecret } = options.client ?? house.client;
    const access =
      version === 1 ? ({ kind: 'login', user: clientId, password: clientSecret } as const) : ({ kind: 'client-credentials', oauth2Url: `${house.origin}/csc/v2/oauth2`, clientId, clientSecret } as const);
    return cscDriver({ name: 'remote', baseUrl: `${house.origin}/csc/v${String(version)}`, version, access, isAsynchronous: options.isAsynchronous });
  };
  const request = (count = 1, changes: Partial<SignRequest> & { credentialId?: string; certificate?: Buffer } = {}): SignRequest => {
    const { credentialId = house.credentialId, certificate: own = certificate, ...rest } = changes;
    const items = Array.from({ length: count }, () => {
      const attributes = randomBytes(40);
      return { attributes, digest: createHash('sha256').update(attributes).digest() };
    });
    const container = Buffer.from(JSON.stringify({ credentialID: `${house.agencyId}.${credentialId}` }));
    return { credential: { credentialId: 'c', certificate: own, chain: [], container }, secret: undefined, hash: 'sha256', items, description: 'Ký quyết định', transactionId: `t-${randomBytes(6).toString('hex')}`, ...rest };
  };
  const form = async (fields: Record<string, string>): Promise<Reply> => {
    const reply = await fetch(`${house.origin}/csc/v2/oauth2/token`, { method: 'POST', body: new URLSearchParams(fields) });
    // safe because the service answers with objects only
    return { status: reply.status, body: (await reply.json()) as Record<string, unknown> };
  };
  const csc = async (path: string, body: object, options: { version?: 1 | 2; client?: Client; token?: string } = {}): Promise<Reply> => {
    const { version = 2, client = house.client } = options;
    const token = options.token ?? tokens.get(client.clientId) ?? (await form({ grant_type: 'client_credentials', client_id: client.clientId, client_secret: client.clientSecret })).body['access_token'];
    if (options.token === undefined) tokens.set(client.clientId, String(token));
    const reply = await fetch(`${house.origin}/csc/v${String(version)}/${path}`, { method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${String(token)}` }, body: JSON.stringify(body) });
    // safe because the service answers with objects only
    return { status: reply.status, body: (await reply.json()) as Record<string, unknown> };
  };
  const credentialID = (): string => `${house.agencyId}.${house.credentialId}`;
  const ask = (hashes: string[], changes: object = {}): Promise<Reply> =>
    csc('credentials/authorize', { credentialID: credentialID(), numSignatures: hashes.length, hashes, hashAlgorithmOID: SHA256, clientData: randomBytes(8).toString('hex'), ...changes });
  const signHash = (sad: unknown, hashes: string[], changes: object = {}): Promise<Reply> =>
    csc('signatures/signHash', { credentialID: credentialID(), SAD: sad, hashes, hashAlgorithmOID: SHA256, signAlgo: RSA, ...changes });
  /** Asks, approves, and returns the activation data. */
  const approved = async (hashes: string[]): Promise<string> => {
    const { body } = await ask(hashes);
    assert.equal((await house.approve([idOf(body['handle'])])).status, 200);
    return String((await csc('credentials/authorizeCheck', { handle: body['handle'] })).body['SAD']);
  };
  const eventsOf = async (id: string): Promise<string[]> =>
    (await house.sql<{ type: string }>(`select type from audit.entry where subject_id = $1 order by at, id`, [id])).map((row) => row.type.replace('remote-signing.', ''));
  return { tokens, certificate, certificateOf, driverOf, request, form, csc, credentialID, ask, signHash, approved, eventsOf };
}
