import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type * as S3Library from '@aws-sdk/client-s3';
import type { PutObjectCommand, PutObjectCommandInput, S3Client } from '@aws-sdk/client-s3';
import { kernelErrors } from '#kernel/errors.ts';
import { filesErrors } from '../errors.ts';
import type { ByteRange } from './store.ts';

export type S3Content = { /** Hexadecimal. */ sha256: string; sizeBytes: number; open: () => Readable | Buffer };

/** What the store needs of a bucket, keys relative to the prefix. */
export type S3Bucket = {
  /** Writes an object unless there is one of this key and size. */
  put(key: string, content: S3Content): Promise<void>;
  /** Writes an object, over whatever has its key. */
  replace(key: string, bytes: Buffer): Promise<void>;
  sizeOf(key: string): Promise<number | undefined>;
  get(key: string, range?: ByteRange): Promise<Readable>;
  list(prefix: string): Promise<{ key: string; sizeBytes: number }[]>;
  remove(key: string): Promise<void>;
};

type Sdk = typeof S3Library;
type Connection = { sdk: Sdk; client: S3Client };

/** Opens nothing before the first use: the library is large, and most installations keep files in a folder. */
export function connectS3(address: string): S3Bucket {
  const url = new URL(address);
  const bucket = url.hostname;
  const prefix = url.pathname.replace(/^\/+|\/+$/g, '');
  const nameOf = (key: string): string => (prefix === '' ? key : `${prefix}/${key}`);
  let connection: Promise<Connection> | undefined;
  const connected = (): Promise<Connection> => (connection ??= connect(url));

  const place = async (key: string, content: S3Content, condition: Partial<PutObjectCommandInput>): Promise<void> => {
    const { sdk, client } = await connected();
    const command = new sdk.PutObjectCommand({
      Bucket: bucket,
      Key: nameOf(key),
      Body: content.open(),
      ContentLength: content.sizeBytes,
      // The store checks the bytes against it before it says that it has them.
      ChecksumSHA256: Buffer.from(content.sha256, 'hex').toString('base64'),
      ...condition,
    });
    signContent(command, content.sha256);
    await client.send(command);
  };
  return {
    async put(key, content) {
      try {
        await place(key, content, { IfNoneMatch: '*' });
      } catch (error) {
        if (statusOf(error) === 412) return replaceDamaged(key, content);
        // Stores that do not know the condition get the object without it: the same key has the same bytes.
        if (statusOf(error) !== 501) throw asStoreError(error);
        await place(key, content, {}).catch(rethrow);
      }
    },
    async replace(key, bytes) {
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      await place(key, { sha256, sizeBytes: bytes.length, open: () => bytes }, {}).catch(rethrow);
    },
    sizeOf: (key) => sizeOf(key),
    async get(key, range) {
      const { sdk, client } = await connected();
      const bytes = range === undefined ? {} : { Range: `bytes=${String(range.start)}-${String(range.end)}` };
      const reply = await client.send(new sdk.GetObjectCommand({ Bucket: bucket, Key: nameOf(key), ...bytes })).catch(rethrow);
      if (!(reply.Body instanceof Readable)) throw new Error('the store sent no stream');
      return reply.Body;
    },
    async list(part) {
      const { sdk, client } = await connected();
      const found: { key: string; sizeBytes: number }[] = [];
      for (let token: string | undefined; ; ) {
        const next = token === undefined ? {} : { ContinuationToken: token };
        const reply = await client.send(new sdk.ListObjectsV2Command({ Bucket: bucket, Prefix: nameOf(part), ...next })).catch(rethrow);
        for (const { Key, Size } of reply.Contents ?? []) found.push({ key: (Key ?? '').slice(nameOf('').length), sizeBytes: Size ?? 0 });
        token = reply.NextContinuationToken;
        if (token === undefined) return found;
      }
    },
    async remove(key) {
      const { sdk, client } = await connected();
      await client.send(new sdk.DeleteObjectCommand({ Bucket: bucket, Key: nameOf(key) })).catch(rethrow);
    },
  };

  async function sizeOf(key: string): Promise<number | undefined> {
    const { sdk, client } = await connected();
    try {
      return (await client.send(new sdk.HeadObjectCommand({ Bucket: bucket, Key: nameOf(key) }))).ContentLength;
    } catch (error) {
      if (statusOf(error) === 404) return undefined;
      throw asStoreError(error);
    }
  }

  /** An object of this key is there. One of another size is damaged, since the key is the hash. */
  async function replaceDamaged(key: string, content: S3Content): Promise<void> {
    if ((await sizeOf(key)) !== content.sizeBytes) await place(key, content, {}).catch(rethrow);
  }
}

async function connect(url: URL): Promise<Connection> {
  const sdk = await import('@aws-sdk/client-s3');
  const endpoint = url.searchParams.get('endpoint');
  const accessKeyId = process.env['AWS_ACCESS_KEY_ID'];
  const secretAccessKey = process.env['AWS_SECRET_ACCESS_KEY'];
  const client = new sdk.S3Client({
    region: url.searchParams.get('region') ?? process.env['AWS_REGION'] ?? 'us-east-1',
    ...(endpoint === null ? {} : { endpoint, forcePathStyle: true }),
    ...(accessKeyId === undefined || secretAccessKey === undefined ? {} : { credentials: { accessKeyId, secretAccessKey } }),
    maxAttempts: 3,
    // We send SHA-256 ourselves; other stores than Amazon's do not know the checksums that the library adds by itself.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  return { sdk, client };
}

/** The hash is known, so the signature covers the content without the library reading it a second time. */
function signContent(command: PutObjectCommand, sha256: string): void {
  command.middlewareStack.add(
    (next) => (args) => {
      const { request } = args;
      if (typeof request === 'object' && request !== null && 'headers' in request) Object.assign(request.headers ?? {}, { 'x-amz-content-sha256': sha256 });
      return next(args);
    },
    { step: 'build', name: 'signContent' },
  );
}

function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('$metadata' in error)) return undefined;
  const metadata = error.$metadata;
  return typeof metadata === 'object' && metadata !== null && 'httpStatusCode' in metadata && typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : undefined;
}

const FULL = /StorageFull|QuotaExceeded|InsufficientStorage|OutOfSpace/i;

function asStoreError(error: unknown): unknown {
  if (statusOf(error) === 404) return filesErrors.notStored({ cause: error });
  if (statusOf(error) === 507 || (error instanceof Error && FULL.test(error.name))) return kernelErrors.storageFull({ cause: error });
  return filesErrors.storeUnavailable({ cause: error });
}

function rethrow(error: unknown): never {
  throw asStoreError(error);
}
