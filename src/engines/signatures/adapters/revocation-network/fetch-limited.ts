import { lookup as lookupName } from 'node:dns';
import { request as requestHttp, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { LookupFunction } from 'node:net';
import { findHost, type AllowedHost } from './hosts.ts';
import { isPrivateAddress } from './private-addresses.ts';

export type FetchLimits = {
  hosts: readonly AllowedHost[];
  timeoutMs: number;
};

export type LimitedRequest = { url: string; body?: Uint8Array; contentType?: string; maxBytes: number };

const MAX_REDIRECTS = 3;

/**
 * Gets or posts within bounds: listed hosts only, redirects included, public addresses only, one time limit for everything, one size limit.
 * @throws Error saying which bound was met, or what the network said
 */
export async function fetchLimited(request: LimitedRequest, limits: FetchLimits): Promise<Buffer> {
  const signal = AbortSignal.timeout(limits.timeoutMs);
  let url = new URL(request.url);
  for (let hop = 0; hop <= MAX_REDIRECTS; hop += 1) {
    const host = findHost(url, limits.hosts);
    if (host === undefined) throw new Error(`${url.host} is not on the list of hosts`);
    const reply = await send(url, request, { signal, allowPrivate: host.isInternal === true });
    const next = redirectOf(reply, url);
    if (next === undefined) return await readLimited(reply, request.maxBytes);
    reply.destroy();
    url = next;
  }
  throw new Error('too many redirects');
}

function redirectOf({ statusCode = 0, headers }: IncomingMessage, from: URL): URL | undefined {
  return statusCode >= 300 && statusCode < 400 && headers.location !== undefined ? new URL(headers.location, from) : undefined;
}

function send(url: URL, { body, contentType }: LimitedRequest, { signal, allowPrivate }: { signal: AbortSignal; allowPrivate: boolean }): Promise<IncomingMessage> {
  const options: RequestOptions = {
    method: body === undefined ? 'GET' : 'POST',
    signal,
    // A connection of its own: one from a pool was checked for another name.
    agent: false,
    lookup: lookupFor(allowPrivate),
    headers: body === undefined ? {} : { 'content-type': contentType, 'content-length': body.length },
  };
  return new Promise((resolve, reject) => {
    const hostname = url.hostname.replace(/^\[|\]$/g, '');
    // An address instead of a name is never looked up.
    if (!allowPrivate && /^[\d.]+$|:/.test(hostname) && isPrivateAddress(hostname)) {
      reject(new Error(`${hostname} is a private address`));
      return;
    }
    const sent = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, options, resolve);
    sent.on('error', reject);
    sent.end(body);
  });
}

/** Looks a name up and hands only addresses on that were checked, so that a second answer cannot differ from the first. */
function lookupFor(allowPrivate: boolean): LookupFunction {
  return (hostname, options, callback) => {
    lookupName(hostname, { ...options, all: true }, (error, found) => {
      const addresses = error ? [] : found.filter(({ address }) => allowPrivate || !isPrivateAddress(address));
      const [first] = addresses;
      if (error !== null || first === undefined) callback(error ?? Object.assign(new Error(`${hostname} has no public address`), { code: 'ENOTFOUND' }), '', 4);
      else if (options.all === true) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}

async function readLimited(reply: IncomingMessage, maxBytes: number): Promise<Buffer> {
  if (reply.statusCode !== 200) {
    reply.destroy();
    throw new Error(`HTTP status ${String(reply.statusCode)}`);
  }
  const parts: Buffer[] = [];
  let size = 0;
  // safe because no encoding is set on the reply
  for await (const part of reply as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > maxBytes) throw new Error(`more than ${String(maxBytes)} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}
