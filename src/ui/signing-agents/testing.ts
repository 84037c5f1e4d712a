/** Programs that stand in for those on a signer's computer: the same sockets, words and manners, over TLS with a self-made certificate. */
import { execFileSync, spawnSync } from 'node:child_process';
import { constants, createHash, generateKeyPairSync, privateEncrypt, publicDecrypt, type KeyObject } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type SelfMade = { /** PEM, of the key of the TLS server. */ key: string; /** PEM, for localhost and 127.0.0.1. */ certificate: string };

/** Undefined where openssl is missing. */
export function makeCertificate(): SelfMade | undefined {
  if (spawnSync('openssl', ['version'], { stdio: 'ignore' }).error !== undefined) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'lienthong-agent-'));
  try {
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
    execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...subject, '-keyout', 'key.pem', '-out', 'cert.pem'], { cwd: folder, stdio: 'ignore' });
    return { key: readFileSync(join(folder, 'key.pem'), 'utf8'), certificate: readFileSync(join(folder, 'cert.pem'), 'utf8') };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A USB token: PKCS#1 v1.5 over ready-made hashes. */
export type FakeToken = { key: KeyObject; publicKey: KeyObject; certificate: string; serial: string };

export function makeToken(): FakeToken {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { key: privateKey, publicKey, certificate: Buffer.from('a certificate, as far as the page is concerned').toString('base64'), serial: '5402A1' };
}

const SHA256_PREFIX = Buffer.from('3031300d060960864801650304020105000420', 'hex');

function signHash({ key }: FakeToken, hash: string): string {
  return privateEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, Buffer.concat([SHA256_PREFIX, Buffer.from(hash, 'base64')])).toString('base64');
}

export function isSignatureOver(token: FakeToken, hash: string, signature: string): boolean {
  const info = publicDecrypt({ key: token.publicKey, padding: constants.RSA_PKCS1_PADDING }, Buffer.from(signature, 'base64'));
  return info.equals(Buffer.concat([SHA256_PREFIX, Buffer.from(hash, 'base64')]));
}

export type FakeProgram = {
  port: number;
  /** Path and text of each message that came. */
  heard: { path: string; text: string }[];
  close: () => Promise<void>;
};

/** Nothing at all, or the end of the connection. */
type Manner = { silent: true } | { hangsUp: true };
type Answer = string | Manner;
type Host = { tls: SelfMade; origin: string; port?: number; answer: (path: string, text: string) => Answer | Promise<Answer> };

/** A TLS server that speaks web sockets (RFC 6455) with pages of one origin. */
export async function startProgram({ tls, origin, port = 0, answer }: Host): Promise<FakeProgram> {
  const heard: FakeProgram['heard'] = [];
  const sockets = new Set<Duplex>();
  const server: Server = createServer({ key: tls.key, cert: tls.certificate }, (_request, reply) => {
    reply.end('VGCA Sign Service');
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket));
    if (request.headers.origin !== origin) {
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
      return;
    }
    const accept = createHash('sha1').update(`${request.headers['sec-websocket-key'] ?? ''}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`);
    const path = request.url ?? '';
    listen(socket, async (text) => {
      heard.push({ path, text });
      const said = await answer(path, text);
      if (typeof said === 'string') socket.write(frame(said));
      else if ('hangsUp' in said) socket.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(port, resolve));
  return {
    // safe because it listens on a port
    port: (server.address() as AddressInfo).port,
    heard,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.closeAllConnections();
        server.close(() => {
          resolve();
        });
      }),
  };
}

/** Puts text messages together from masked frames; a close frame is answered. */
function listen(socket: Duplex, heard: (text: string) => Promise<void>): void {
  let waiting = Buffer.alloc(0);
  let parts: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => {
    waiting = Buffer.concat([waiting, chunk]);
    for (let read = readFrame(waiting); read !== undefined; read = readFrame(waiting)) {
      waiting = waiting.subarray(read.bytes);
      if (read.opcode === 8) socket.end(Buffer.from([0x88, 0]));
      else if (read.opcode <= 2) {
        parts.push(read.payload);
        if (!read.isLast) continue;
        const text = Buffer.concat(parts).toString('utf8');
        parts = [];
        void heard(text);
      }
    }
  });
}

function readFrame(bytes: Buffer): { opcode: number; isLast: boolean; payload: Buffer; bytes: number } | undefined {
  if (bytes.length < 6) return undefined;
  const short = bytes.readUInt8(1) & 0x7f;
  const lengthBytes = short === 126 ? 2 : short === 127 ? 8 : 0;
  if (bytes.length < 6 + lengthBytes) return undefined;
  const length = short === 126 ? bytes.readUInt16BE(2) : short === 127 ? Number(bytes.readBigUInt64BE(2)) : short;
  const start = 2 + lengthBytes + 4;
  if (bytes.length < start + length) return undefined;
  const mask = bytes.subarray(start - 4, start);
  const payload = Buffer.from(bytes.subarray(start, start + length));
  for (let i = 0; i < length; i += 1) payload.writeUInt8(payload.readUInt8(i) ^ mask.readUInt8(i % 4), i);
  return { opcode: bytes.readUInt8(0) & 0x0f, isLast: (bytes.readUInt8(0) & 0x80) !== 0, payload, bytes: start + length };
}

