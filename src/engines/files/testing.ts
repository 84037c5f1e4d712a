import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { newId } from '#kernel/ids.ts';

/** A valid one-page PDF of about `kilobytes` kB, filled up with random-looking bytes that no two calls share. */
export function smallPdf(kilobytes = 2, seed: string = newId()): Buffer {
  const filler = fillerBytes(Math.max(0, kilobytes * 1024 - 700), seed);
  const content = Buffer.from('BT /F1 14 Tf 72 760 Td (Kinh gui: So Noi vu) Tj ET');
  const objects = [
    Buffer.from('<< /Type /Catalog /Pages 2 0 R >>'),
    Buffer.from('<< /Type /Pages /Kids [3 0 R] /Count 1 >>'),
    Buffer.from('<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 5 0 R >> >> /Contents 4 0 R /Padding 6 0 R >>'),
    stream(content),
    Buffer.from('<< /Type /Font /Subtype /Type1 /BaseFont /Times-Roman >>'),
    stream(filler),
  ];
  const pieces: Buffer[] = [Buffer.from('%PDF-1.7\n%\u00e2\u00e3\u00cf\u00d3\n', 'latin1')];
  let length = pieces[0]?.length ?? 0;
  const offsets: number[] = [];
  for (const [index, object] of objects.entries()) {
    const piece = Buffer.concat([Buffer.from(`${String(index + 1)} 0 obj\n`), object, Buffer.from('\nendobj\n')]);
    offsets.push(length);
    length += piece.length;
    pieces.push(piece);
  }
  const table = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  const size = String(objects.length + 1);
  pieces.push(Buffer.from(`xref\n0 ${size}\n0000000000 65535 f \n${table}trailer\n<< /Size ${size} /Root 1 0 R >>\nstartxref\n${String(length)}\n%%EOF\n`));
  return Buffer.concat(pieces);
}

function stream(bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`<< /Length ${String(bytes.length)} >>\nstream\n`), bytes, Buffer.from('\nendstream')]);
}

/** Letters that follow from the seed (a linear congruential generator): the same seed gives the same file. */
function fillerBytes(length: number, seed: string): Buffer {
  let state = Array.from(seed).reduce((sum, character) => (sum * 31 + (character.codePointAt(0) ?? 0)) >>> 0, 7);
  const bytes = Buffer.allocUnsafe(length);
  for (let index = 0; index < length; index += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[index] = 97 + ((state >>> 24) % 26);
  }
  return bytes;
}

export type UploadOptions = { name: string; bytes: Buffer; /** Of the signed-in person, such as the cookie. */ headers?: Record<string, string> };

/** The headers with which an upload is opened. */
export function uploadHeaders(options: { name: string; sizeBytes: number; headers?: Record<string, string> }): Record<string, string> {
  return {
    'tus-resumable': '1.0.0',
    'upload-length': String(options.sizeBytes),
    'upload-metadata': `filename ${Buffer.from(options.name).toString('base64')}`,
    ...options.headers,
  };
}

/** Uploads a file in one request. @returns the upload's id. @throws Error with the server's answer when it is refused. */
export async function uploadFile(server: FastifyInstance, options: UploadOptions): Promise<string> {
  const reply = await server.inject({
    method: 'POST',
    url: '/api/v1/uploads',
    headers: {
      ...uploadHeaders({ name: options.name, sizeBytes: options.bytes.length, ...(options.headers === undefined ? {} : { headers: options.headers }) }),
      'content-type': 'application/offset+octet-stream',
    },
    payload: options.bytes,
  });
  const { location } = reply.headers;
  if (reply.statusCode !== 201 || typeof location !== 'string') throw new Error(`the upload was refused: ${String(reply.statusCode)} ${reply.body}`);
  return location.slice(location.lastIndexOf('/') + 1);
}

export type S3Server = {
  /** For FILES_URL. */
  filesUrl(prefix?: string): string;
  objects: Map<string, Buffer>;
  requests: string[];
  /** Makes the store refuse as one that is full, or that is away. */
  fail(how: 'full' | 'away' | 'unknownCondition' | undefined): void;
  close(): Promise<void>;
};

/**
 * A small counterpart that speaks the S3 protocol over HTTP: objects, ranges, conditional writes, listing in pages. It
 * checks that a request is signed by the known key and that the body is what was signed, not the signature itself.
 */
