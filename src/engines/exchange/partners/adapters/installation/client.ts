import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { z } from 'zod';
import { PartnerUnavailable, type PartnerLine } from '../../adapter.ts';
import { learnFeatures } from './peer-features.ts';
import { digestOf, isReplyOf, signRequest, VERSION, type KnownKey } from './http-signatures.ts';
import { keysInForce, receiptKeysAmong, signingKey, type Config, type Secrets } from './settings.ts';
import { hello, PART_LIMIT_BYTES, PEER, wireProblem, type Hello, type WireProblem } from './wire.ts';

export type InstallationLine = PartnerLine<Config, Secrets>;

const REPLY_LIMIT_BYTES = 8 * 1024 * 1024;

/** The partner said no, for good. */
export class PeerRefusal extends Error {
  readonly problem: WireProblem;

  constructor(problem: WireProblem) {
    super(`${problem.code}: ${problem.problem}`);
    this.name = 'PeerRefusal';
    this.problem = problem;
  }
}

type Call = { method: 'GET' | 'POST' | 'PUT'; path: string; body?: Buffer; address?: string; /** By which the reply is recognised; the pinned ones unless told. */ keys?: readonly KnownKey[] };

/**
 * Calls another installation and believes nothing but an answer that its key signed for this very request: what a proxy, a
 * page of an office network or a stranger says counts as no answer.
 * @throws PartnerUnavailable; PeerRefusal for what the partner refuses for good
 */
export async function callPeer<Schema extends z.ZodType>(line: InstallationLine, call: Call, schema: Schema): Promise<z.output<Schema>> {
  const reply = await callForBytes(line, call);
  const parsed = schema.safeParse(parseJson(reply));
  if (!parsed.success) throw new PartnerUnavailable('replyUnreadable', { problem: 'an answer in an unknown form' });
  return parsed.data;
}

/** The same, for the bytes of a file. */
export async function callForBytes(line: InstallationLine, call: Call): Promise<Buffer> {
  const address = call.address ?? line.address;
  if (address === null) throw new PartnerUnavailable('noAddress', { problem: 'the partner has no address and calls us itself', retry: 'later' });
  const keys = call.keys ?? keysInForce(line.pinned, line.kernel.clock.now());
  const url = new URL(address.replace(/\/+$/, '') + PEER + call.path);
  const body = call.body ?? Buffer.alloc(0);
  const signed = signRequest({ method: call.method, target: url.pathname.replace(/^.*?(?=\/api\/v1\/exchange\/peer)/, '') + url.search, digest: digestOf(body) }, signingKey(line.secrets), line.kernel.clock.now());
  const reply = await exchange(line, { url, method: call.method, body, headers: signed.headers });
  if (!isReplyOf(reply, signed.nonce, keys)) throw unsigned(reply);
  if (reply.status < 300) return reply.content;
  const problem = wireProblem.safeParse(parseJson(reply.content));
  if (!problem.success) throw new PartnerUnavailable('replyUnreadable', { problem: `HTTP ${String(reply.status)}` });
  if (problem.data.retry === 'final') throw new PeerRefusal(problem.data);
  const { code, retryAfterMs } = problem.data;
  throw new PartnerUnavailable(code, { problem: problem.data.problem, retry: problem.data.retry, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) });
}

/** Why a request was turned away before the partner could know whose it is; told unsigned, so it only explains. */
const DOORSTEP = ['signatureMissing', 'versionUnknown', 'keyUnknown', 'signatureExpired', 'clockSkew', 'signatureWrong', 'nonceUsed'];

function unsigned(reply: Reply): PartnerUnavailable {
  const told = wireProblem.safeParse(parseJson(reply.content));
  if (told.success && reply.status === 401 && DOORSTEP.includes(told.data.code)) return new PartnerUnavailable(told.data.code, { problem: told.data.problem });
  return new PartnerUnavailable('replyUnsigned', { problem: `HTTP ${String(reply.status)} without the partner’s signature` });
}

