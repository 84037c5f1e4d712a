import type { UploadOptions } from '#ui/api-context.tsx';
import { errorFrom, unreachable } from './api-errors.ts';

type Upload = {
  path: string;
  file: File;
  options: UploadOptions;
  headers: Record<string, string>;
  onSignedOut: () => void;
};

/** Small enough to lose little when the network breaks, large enough to be quick on a good one. */
const PART_BYTES = 4 * 1024 * 1024;
const TUS = '1.0.0';

/**
 * Sends a file by the tus 1.0 protocol, part by part, and tells how far it is. The same file sent again to the same
 * address goes on where it stopped, also after the page was closed.
 */
export async function uploadFile<Reply>(upload: Upload): Promise<Reply> {
  const key = `lienthong.upload.${upload.path}.${upload.file.name}.${String(upload.file.size)}.${String(upload.file.lastModified)}`;
  let address = await resumable(upload, recall(key));
  if (address === undefined) {
    address = { url: await create(upload), offset: 0 };
    remember(key, address.url);
  }
  const { url } = address;
  let { offset } = address;
  while (offset < upload.file.size) offset = await sendPart(upload, url, offset);
  forget(key);
  const reply = await request(upload, { method: 'GET', url });
  // safe because the contract of the address names this type
  return JSON.parse(reply.responseText) as Reply;
}

async function resumable(upload: Upload, url: string | undefined): Promise<{ url: string; offset: number } | undefined> {
  if (url === undefined) return undefined;
  try {
    const reply = await request(upload, { method: 'HEAD', url });
    const offset = Number(reply.getResponseHeader('upload-offset'));
    return Number.isSafeInteger(offset) && offset < upload.file.size ? { url, offset } : undefined;
  } catch (error) {
    // The old upload has expired or was taken already: begin anew. A network that is gone says so at the next step.
    if (error instanceof DOMException) throw error;
    return undefined;
  }
}

async function create(upload: Upload): Promise<string> {
  const { file, path } = upload;
  const reply = await request(upload, {
    method: 'POST',
    url: path,
    headers: { 'upload-length': String(file.size), 'upload-metadata': `filename ${base64(file.name)},filetype ${base64(file.type)}` },
  });
  return reply.getResponseHeader('location') ?? path;
}

async function sendPart(upload: Upload, url: string, offset: number): Promise<number> {
  const end = Math.min(upload.file.size, offset + PART_BYTES);
  const reply = await request(upload, {
    method: 'PATCH',
    url,
    headers: { 'upload-offset': String(offset), 'content-type': 'application/offset+octet-stream' },
    body: upload.file.slice(offset, end),
    onSent: (sentBytes) => upload.options.onProgress?.({ sentBytes: offset + sentBytes, totalBytes: upload.file.size }),
  });
  return Number(reply.getResponseHeader('upload-offset') ?? end);
}

type Step = { method: string; url: string; headers?: Record<string, string>; body?: Blob; onSent?: (sentBytes: number) => void };

/** XMLHttpRequest, since fetch tells no progress of what is sent. */
function request(upload: Upload, step: Step): Promise<XMLHttpRequest> {
  return new Promise((resolve, reject) => {
    const { signal } = upload.options;
    const call = new XMLHttpRequest();
    call.open(step.method, step.url);
    for (const [name, value] of Object.entries({ ...upload.headers, 'tus-resumable': TUS, ...step.headers })) call.setRequestHeader(name, value);
    call.upload.addEventListener('progress', (event) => step.onSent?.(event.loaded));
    call.addEventListener('error', () => reject(unreachable()));
    call.addEventListener('abort', () => reject(new DOMException('stopped', 'AbortError')));
    call.addEventListener('load', () => {
      if (call.status === 401) upload.onSignedOut();
      if (call.status >= 400) reject(errorFrom(call.status, parseText(call.responseText)));
      else resolve(call);
    });
    if (signal?.aborted === true) {
      reject(new DOMException('stopped', 'AbortError'));
      return;
    }
    signal?.addEventListener('abort', () => call.abort(), { once: true });
    call.send(step.body ?? null);
  });
}

function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}

function parseText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // not ours: the status says enough
  }
}

/** Storage that is full or closed only costs the continuation after a reload. */
function recall(key: string): string | undefined {
  try {
    return localStorage.getItem(key) ?? undefined;
  } catch {
    return undefined;
  }
}

function remember(key: string, url: string): void {
  try {
    localStorage.setItem(key, url);
  } catch {
    // see recall
  }
}

function forget(key: string): void {
  try {
    localStorage.removeItem(key);
  } catch {
    // see recall
  }
}
