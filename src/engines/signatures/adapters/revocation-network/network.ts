import { randomBytes } from 'node:crypto';
import { oct } from '../../domain/asn1/der.ts';
import { parseCertificate } from '../../domain/pki/certificate.ts';
import { parseRevocationList } from '../../domain/pki/crl.ts';
import { parseOcspRequest, parseOcspResponse } from '../../domain/pki/ocsp.ts';
import { writeOcspRequest } from '../../domain/pki/ocsp-responder.ts';
import type { LookupStep } from '../../domain/validation/lookups.ts';
import { fetchLimited } from './fetch-limited.ts';
import type { AllowedHost } from './hosts.ts';
import { questionOf, type LookupCache } from './lookup-cache.ts';

export type NetworkOptions = {
  hosts: readonly AllowedHost[];
  cache: LookupCache;
  now: () => Date;
  timeoutMs?: number;
};

export type Answer = { bytes: Buffer; isFromCache: boolean };

/** Asks authorities about certificates, through the cache and within bounds. */
export type RevocationNetwork = {
  /** `isFresh` leaves the cache out, after what it gave was of no use. @throws Error when nothing usable comes */
  ask(step: LookupStep, options: { isFresh: boolean }): Promise<Answer>;
  /** False when nobody may be asked at all. */
  readonly isOpen: boolean;
};

const TIMEOUT_MS = 5000;
const MEGABYTE = 1024 * 1024;
const MAX_BYTES = { ocsp: MEGABYTE, crl: 32 * MEGABYTE, issuer: MEGABYTE / 4 } as const;
/** However long an answer claims to hold: a wrong one on an open line must not stay. */
const KEPT_MS = { ocsp: 3_600_000, crl: 24 * 3_600_000, issuer: 7 * 24 * 3_600_000 } as const;
/** After a failure the same address is left alone for so long, so that a dead authority does not slow everybody down. */
const REST_MS = 60_000;

export function createRevocationNetwork({ hosts, cache, now, timeoutMs = TIMEOUT_MS }: NetworkOptions): RevocationNetwork {
  const resting = new Map<string, { until: number; cause: unknown }>();
  const underway = new Map<string, Promise<Buffer>>();

  const fetchAnswer = async (step: LookupStep): Promise<Buffer> => {
    const { kind, url, body } = step;
    const asked = body === undefined ? undefined : withNonce(body);
    const bytes = await fetchLimited({ url, maxBytes: MAX_BYTES[kind], ...(asked === undefined ? {} : { body: asked.body, contentType: 'application/ocsp-request' }) }, { hosts, timeoutMs });
    const at = now();
    const { der, until } = read(kind, bytes, asked?.nonce);
    const latest = at.getTime() + KEPT_MS[kind];
    const goodUntil = new Date(Math.min(until?.getTime() ?? latest, latest));
    if (goodUntil > at) await cache.keep(step, { bytes: der, goodUntil }, at);
    return der;
  };

  const fetchOnce = async (step: LookupStep): Promise<Buffer> => {
    const question = questionOf(step);
    const rest = resting.get(question);
    const at = now().getTime();
    if (rest !== undefined && rest.until > at) throw new Error(`${step.url} did not answer a moment ago`, { cause: rest.cause });
    const running = underway.get(question) ?? fetchAnswer(step);
    underway.set(question, running);
    try {
      return await running;
    } catch (cause) {
      if (resting.size > 1000) resting.clear();
      resting.set(question, { until: at + REST_MS, cause });
      throw cause;
    } finally {
      underway.delete(question);
    }
  };

  return {
    isOpen: hosts.length > 0,
    async ask(step, { isFresh }) {
      const cached = isFresh ? undefined : await cache.find(step, now());
      if (cached !== undefined) return { bytes: cached, isFromCache: true };
      return { bytes: await fetchOnce(step), isFromCache: false };
    },
  };
}

/** RFC 8954: responders must take 32 bytes. */
const NONCE_BYTES = 32;

/** The same question with a number that it alone carries: the cache knows the question without it. */
function withNonce(body: Uint8Array): { body: Buffer; nonce: Buffer } {
  const [id] = parseOcspRequest(Buffer.from(body)).ids;
  if (id === undefined) throw new Error('a question about no certificate');
  const nonce = oct(randomBytes(NONCE_BYTES));
  return { body: writeOcspRequest(id, nonce), nonce };
}

/** Refuses what is not of the kind that was asked for, and says until when it holds. Whether it is genuine is for the validation to find out. */
function read(kind: LookupStep['kind'], bytes: Buffer, asked: Buffer | undefined): { der: Buffer; until: Date | undefined } {
  switch (kind) {
    case 'crl': {
      const list = parseRevocationList(fromPem(bytes));
      return { der: list.raw, until: list.nextUpdate };
    }
    case 'ocsp': {
      const { raw, answers, nonce } = parseOcspResponse(bytes);
      // Answers that are signed in advance carry none (RFC 5019 section 4); one with another's was given to somebody else, or before.
      if (nonce !== undefined && asked !== undefined && !nonce.equals(asked)) throw new Error('the answer belongs to another question');
      const ends = answers.map(({ nextUpdate }) => nextUpdate).filter((end) => end !== undefined);
      return { der: raw, until: ends.length === 0 ? undefined : new Date(Math.min(...ends.map((end) => end.getTime()))) };
    }
    case 'issuer': {
      const certificate = parseCertificate(bytes);
      return { der: certificate.raw, until: certificate.notAfter };
    }
  }
}

/** Some authorities publish lists as text (RFC 5280 wants DER at http addresses). */
function fromPem(bytes: Buffer): Buffer {
  const body = bytes[0] === 0x2d ? /-----BEGIN X509 CRL-----([^-]+)-----END X509 CRL-----/.exec(bytes.toString('latin1'))?.[1] : undefined;
  return body === undefined ? bytes : Buffer.from(body, 'base64');
}
