import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { PartnerUnavailable } from '../../adapter.ts';
import { classOfHttp, ruleFor, type RetryClass } from './error-codes.ts';
import type { AxisLine } from './settings.ts';
import { signedHeaders } from './signed-headers.ts';

/** The axis said no to this very packet, for good. */
export class AxisRefusal extends Error {
  readonly code: string;

  constructor(code: string, problem: string) {
    super(problem);
    this.name = 'AxisRefusal';
    this.code = code;
  }
}

export type AxisCall = {
  path: 'sendEdoc' | 'getEdoc' | 'getReceivedEdocList' | 'getSentEdocList' | 'updateStatus' | 'getSynchronizeUnit';
  parameters: Readonly<Record<string, string>>;
  body?: { content: Readable; sizeBytes: number };
};

const REPLY_LIMIT_BYTES = 32 * 1024 * 1024;

const code = z.union([z.string(), z.number()]).transform(String);
export const reply = z.looseObject({ status: z.string(), ErrorCode: code, ErrorDesc: z.string().nullish() });
export type AxisReply = z.output<typeof reply>;

/**
 * Calls the axis and reads its JSON. A reply that is none, such as the page of a proxy with status 200, counts as no answer.
 * @throws AxisRefusal; PartnerUnavailable
 */
export async function callAxis<Schema extends z.ZodType>(line: AxisLine, call: AxisCall, data: Schema): Promise<z.output<Schema>> {
  const response = await openCall(line, call);
  const text = await readAll(line, response);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new PartnerUnavailable('replyUnreadable', { problem: `không phải JSON: ${text.slice(0, 100)}`, cause: error });
  }
  assertSuccess(line, value);
  const parsed = data.safeParse(value);
  if (!parsed.success) throw new PartnerUnavailable('replyUnreadable', { problem: parsed.error.issues.map((issue) => issue.path.join('.')).join(', ') });
  return parsed.data;
}

/** Whether a reply says success. @throws AxisRefusal; PartnerUnavailable */
export function assertSuccess({ config }: AxisLine, value: unknown): AxisReply {
  const read = reply.safeParse(value);
  if (!read.success) throw new PartnerUnavailable('replyUnreadable', { problem: 'trả lời không có status, ErrorCode' });
  const { status, ErrorCode, ErrorDesc } = read.data;
  if (ErrorCode === '0' && status.toUpperCase() !== 'FAIL') return read.data;
  const rule = ruleFor(ErrorCode, config.errorCodes);
  throw failure(`axis${rule.code}`, { retry: rule.retry, problem: `${rule.vi} (${rule.code})${ErrorDesc ? `: ${ErrorDesc}` : ''}` });
}

function failure(problemCode: string, { retry, problem }: { retry: RetryClass; problem: string }): Error {
  return retry === 'final' ? new AxisRefusal(problemCode, problem) : new PartnerUnavailable(problemCode, { problem, retry });
}

/** Sends a call and gives the response when its status is a good one; the body is still to be read. @throws AxisRefusal; PartnerUnavailable */
export async function openCall(line: AxisLine, call: AxisCall): Promise<IncomingMessage> {
  const response = await answered(line, () => send(line, call));
  const status = response.statusCode ?? 0;
  const wrong = classOfHttp(status);
  if (wrong === undefined) return response;
  response.resume();
  throw failure(wrong.code, { retry: wrong.retry, problem: `HTTP ${String(status)}` });
}

/** What the network does to a call, in the words of the framework. */
export async function answered<Value>(line: AxisLine, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof PartnerUnavailable || error instanceof AxisRefusal || !isOfNetwork(error, line.signal)) throw error;
    throw new PartnerUnavailable(networkCode(error), { problem: error instanceof Error ? error.message : String(error), cause: error });
  }
}

const SILENT = 'no sign of life';

function isOfNetwork(error: unknown, signal: AbortSignal): boolean {
  if (signal.aborted) return true;
  // A TypeError is ours: a value that no header can carry.
  if (!(error instanceof Error) || error instanceof TypeError) return false;
  return error.message === SILENT || error.name === 'AbortError' || error.name === 'TimeoutError' || ('code' in error && typeof error.code === 'string' && /^(E[A-Z]+|CERT|UNABLE|DEPTH|SELF|HPE_)/.test(error.code));
}

function networkCode(error: unknown): string {
  if (!(error instanceof Error)) return 'unreachable';
  if (error.message === SILENT || error.name === 'AbortError' || error.name === 'TimeoutError') return 'timeout';
  const code = 'code' in error ? String(error.code) : '';
  return /CERT|TLS|SSL|SIGNED/.test(code) ? 'tlsFailed' : 'unreachable';
}

function send(line: AxisLine, call: AxisCall): Promise<IncomingMessage> {
  const { address, config, secrets, kernel, signal } = line;
  if (address === null) throw new PartnerUnavailable('noAddress', { problem: 'chưa có địa chỉ của trục', retry: 'later' });
  const url = new URL(`${address.replace(/\/+$/, '')}/${call.path}`);
  const contentType = call.body === undefined ? 'application/json' : 'application/octet-stream';
  const headers = { ...signedHeaders(call.parameters, contentType, { systemId: config.systemId, secret: secrets.secret, now: kernel.clock.now() }), 'Content-Length': String(call.body?.sizeBytes ?? 0) };
  const options: RequestOptions = { method: 'POST', headers, signal, timeout: config.answerWithinSeconds * 1000 };
  return new Promise((resolve, reject) => {
    const request =
      url.protocol === 'https:'
        ? httpsRequest(url, { ...options, minVersion: 'TLSv1.2', ...(config.certificateAuthority === undefined ? {} : { ca: config.certificateAuthority }), ...(secrets.tls === undefined ? {} : { cert: secrets.tls.certificate, key: secrets.tls.key }) })
        : httpRequest(url, options);
    request.on('timeout', () => request.destroy(new Error(SILENT)));
    request.on('error', reject);
    request.on('response', resolve);
    if (call.body === undefined) request.end();
    else pipeline(call.body.content, request).catch(reject);
  });
}

async function readAll(line: AxisLine, response: IncomingMessage): Promise<string> {
  return answered(line, async () => {
    const parts: Buffer[] = [];
    let size = 0;
    for await (const part of response) {
      // safe because a response without an encoding gives bytes
      const bytes = part as Buffer;
      size += bytes.length;
      if (size > REPLY_LIMIT_BYTES) {
        response.destroy();
        throw new PartnerUnavailable('replyUnreadable', { problem: 'trả lời quá lớn' });
      }
      parts.push(bytes);
    }
    return Buffer.concat(parts).toString('utf8');
  });
}
