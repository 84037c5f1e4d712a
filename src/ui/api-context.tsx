import { createContext, useContext, type ReactNode } from 'react';

export { ApiError, fieldProblem, type ApiFieldProblem } from './api-error.ts';

export type QueryValue = string | number | boolean | readonly string[] | undefined;

export type ReadOptions = {
  /** Becomes the query string; undefined values are left out, arrays repeat the name. */
  query?: Readonly<Record<string, QueryValue>> | undefined;
  signal?: AbortSignal | undefined;
};

export type WriteOptions = ReadOptions & {
  /** Makes a repeated request harmless: sent as `idempotency-key`. */
  idempotencyKey?: string | undefined;
};

export type UploadProgress = { sentBytes: number; totalBytes: number };

export type UploadOptions = {
  onProgress?: ((progress: UploadProgress) => void) | undefined;
  /** Aborting pauses: the same file sent again to the same path goes on where it stopped. With the reason `'discard'` it gives up. */
  signal?: AbortSignal | undefined;
};

/**
 * The way to the server. Types come from a contract: `api.get<z.infer<typeof inboxPage>>('/api/v1/…')`.
 * Every method throws ApiError, also when the network is gone (status 0, code `network.unreachable`).
 */
export interface Api {
  get: <Reply>(path: string, options?: ReadOptions) => Promise<Reply>;
  post: <Reply>(path: string, body?: unknown, options?: WriteOptions) => Promise<Reply>;
  put: <Reply>(path: string, body?: unknown, options?: WriteOptions) => Promise<Reply>;
  patch: <Reply>(path: string, body?: unknown, options?: WriteOptions) => Promise<Reply>;
  del: <Reply>(path: string, options?: WriteOptions) => Promise<Reply>;
  upload: <Reply>(path: string, file: File, options?: UploadOptions) => Promise<Reply>;
}

const ApiContext = createContext<Api | undefined>(undefined);

export function ApiProvider({ api, children }: { api: Api; children: ReactNode }): ReactNode {
  return <ApiContext.Provider value={api}>{children}</ApiContext.Provider>;
}

/** The way to the server, given by the workplace. */
export function useApi(): Api {
  const api = useContext(ApiContext);
  if (api === undefined) throw new Error('useApi needs an ApiProvider above it');
  return api;
}
