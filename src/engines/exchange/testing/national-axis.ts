import { createHash, createHmac, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readEdxml, type EdxmlMessage } from '../edxml/index.ts';

/** How the axis misbehaves at one call. */
export type AxisFault =
  | { kind: 'none' }
  /** Status 200 with the page of a proxy. */
  | { kind: 'page' }
  /** Status 200 with an error code in the body. */
  | { kind: 'code'; code: string; description?: string }
  | { kind: 'http'; status: number }
  /** Takes the call and never answers. */
  | { kind: 'silence' }
  /** Does the work and loses the answer. */
  | { kind: 'lose-reply' }
  /** A reply that breaks off in the middle. */
  | { kind: 'cut' }
  /** A packet without end. */
  | { kind: 'endless' };

export type AxisUnit = { id: string; pid: string | null; code: string; name: string; version: number; deleted: boolean };
type PacketStatus = 'initial' | 'processing' | 'done' | 'fail';
export type AxisPacket = { docId: string; messageType: 'edoc' | 'status'; from: string; to: string; bytes: Buffer; message: EdxmlMessage | undefined; status: PacketStatus; description: string; at: Date };

export type FakeNationalAxis = {
  address: string;
  /** Codes that are registered; packets for others are refused with 18. */
  registered: Set<string>;
  /** Codes that are locked; packets for them are refused with 23. */
  locked: Set<string>;
  units: AxisUnit[];
  /** By docId, the error code with which a packet is listed and not given. */
  withheld: Map<string, string>;
  /** One row a receiver; the same docId for all receivers of one call. */
  packets: AxisPacket[];
  calls: { path: string; headers: Record<string, string> }[];
  /** What the next calls do; everything is well unless told. */
  decide(rule: (call: { path: string; count: number }) => AxisFault): void;
  /** Somebody else in the country sends. Returns the docId. */
  bring(bytes: Buffer, options?: { docId?: string; to?: readonly string[] }): Promise<string>;
  /** Another agency tells how far it is with a packet. */
  tell(docId: string, status: PacketStatus, options?: { to?: string; description?: string }): void;
  close(): Promise<void>;
};

export type FakeAxisOptions = { systemId: string; secret: string; /** Whose packets are listed for the caller. */ serves: (code: string) => boolean; now: () => Date };