function frame(text: string): Buffer {
  const payload = Buffer.from(text, 'utf8');
  const head = Buffer.alloc(payload.length < 126 ? 2 : payload.length < 65_536 ? 4 : 10);
  head.writeUInt8(0x81, 0);
  if (payload.length < 126) head.writeUInt8(payload.length, 1);
  else if (payload.length < 65_536) {
    head.writeUInt8(126, 1);
    head.writeUInt16BE(payload.length, 2);
  } else {
    head.writeUInt8(127, 1);
    head.writeBigUInt64BE(BigInt(payload.length), 2);
  }
  return Buffer.concat([head, payload]);
}

export type VgcaMood = 'signs' | 'refuses' | 'silent' | 'hangs up' | 'babbles' | 'prefers SHA-1' | 'keeps its certificate';

/** VGCA Sign Service: a path for each verb; a file call fetches, signs, and sends to the handler by itself. */
export function vgcaAnswers(token: FakeToken, program: { mood: VgcaMood; signFile: (file: Buffer) => Buffer | Promise<Buffer> }) {
  return async (path: string, text: string): Promise<Answer> => {
    const { mood } = program;
    if (mood === 'silent') return { silent: true };
    if (mood === 'hangs up') return { hangsUp: true };
    if (mood === 'babbles') return 'Xin chào';
    if (mood === 'refuses') return JSON.stringify({ Status: 11, Message: 'Người dùng đã hủy', Error: '' });
    if (path === '/GetCertInfo') {
      if (text !== 'get_cert_info') return JSON.stringify({ Status: 500 });
      return JSON.stringify({ Status: 0, CertInfo: { SerialNumber: token.serial, ...(mood === 'keeps its certificate' ? {} : { CertBase64: token.certificate }) } });
    }
    // safe because each reading is checked against what it should be
    const order = JSON.parse(text) as Record<string, string>;
    if (path === '/SignMsg') {
      if (order['HashAlg'] !== 'SHA256' || order['Encode'] !== 'RSA') return JSON.stringify({ Status: 500, Error: 'HashAlg' });
      const said = mood === 'prefers SHA-1' ? { HashAlg: 'SHA1' } : {};
      return JSON.stringify({ Status: 0, Signature: signHash(token, order['HashValue'] ?? ''), CertBase64: token.certificate, ...said });
    }
    return signOverHttp(order, program.signFile);
  };
}

async function signOverHttp(order: Record<string, string>, signFile: (file: Buffer) => Buffer | Promise<Buffer>): Promise<string> {
  const fetched = await fetch(order['FileName'] ?? '');
  if (!fetched.ok) return JSON.stringify({ Status: 404, Message: 'Không tải được tệp' });
  const form = new FormData();
  form.append('SessionId', order['SessionId'] ?? '');
  form.append('uploadfile', new Blob([Uint8Array.from(await signFile(Buffer.from(await fetched.arrayBuffer())))]), 'van-ban.signed.pdf');
  const reply = await fetch(order['FileUploadHandler'] ?? '', { method: 'POST', body: form });
  // safe because only what our own server replies is read
  const { Status, Message, FileName, FileServer } = (await reply.json()) as { Status: boolean; Message: string; FileName: string; FileServer: string };
  return JSON.stringify({ Status: Status ? 0 : 13, FileName, FileServer, Message, DocumentNumber: order['DocNumber'] ?? '', DocumentDate: order['IssuedDate'] ?? '' });
}

export type VnptMood = 'signs' | 'refuses' | 'cannot sign hashes' | 'something else';

/** The VNPT-CA plugin: one path, a number for each function, a licence for one domain before anything else. */
export function vnptAnswers(token: FakeToken, program: { mood: VnptMood; license: string; domain: string; signFile: (file: Buffer) => Buffer }) {
  let isLicensed = false;
  return (path: string, text: string): Answer => {
    if (program.mood === 'something else' || path !== '/plugin') return 'pong';
    // safe because each reading is checked against what it should be
    const { functionID, funcCallback, args, domain } = JSON.parse(text) as { functionID: number; funcCallback: string; args: string[]; domain: string };
    const reply = (result: string): string => `${result}*${funcCallback}`;
    if (functionID === 7) return reply('1');
    if (functionID === 6) {
      isLicensed = args[0] === program.license && domain === program.domain;
      return reply(JSON.stringify(isLicensed ? { code: 1 } : { code: -1, error: 'License không hợp lệ' }));
    }
    if (!isLicensed) return reply('');
    if (functionID === 0) return reply(JSON.stringify({ serial: token.serial, base64: token.certificate }));
    if (program.mood === 'refuses') return reply(JSON.stringify([JSON.stringify({ code: 6, error: 'Người dùng đã hủy' })]));
    if (functionID === 9) return reply(program.mood === 'cannot sign hashes' ? 'Function not found' : signHash(token, args[0] ?? ''));
    if (functionID !== 10) return reply('');
    // safe because the page writes this shape
    const [item] = (JSON.parse(args[0] ?? '[]') as string[]).map((each) => JSON.parse(each) as { data: string; type: string });
    if (item?.type !== 'pdf' || args[1] !== token.serial) return reply(JSON.stringify([JSON.stringify({ code: 2 })]));
    return reply(JSON.stringify([JSON.stringify({ code: 0, data: program.signFile(Buffer.from(item.data, 'base64')).toString('base64'), serial: token.serial })]));
  };
}
