import { createServer, request as forward, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** What happens to one request on its way. */
export type Fault =
  | { kind: 'pass' }
  /** The line breaks when so many bytes of the body have gone by. */
  | { kind: 'cut'; afterBytes: number }
  /** The request arrives, its answer does not. */
  | { kind: 'lose-reply' }
  | { kind: 'delay'; ms: number }
  /** The answer comes in so many pieces, with a pause before each. */
  | { kind: 'trickle'; pieces: number; everyMs: number }
  /** It arrives twice; the answer is that of the second. */
  | { kind: 'duplicate' }
  /** It waits until `release` is called, so that later ones overtake it. */
  | { kind: 'hold' }
  /** Nobody ever answers. */
  | { kind: 'silence' }
  /** Somebody else answers. */
  | { kind: 'impostor'; status: number; body: string }
  /** Somebody else answers with so many bytes. */
  | { kind: 'flood'; sizeBytes: number }
  /** Somebody changes the body on its way. */
  | { kind: 'tamper'; change: (body: Buffer) => Buffer };

export type Seen = { method: string; url: string; headers: IncomingMessage['headers']; body: Buffer };

export type FaultyNetwork = {
  address: string;
  /** Behind it another server answers from now on. */
  turnTo(target: string): void;
  /** Decides about each request; everything passes unless told. */
  decide(rule: (request: { method: string; url: string; count: number }) => Fault): void;
  /** Lets go what was held, the last one first. */
  release(): void;
  /** What went through, for sending again by hand. */
  seen: Seen[];
  /** How many bytes of floods were taken before the line was broken. */
  flooded(): number;
  close(): Promise<void>;
};

/** A stretch of network before a server, that loses, delays, doubles, reorders and forges what a test tells it to. */
export async function openFaultyNetwork(first: string): Promise<FaultyNetwork> {
  let rule: Parameters<FaultyNetwork['decide']>[0] = () => ({ kind: 'pass' });
  let target = first;
  let count = 0;
  const held: (() => void)[] = [];
  const seen: Seen[] = [];
  let flooded = 0;
  const server = createServer((incoming, outgoing) => {
    count += 1;
    const fault = rule({ method: incoming.method ?? '', url: incoming.url ?? '', count });
    const hold = (): Promise<void> => new Promise((resolve) => held.push(resolve));
    const work = fault.kind === 'flood' ? flood(outgoing, fault.sizeBytes).then((bytes) => (flooded += bytes)) : carry({ target, incoming, outgoing, fault, hold, seen });
    work.catch(() => {
      incoming.destroy();
      outgoing.destroy();
    });
  });
  await listen(server);
  return {
    // safe because the server listens on a port
    address: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    turnTo: (next) => {
      target = next;
    },
    decide: (next) => {
      rule = next;
      count = 0;
    },
    release: () => {
      for (const go of held.splice(0).reverse()) go();
    },
    seen,
    flooded: () => flooded,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
}

type Carried = { target: string; incoming: IncomingMessage; outgoing: ServerResponse; fault: Exclude<Fault, { kind: 'flood' }>; hold: () => Promise<void>; seen: Seen[] };

async function carry({ target, incoming, outgoing, fault, hold, seen }: Carried): Promise<void> {
  if (fault.kind === 'silence') return;
  if (fault.kind === 'cut') return cut({ target, incoming, afterBytes: fault.afterBytes });
  const body = await readAll(incoming);
  const request: Seen = { method: incoming.method ?? '', url: incoming.url ?? '', headers: incoming.headers, body };
  seen.push(request);
  if (fault.kind === 'impostor') {
    outgoing.writeHead(fault.status, { 'content-type': 'text/html' }).end(fault.body);
    return;
  }
  if (fault.kind === 'delay') await new Promise((resolve) => setTimeout(resolve, fault.ms));
  if (fault.kind === 'hold') await hold();
  if (fault.kind === 'duplicate') await resend(target, request);
  const reply = await resend(target, fault.kind === 'tamper' ? { ...request, body: fault.change(body) } : request);
  if (fault.kind === 'lose-reply') {
    outgoing.destroy();
    return;
  }
  outgoing.writeHead(reply.status, reply.headers);
  if (fault.kind === 'trickle') await trickle(outgoing, reply.body, fault);
  else outgoing.end(reply.body);
}

async function trickle(outgoing: ServerResponse, body: Buffer, { pieces, everyMs }: { pieces: number; everyMs: number }): Promise<void> {
  const size = Math.ceil(body.length / pieces);
  for (let at = 0; at < body.length; at += size) {
    await new Promise((resolve) => setTimeout(resolve, everyMs));
    outgoing.write(body.subarray(at, at + size));
  }
  outgoing.end();
}

/** Sends a request that went through before, as it was. */
export function resend(target: string, request: Seen): Promise<{ status: number; headers: IncomingMessage['headers']; body: Buffer }> {
  return new Promise((resolve, reject) => {
    const headers = { ...request.headers, 'content-length': String(request.body.length) };
    const sent = forward(new URL(request.url, target), { method: request.method, headers, agent: false });
    sent.on('error', reject);
    sent.on('response', (response) => {
      readAll(response).then((body) => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
      }, reject);
    });
    sent.end(request.body);
  });
}

/** Carries so many bytes of the body and then breaks both lines. */
async function cut({ target, incoming, afterBytes }: { target: string; incoming: IncomingMessage; afterBytes: number }): Promise<void> {
  const sent = forward(new URL(incoming.url ?? '/', target), { method: incoming.method, headers: incoming.headers, agent: false });
  sent.on('error', () => undefined);
  const { socket } = incoming;
  let left = afterBytes;
  for await (const part of incoming) {
    // safe because a request without an encoding gives bytes
    const bytes = (part as Buffer).subarray(0, left);
    left -= bytes.length;
    if (bytes.length > 0) await new Promise<void>((resolve) => sent.write(bytes, () => {
      resolve();
    }));
    if (left === 0) break;
  }
  // The line ends behind what was written; a line that is torn would take some of it along.
  const closed = new Promise<void>((resolve) => {
    sent.once('close', resolve);
  });
  sent.socket?.end();
  await closed;
  // Not the request, which ends with the loop above and leaves its sender waiting on a line that stays open.
  socket.destroy();
}

/** Answers with bytes for as long as somebody takes them. Returns how many were taken. */
async function flood(outgoing: ServerResponse, sizeBytes: number): Promise<number> {
  const piece = Buffer.alloc(256 * 1024, ' ');
  let taken = 0;
  const bytes = function* (): Generator<Buffer> {
    for (; taken < sizeBytes; taken += piece.length) yield piece;
  };
  outgoing.writeHead(200, { 'content-type': 'application/json', 'content-length': String(sizeBytes) });
  // Whoever has had enough breaks the line.
  await pipeline(Readable.from(bytes()), outgoing).catch(() => undefined);
  return taken;
}

async function readAll(stream: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  // safe because a message without an encoding gives bytes
  for await (const part of stream) parts.push(part as Buffer);
  return Buffer.concat(parts);
}