export async function startS3Server(options: { accessKeyId: string; bucket: string }): Promise<S3Server> {
  const objects = new Map<string, Buffer>();
  const requests: string[] = [];
  let failure: Parameters<S3Server['fail']>[0];
  const server = createServer((request, reply) => {
    void readBody(request).then((body) => {
      const url = new URL(request.url ?? '/', 'http://s3');
      requests.push(`${request.method ?? ''} ${url.pathname}`);
      const answer = answerS3({ objects, failure, options, request, url, body });
      reply.writeHead(answer.status, { 'content-length': answer.length ?? answer.body?.length ?? 0, ...answer.headers });
      reply.end(request.method === 'HEAD' ? undefined : answer.body);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // safe because a TCP server has a port
  const { port } = server.address() as AddressInfo;
  return {
    filesUrl: (prefix = 'province') => `s3://${options.bucket}/${prefix}?endpoint=http://127.0.0.1:${String(port)}&region=vn-1`,
    objects,
    requests,
    fail: (how) => {
      failure = how;
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

type S3Question = {
  objects: Map<string, Buffer>;
  failure: 'full' | 'away' | 'unknownCondition' | undefined;
  options: { accessKeyId: string; bucket: string };
  request: IncomingMessage;
  url: URL;
  body: Buffer;
};
type S3Answer = { status: number; body?: Buffer; length?: number; headers?: Record<string, string> };

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  // safe because no encoding was set, so the chunks are buffers
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}

function answerS3(question: S3Question): S3Answer {
  const { objects, failure, request, url, body } = question;
  const refusal = refuseUnsigned(question);
  if (refusal !== undefined) return refusal;
  if (failure === 'away') return s3Error(503, 'ServiceUnavailable');
  const [bucket, ...rest] = url.pathname.slice(1).split('/');
  if (bucket !== question.options.bucket) return s3Error(404, 'NoSuchBucket');
  const key = decodeURIComponent(rest.join('/'));
  switch (request.method) {
    case 'PUT':
      if (failure === 'full') return s3Error(507, 'XMinioStorageFull');
      if (request.headers['if-none-match'] === '*') {
        if (failure === 'unknownCondition') return s3Error(501, 'NotImplemented');
        if (objects.has(key)) return s3Error(412, 'PreconditionFailed');
      }
      objects.set(key, body);
      return { status: 200 };
    case 'DELETE':
      objects.delete(key);
      return { status: 204 };
    default:
      return key === '' ? listS3(objects, url) : getS3(objects.get(key), request.headers.range);
  }
}

function refuseUnsigned({ request, options, body }: S3Question): S3Answer | undefined {
  const signed = new RegExp(`^AWS4-HMAC-SHA256 Credential=${options.accessKeyId}/\\d{8}/vn-1/s3/aws4_request, SignedHeaders=\\S*x-amz-content-sha256\\S*, Signature=[0-9a-f]{64}$`);
  if (!signed.test(request.headers.authorization ?? '')) return s3Error(403, 'SignatureDoesNotMatch');
  const bodyHash = createHash('sha256').update(body);
  if (request.headers['x-amz-content-sha256'] !== bodyHash.copy().digest('hex')) return s3Error(400, 'XAmzContentSHA256Mismatch');
  const checksum = request.headers['x-amz-checksum-sha256'];
  return checksum !== undefined && checksum !== bodyHash.digest('base64') ? s3Error(400, 'BadDigest') : undefined;
}

function getS3(object: Buffer | undefined, range: string | undefined): S3Answer {
  if (object === undefined) return s3Error(404, 'NoSuchKey');
  const [, start, end] = /^bytes=(\d+)-(\d+)$/.exec(range ?? '') ?? [];
  if (start === undefined || end === undefined) return { status: 200, body: object };
  const part = object.subarray(Number(start), Number(end) + 1);
  return { status: 206, body: part, headers: { 'content-range': `bytes ${start}-${end}/${String(object.length)}` } };
}

const S3_PAGE = 2;

function listS3(objects: Map<string, Buffer>, url: URL): S3Answer {
  const from = url.searchParams.get('continuation-token') ?? '';
  const keys = [...objects.keys()].filter((key) => key.startsWith(url.searchParams.get('prefix') ?? '') && key > from).sort();
  const page = keys.slice(0, S3_PAGE);
  const contents = page.map((key) => `<Contents><Key>${key}</Key><Size>${String(objects.get(key)?.length)}</Size></Contents>`).join('');
  const more = keys.length > S3_PAGE ? `<IsTruncated>true</IsTruncated><NextContinuationToken>${page.at(-1) ?? ''}</NextContinuationToken>` : '<IsTruncated>false</IsTruncated>';
  return { status: 200, body: Buffer.from(`<?xml version="1.0"?><ListBucketResult>${contents}${more}</ListBucketResult>`), headers: { 'content-type': 'application/xml' } };
}

function s3Error(status: number, code: string): S3Answer {
  return { status, body: Buffer.from(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`), headers: { 'content-type': 'application/xml' } };
}