/** The national axis as its toolkit speaks with it: headers, HMAC, hash of the file, lists, both layers of acknowledgement. */
export async function openFakeNationalAxis(options: FakeAxisOptions): Promise<FakeNationalAxis> {
  let rule: Parameters<FakeNationalAxis['decide']>[0] = () => ({ kind: 'none' });
  let count = 0;
  const axis = { registered: new Set<string>(), locked: new Set<string>(), units: [] as AxisUnit[], withheld: new Map<string, string>(), packets: [] as AxisPacket[], calls: [] as FakeNationalAxis['calls'] };
  const server = createServer((incoming, outgoing) => {
    const path = (incoming.url ?? '').replace(/^\//, '');
    count += 1;
    const fault = rule({ path, count });
    serve({ ...options, axis, path, fault }, incoming, outgoing).catch((error: unknown) => {
      outgoing.destroy(error instanceof Error ? error : undefined);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    ...axis,
    // safe because the server listens on a port
    address: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    decide(next) {
      rule = next;
      count = 0;
    },
    async bring(bytes, more = {}) {
      const docId = more.docId ?? randomUUID();
      await keep(axis, { bytes, docId, from: undefined, to: more.to, now: options.now() });
      return docId;
    },
    tell(docId, status, more = {}) {
      for (const packet of axis.packets) if (packet.docId === docId && (more.to === undefined || packet.to === more.to)) Object.assign(packet, { status, description: more.description ?? '' });
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

type Axis = Pick<FakeNationalAxis, 'registered' | 'locked' | 'units' | 'withheld' | 'packets' | 'calls'>;
type Serving = FakeAxisOptions & { axis: Axis; path: string; fault: AxisFault };

async function serve(serving: Serving, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const { fault, path, axis } = serving;
  if (fault.kind === 'silence') return;
  if (fault.kind === 'http') return void outgoing.writeHead(fault.status).end('busy');
  if (fault.kind === 'page') return void outgoing.writeHead(200, { 'content-type': 'text/html' }).end('<html><body>Bảo trì hệ thống</body></html>');
  const parts: Buffer[] = [];
  // safe because a request without an encoding gives bytes
  for await (const part of incoming) parts.push(part as Buffer);
  const body = Buffer.concat(parts);
  const parameters = checkedParameters(serving, incoming);
  axis.calls.push({ path, headers: parameters.values });
  const answer = fault.kind === 'code' ? failure(fault.code, fault.description ?? 'lỗi') : parameters.problem !== undefined ? failure('15', parameters.problem) : await work(serving, parameters.values, body);
  if (fault.kind === 'lose-reply') return void outgoing.destroy();
  if (fault.kind === 'endless') return endless(outgoing);
  const text = JSON.stringify(answer);
  if (fault.kind === 'cut') {
    outgoing.writeHead(200, { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(text)) });
    return void outgoing.write(text.slice(0, Math.floor(text.length / 2)), () => outgoing.destroy());
  }
  // The toolkit's JSON escapes the signs that HTML minds.
  outgoing.writeHead(200, { 'content-type': 'application/json' }).end(text.replaceAll('=', '\\u003d'));
}

/** Sends until the other side has had enough. */
async function endless(outgoing: ServerResponse): Promise<void> {
  outgoing.writeHead(200, { 'content-type': 'application/json' });
  outgoing.write('{"status":"OK","ErrorCode":"0","ErrorDesc":"","data":"');
  const piece = Buffer.alloc(1024 * 1024, 'A');
  while (!outgoing.destroyed) if (!outgoing.write(piece)) await new Promise((resolve) => outgoing.once('drain', resolve).once('close', resolve));
}

const failure = (code: string, description: string): object => ({ status: 'FAIL', ErrorCode: code, ErrorDesc: description, DocId: '', data: '' });
const success = (more: object): object => ({ status: 'OK', ErrorCode: '0', ErrorDesc: 'Success', ...more });

/** The parameters of a call, and what is wrong with its headers as the axis checks them. */
function checkedParameters({ systemId, secret, now }: FakeAxisOptions, incoming: IncomingMessage): { values: Record<string, string>; problem: string | undefined } {
  const header = (name: string): string => String(incoming.headers[`xroadvnpt-${name}`.toLowerCase()] ?? '');
  const signed = header('sign-header');
  let told: Record<string, string> = {};
  try {
    // safe because the toolkit puts a flat object of texts there
    told = JSON.parse(signed) as Record<string, string>;
  } catch {
    return { values: {}, problem: 'sign-header' };
  }
  const values = Object.fromEntries(Object.entries(told).map(([name, value]) => [name.replace(/^XroadVnpt-/, ''), value]));
  if (createHmac('sha256', secret).update(signed, 'utf8').digest('hex') !== header('hash-header')) return { values, problem: 'hash-header' };
  if (header('sign-header-key') !== Object.keys(values).join(';')) return { values, problem: 'sign-header-key' };
  const differing = Object.entries(values).find(([name, value]) => header(name) !== value);
  if (differing !== undefined) return { values, problem: differing[0] };
  if (values['systemid'] !== systemId) return { values, problem: 'systemid' };
  if (header('version') !== '3.0.201608') return { values, problem: 'version' };
  const stamp = /^(\d{2})(\d{2})(\d{4})T(\d{2})(\d{2})(\d{2})\+\d{4}$/.exec(values['timestamp'] ?? '');
  const at = stamp === null ? Number.NaN : Date.parse(`${stamp[3] ?? ''}-${stamp[2] ?? ''}-${stamp[1] ?? ''}T${stamp[4] ?? ''}:${stamp[5] ?? ''}:${stamp[6] ?? ''}+07:00`);
  if (!(Math.abs(at - now().getTime()) < 15 * 60_000)) return { values, problem: 'timestamp' };
  return { values, problem: incoming.headers['content-type'] === values['Content-Type'] ? undefined : 'Content-Type' };
}

async function work(serving: Serving, values: Record<string, string>, body: Buffer): Promise<object> {
  const { axis, path } = serving;
  switch (path) {
    case 'sendEdoc':
      return take(serving, values, body);
    case 'getReceivedEdocList':
      return success({ data: axis.packets.filter((packet) => serving.serves(packet.to) && packet.messageType === values['messagetype'] && (packet.status === 'initial' || packet.status === 'processing')).map(asReceived) });
    case 'getEdoc': {
      const refusal = axis.withheld.get(values['docId'] ?? '');
      if (refusal !== undefined) return failure(refusal, 'chưa giao được');
      const found = axis.packets.find((packet) => packet.docId === values['docId']);
      return found === undefined ? failure('21', 'không có tệp') : success({ data: found.bytes.toString('base64') });
    }
    case 'getSentEdocList':
      return success({ data: axis.packets.filter((packet) => serving.serves(packet.from) && packet.messageType === values['messagetype'] && (values['docId'] === undefined || packet.docId === values['docId'])).map(asSent) });
    case 'updateStatus':
      for (const packet of axis.packets) if (packet.docId === values['docId'] && serving.serves(packet.to)) packet.status = values['status'] === 'done' ? 'done' : values['status'] === 'fail' ? 'fail' : 'processing';
      return success({});
    case 'getSynchronizeUnit':
      return success({ data: axis.units });
    default:
      return failure('20', path);
  }
}

const asReceived = (packet: AxisPacket): object => ({ docId: packet.docId, serviceType: 'eDoc', messageType: packet.messageType, from: packet.from, to: packet.to, status: packet.status, status_desc: '', created_time: packet.at.toISOString(), updated_time: packet.at.toISOString() });
const asSent = (packet: AxisPacket): object => ({ senderDocId: packet.docId, serviceType: 'eDoc', messageType: packet.messageType, fromCode: packet.from, toCode: packet.to, sendStatus: 'done', sendStatusDesc: '', receiveStatus: packet.status, receiveStatusDesc: packet.description, sentTime: packet.at.toISOString() });

async function take({ axis, now }: Serving, values: Record<string, string>, body: Buffer): Promise<object> {
  if (values['servicetype'] !== 'eDoc' || (values['messagetype'] !== 'edoc' && values['messagetype'] !== 'status')) return failure('10', 'messagetype');
  if (createHash('sha256').update(body).digest('hex') !== values['hash-file']) return failure('10', 'hash-file');
  const docId = randomUUID();
  const problem = await keep(axis, { bytes: body, docId, from: values['from'], to: undefined, now: now() });
  return problem ?? success({ DocId: docId });
}

async function keep(axis: Axis, packet: { bytes: Buffer; docId: string; from: string | undefined; to: readonly string[] | undefined; now: Date }): Promise<object | undefined> {
  const { bytes, docId, now } = packet;
  async function* source(): AsyncGenerator<Buffer> {
    yield await Promise.resolve(bytes);
  }
  const reading = await readEdxml(source(), {
    sink: async (_head, content) => {
      for await (const piece of content) if (piece.length < 0) return;
    },
  });
  const message = reading.ok ? reading.message : undefined;
  if (packet.from !== undefined) {
    if (message === undefined) return failure('22', 'không đúng chuẩn');
    if (message.from.organId !== packet.from) return failure('19', packet.from);
  }
  const to = packet.to ?? receiversOf(message);
  const unknown = packet.from === undefined ? [] : to.filter((code) => !axis.registered.has(code));
  if (unknown.length > 0) return failure('18', unknown.join(', '));
  const locked = packet.from === undefined ? [] : to.filter((code) => axis.locked.has(code));
  if (locked.length > 0) return failure('23', locked.join(', '));
  for (const code of to) axis.packets.push({ docId, messageType: message?.kind === 'status' ? 'status' : 'edoc', from: message?.from.organId ?? '', to: code, bytes, message, status: 'initial', description: '', at: now });
  return undefined;
}

/** A status goes to whoever sent the document that it is about; a taking back names the receiver (13). */
function receiversOf(message: EdxmlMessage | undefined): readonly string[] {
  if (message === undefined) return [];
  return message.kind === 'status' ? [message.responseFor.organId] : message.to.map(({ organId }) => organId);
}
