import type { Api, QueryValue, ReadOptions, WriteOptions } from '#ui/api-context.tsx';
import { getPreferences } from '#ui/preferences.ts';
import type { Attention } from './attention.ts';
import { errorFrom, unreachable } from './api-errors.ts';
import { uploadFile } from './upload.ts';

export type ApiSettings = {
  /** Called when the server says that nobody is signed in. */
  onSignedOut: () => void;
  attention: Pick<Attention, 'isUnattended' | 'noteActivity'>;
};

type Request = { method: string; path: string; body?: unknown; options: WriteOptions };

/** The workplace's way to its own server: JSON, same origin, errors thrown as ApiError. */
export function createApi(settings: ApiSettings): Api {
  const call = <Reply>(request: Request) => send<Reply>(request, settings);
  return {
    get: (path, options = {}) => call({ method: 'GET', path, options }),
    post: (path, body, options = {}) => call({ method: 'POST', path, body, options }),
    put: (path, body, options = {}) => call({ method: 'PUT', path, body, options }),
    patch: (path, body, options = {}) => call({ method: 'PATCH', path, body, options }),
    del: (path, options = {}) => call({ method: 'DELETE', path, options }),
    upload: (path, file, options = {}) => uploadFile({ path, file, options, headers: commonHeaders(), onSignedOut: settings.onSignedOut }),
  };
}

/** Sent with each request: the anti-forgery header and the language of messages. */
function commonHeaders(): Record<string, string> {
  return { accept: 'application/json', 'x-csrf': '1', 'x-language': getPreferences().language };
}

async function send<Reply>(request: Request, settings: ApiSettings): Promise<Reply> {
  const { method, path, body, options } = request;
  const headers = { ...commonHeaders(), ...activityHeader(method, settings.attention) };
  if (body !== undefined) headers['content-type'] = 'application/json';
  if (options.idempotencyKey !== undefined) headers['idempotency-key'] = options.idempotencyKey;
  const response = await fetch(addressOf(path, options), {
    method,
    headers,
    credentials: 'same-origin',
    body: body === undefined ? null : JSON.stringify(body),
    signal: options.signal ?? null,
  }).catch((cause: unknown) => {
    throw isAbort(cause) ? cause : unreachable();
  });
  const reply = await readBody(response);
  if (!response.ok) {
    if (response.status === 401) settings.onSignedOut();
    throw errorFrom(response.status, reply);
  }
  // safe because the server's tests hold its replies to the contract that names this type
  return reply as Reply;
}

/** What an unattended screen reads by itself must not keep its session alive; the server is told by this header. */
function activityHeader(method: string, attention: ApiSettings['attention']): Record<string, string> {
  if (method === 'GET' && attention.isUnattended()) return { 'x-background': '1' };
  attention.noteActivity();
  return {};
}

function addressOf(path: string, options: ReadOptions): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(options.query ?? {})) {
    for (const part of queryParts(value)) query.append(name, part);
  }
  const text = query.toString();
  return text === '' ? path : `${path}?${text}`;
}

function queryParts(value: QueryValue): readonly string[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value.map(String) : [String(value)];
}

async function readBody(response: Response): Promise<unknown> {
  const text = await response.text();
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // a proxy's own error page: the status says enough
  }
}

function isAbort(cause: unknown): boolean {
  return cause instanceof DOMException && cause.name === 'AbortError';
}
