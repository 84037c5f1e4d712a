import type { UploadOptions } from '#ui/api-context.tsx';
import { ApiError } from '#ui/api-error.ts';
import { errorFrom, unreachable } from './api-errors.ts';
import { forgetUpload, rememberUpload, rememberedUpload, uploadKey } from './upload-memory.ts';

type Upload = {
  path: string;
  file: File;
  options: UploadOptions;
  headers: Record<string, string>;
  onSignedOut: () => void;
};

const tus = { 'tus-resumable': '1.0.0' } as const;
const pausesMs = [1_000, 3_000, 8_000];

/** Uploads that are under way in this window: the same file chosen twice becomes two uploads. */
const underWay = new Set<string>();

/**
 * Sends one file by tus 1.0.0 and returns what the server found in it. A lost connection is taken up three times by
 * itself; aborted or failed, the same file sent again to the same path goes on where it stopped, also after the browser
 * was closed. Aborting with the reason `'discard'` takes back what was sent.
 */
export async function uploadFile<Reply>(upload: Upload): Promise<Reply> {
  const { path, file } = upload;
  const key = uploadKey(path, file);
  const alone = !underWay.has(key);
  if (alone) underWay.add(key);
  let address: string | undefined;
  try {
    address = (alone ? await takeUp(upload, key) : undefined) ?? (await create(upload));
    if (alone) rememberUpload(key, address);
    await sendAll(upload, address);
    const reply = await describe<Reply>(upload, address);
    if (alone) forgetUpload(key);
    return reply;
  } catch (error) {
    if (upload.options.signal?.reason === 'discard' && address !== undefined) await discard(upload, { address, key });
    throw error;
  } finally {
    if (alone) underWay.delete(key);
  }
}

/** The address of an upload that was begun before, if the server still has it and waits for more. */
async function takeUp(upload: Upload, key: string): Promise<string | undefined> {
  const address = rememberedUpload(key);
  if (address === undefined) return undefined;
  const response = await request(upload, { method: 'HEAD', address });
  const offset = Number(response.headers.get('upload-offset') ?? Number.NaN);
  if (response.ok && (offset < upload.file.size || (await isStillOurs(upload, address)))) return address;
  forgetUpload(key);
  return undefined;
}

/** Everything arrived, but the last answer was lost; a document that took the file since then keeps it. */
async function isStillOurs(upload: Upload, address: string): Promise<boolean> {
  const found = await bodyOf(await request(upload, { method: 'GET', address }));
  return typeof found === 'object' && found !== null && 'state' in found && found.state === 'finished';
}

async function create(upload: Upload): Promise<string> {
  const { path, file } = upload;
  const response = await request(upload, { method: 'POST', address: path, headers: { 'upload-length': String(file.size), 'upload-metadata': `filename ${base64(file.name)}` } });
  const location = response.headers.get('location');
  if (!response.ok || location === null) throw errorFrom(response.status, await bodyOf(response));
  return location;
}

/** Sends what is missing, and after a lost connection asks how much arrived and goes on from there. */
async function sendAll(upload: Upload, address: string): Promise<void> {
  let failures = 0;
  let offset = await arrived(upload, address);
  while (offset < upload.file.size) {
    const outcome = await sendFrom(upload, { address, offset });
    if (outcome === 'sent') return;
    const pauseMs = pausesMs[failures];
    if (pauseMs === undefined) throw unreachable();
    failures += 1;
    await pause(pauseMs, upload.options.signal);
    const now = await arrived(upload, address).catch((error: unknown) => {
      if (error instanceof ApiError) return offset; // asked again after the next pause
      throw error;
    });
    if (now > offset) failures = 0;
    offset = now;
  }
}

async function arrived(upload: Upload, address: string): Promise<number> {
  const response = await request(upload, { method: 'HEAD', address });
  if (!response.ok) throw errorFrom(response.status, undefined);
  const offset = Number(response.headers.get('upload-offset') ?? 0);
  upload.options.onProgress?.({ sentBytes: offset, totalBytes: upload.file.size });
  return offset;
}

/** One request with the rest of the file. Only XMLHttpRequest tells how far the sending is. */
function sendFrom(upload: Upload, { address, offset }: { address: string; offset: number }): Promise<'sent' | 'lost'> {
  const { file, options, headers, onSignedOut } = upload;
  const { signal, onProgress } = options;
  return new Promise((resolve, reject) => {
    const sending = new XMLHttpRequest();
    const stop = () => sending.abort();
    sending.open('PATCH', address);
    const all = { ...headers, ...tus, 'upload-offset': String(offset), 'content-type': 'application/offset+octet-stream' };
    for (const [name, value] of Object.entries(all)) sending.setRequestHeader(name, value);
    sending.upload.addEventListener('progress', (event) => onProgress?.({ sentBytes: offset + event.loaded, totalBytes: file.size }));
    sending.addEventListener('error', () => resolve('lost'));
    sending.addEventListener('abort', () => reject(stopped()));
    sending.addEventListener('loadend', () => signal?.removeEventListener('abort', stop));
    sending.addEventListener('load', () => {
      if (sending.status === 401) onSignedOut();
      if (sending.status < 300) resolve('sent');
      else if (mayGoOn(sending.status)) resolve('lost');
      else reject(errorFrom(sending.status, parse(sending.responseText)));
    });
    if (signal?.aborted === true) reject(stopped());
    else {
      signal?.addEventListener('abort', stop);
      sending.send(file.slice(offset));
    }
  });
}

/** A wrong offset, a connection cut by something between, or a tired server: asking for the offset mends it. */
function mayGoOn(status: number): boolean {
  return status === 409 || status === 502 || status === 503 || status === 504;
}

async function describe<Reply>(upload: Upload, address: string): Promise<Reply> {
  const response = await request(upload, { method: 'GET', address });
  const body = await bodyOf(response);
  if (!response.ok) throw errorFrom(response.status, body);
  // safe because the contract of the address names this type
  return body as Reply;
}

async function discard(upload: Upload, { address, key }: { address: string; key: string }): Promise<void> {
  forgetUpload(key);
  const withoutSignal = { ...upload, options: {} };
  await request(withoutSignal, { method: 'DELETE', address }).catch(() => undefined); // the server forgets it by itself after a day
}

async function request(upload: Upload, { method, address, headers = {} }: { method: string; address: string; headers?: Record<string, string> }): Promise<Response> {
  const { signal } = upload.options;
  const response = await fetch(address, { method, headers: { ...upload.headers, ...tus, ...headers }, credentials: 'same-origin', signal: signal ?? null }).catch((cause: unknown) => {
    throw signal?.aborted === true ? stopped() : cause instanceof TypeError ? unreachable() : cause;
  });
  if (response.status === 401) upload.onSignedOut();
  return response;
}

function pause(durationMs: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = window.setTimeout(resolve, durationMs);
    signal?.addEventListener('abort', () => {
      window.clearTimeout(timer);
      reject(stopped());
    });
  });
}

function stopped(): DOMException {
  return new DOMException('the upload was stopped', 'AbortError');
}

async function bodyOf(response: Response): Promise<unknown> {
  return parse(await response.text());
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // no reply, or one that something between us and the server wrote
  }
}

/** UTF-8 in base64, as tus wants its metadata. */
function base64(text: string): string {
  return btoa(String.fromCodePoint(...new TextEncoder().encode(text)));
}