function parseJson(content: Buffer): unknown {
  try {
    return JSON.parse(content.toString('utf8'));
  } catch {
    return undefined;
  }
}

type Reply = { status: number; content: Buffer; headers: IncomingMessage['headers'] };

async function exchange(line: InstallationLine, call: { url: URL; method: string; body: Buffer; headers: Record<string, string> }): Promise<Reply> {
  const { url, method, body } = call;
  const options: RequestOptions = { method, headers: { ...call.headers, 'content-type': 'application/octet-stream', 'content-length': String(body.length), accept: 'application/json' }, signal: line.signal, timeout: line.config.answerWithinSeconds * 1000 };
  const { tls } = line.secrets;
  try {
    return await new Promise<Reply>((resolve, reject) => {
      const request =
        url.protocol === 'https:'
          ? httpsRequest(url, { ...options, minVersion: 'TLSv1.2', ...(line.config.certificateAuthority === undefined ? {} : { ca: line.config.certificateAuthority }), ...(tls === undefined ? {} : { cert: tls.certificate, key: tls.key }) })
          : httpRequest(url, options);
      request.on('timeout', () => request.destroy(new Error('no sign of life')));
      request.on('error', reject);
      request.on('response', (response) => {
        readReply(response).then((content) => {
          resolve({ status: response.statusCode ?? 0, content, headers: response.headers });
        }, reject);
      });
      request.end(body);
    });
  } catch (error) {
    throw new PartnerUnavailable(codeOf(error), { problem: error instanceof Error ? error.message : String(error), cause: error });
  }
}

async function readReply(response: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of response) {
    // safe because a reply without an encoding gives bytes
    const bytes = part as Buffer;
    size += bytes.length;
    if (size > REPLY_LIMIT_BYTES) {
      response.destroy();
      throw new Error('the reply is too large');
    }
    parts.push(bytes);
  }
  return Buffer.concat(parts);
}

function codeOf(error: unknown): string {
  if (error instanceof Error && (error.name === 'AbortError' || error.name === 'TimeoutError' || error.message === 'no sign of life')) return 'timeout';
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (/CERT|TLS|SSL|SIGNED/.test(code)) return 'tlsFailed';
  return 'unreachable';
}

/** Says good day: learns versions, limits and receipt keys. @throws PartnerUnavailable `versionUnknown` when we speak no common version */
export async function sayHello(line: InstallationLine): Promise<Hello> {
  const told = await callPeer(line, { method: 'GET', path: '/hello' }, hello);
  if (!told.versions.includes(VERSION)) throw new PartnerUnavailable('versionUnknown', { problem: `the partner speaks ${told.versions.join(', ')}` });
  const receiptKeys = receiptKeysAmong(told.receiptKeys);
  await keepReceiptKeys(line, receiptKeys);
  await learnFeatures(line.kernel, { partner: { id: line.partnerId, name: line.name }, features: told.features });
  return { ...told, receiptKeys, limits: { ...told.limits, partBytes: Math.min(told.limits.partBytes, PART_LIMIT_BYTES) } };
}

/** Adds what the partner tells to what it told before: whoever stops publishing a key does not take back what it signed with it. */
async function keepReceiptKeys(line: InstallationLine, told: readonly KnownKey[]): Promise<void> {
  await line.kernel.database.pool.query(
    `update exchange.partner p set pinned = jsonb_set(p.pinned, '{receiptKeys}',
            $2::jsonb || coalesce((select jsonb_agg(k.key order by k.place) from jsonb_array_elements(p.pinned -> 'receiptKeys') with ordinality as k (key, place) where k.key ->> 'kid' <> all ($3::text[])), '[]'))
      where p.id = $1 and not coalesce(p.pinned -> 'receiptKeys', '[]') @> $2::jsonb`,
    [line.partnerId, JSON.stringify(told), told.map(({ kid }) => kid)],
  );
}
