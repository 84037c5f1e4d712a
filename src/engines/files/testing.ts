import type { FastifyInstance } from 'fastify';
import type { PersonActor } from '#kernel/actor.ts';
import { newId } from '#kernel/ids.ts';

/** An invented clerk of an agency of its own. */
export function person(changes: Partial<PersonActor> = {}): PersonActor {
  return {
    kind: 'person',
    personId: newId<'person'>(),
    name: 'Lê Thị Mai',
    agencyId: newId<'agency'>(),
    unitId: null,
    postId: newId<'post'>(),
    postTitle: 'Văn thư',
    roles: ['clerk'],
    sessionId: newId(),
    ...changes,
  };
}

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
  let state = [...seed].reduce((sum, character) => (sum * 31 + (character.codePointAt(0) ?? 0)) >>> 0, 7);
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
