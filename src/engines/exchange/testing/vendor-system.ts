/** A vendor's system that is connected to an installation, with the client that its makers would have, for tests of what goes between systems. */

import assert from 'node:assert/strict';
import type { DocumentMessage, EdxmlMessage, StatusMessage } from '../edxml/index.ts';
import { aPacket, aStatus, openPacket, type PacketLetter } from '../partners/adapters/provincial-axis/testing.ts';
import type { Installation } from '../partners/testing.ts';

type Item = { docId: string; messageType: string; documentId: string; from: string; to: string; status: string; status_desc: string };
type Reply = { ErrorCode: string; ErrorDesc: string; DocId: string | null; items: Item[]; agencies: { code: string; name: string; state: string }[]; cursor: string };
type Agency = { code: string; name: string };
type Fetched = { item: Item; message: EdxmlMessage; files: Buffer[] };

export type Vendor = {
  partnerId: string;
  /** One call of the interface. */
  ask(path: string, body?: object | Buffer): Promise<{ reply: Reply; bytes: Buffer }>;
  /** Sends a packet of its agency, which must be taken. */
  send(letter: Omit<PacketLetter, 'from'>): Promise<void>;
  /** Answers a document that was fetched. */
  answer(about: DocumentMessage, status: StatusMessage['statusCode'], more?: { description?: string; documentId?: string; at?: Date }): Promise<void>;
  waiting(messageType: 'edoc' | 'status'): Promise<Item[]>;
  /** The oldest packet that waits, fetched and confirmed. */
  fetch(messageType: 'edoc' | 'status'): Promise<Fetched>;
  /** The same of a document. */
  fetchDocument(): Promise<{ item: Item; message: DocumentMessage; files: Buffer[] }>;
  /** All statuses that wait, fetched and confirmed: status, who answers, which document. */
  statuses(): Promise<string[][]>;
  /** What became of a packet, as the list of sent ones tells it. */
  sent(documentId: string): Promise<Item | undefined>;
};

/** Connects a system with one agency to an installation. */
export async function aVendor(place: Installation, systemId: string, agency: Agency): Promise<Vendor> {
  const made = await place.call<{ partnerId: string; key: { secret: string } }>('POST', '/api/v1/exchange/systems', { body: { name: `Phần mềm ${systemId}`, systemId, isSandbox: false, agencies: [agency] } });
  assert.equal(made.status, 200, JSON.stringify(made.body));
  const quotas = { messagesPerDay: 10_000, megabytesPerDay: 10_000, requestsPerMinute: 1000 };
  assert.equal((await place.call('PUT', `/api/v1/exchange/systems/${made.body.partnerId}/quotas`, { body: quotas })).status, 204);
  const headers = { 'x-systemid': systemId, 'x-secretkey': made.body.key.secret };
  const ask: Vendor['ask'] = async (path, body = {}) => {
    const isPacket = Buffer.isBuffer(body);
    const answer = await fetch(`${place.address}/v1/${path}`, { method: 'POST', headers: { ...headers, 'content-type': isPacket ? 'application/octet-stream' : 'application/json' }, body: isPacket ? new Uint8Array(body) : JSON.stringify(body) });
    const bytes = Buffer.from(await answer.arrayBuffer());
    // safe because the reply was checked against the route's schema
    return { bytes, reply: (answer.headers.get('content-type')?.includes('json') === true ? JSON.parse(bytes.toString('utf8')) : {}) as Reply };
  };
  const taken = async (packet: Buffer): Promise<void> => {
    const { reply } = await ask('sendEdoc', packet);
    assert.equal(reply.ErrorCode, '0', reply.ErrorDesc);
  };
  const waiting: Vendor['waiting'] = async (messageType) => (await ask('getReceivedEdocList', { messageType })).reply.items;
  const fetchOldest: Vendor['fetch'] = async (messageType) => {
    const [item] = await waiting(messageType);
    assert.ok(item, `${systemId} has a packet`);
    const packet = await openPacket((await ask('getEdoc', { docId: item.docId })).bytes);
    assert.equal((await ask('updateStatus', { docId: item.docId, status: 'done' })).reply.ErrorCode, '0');
    return { item, ...packet };
  };
  return {
    partnerId: made.body.partnerId,
    ask,
    waiting,
    fetch: fetchOldest,
    send: async (letter) => taken(await aPacket({ from: agency, ...letter })),
    answer: async (about, status, more) => taken(await aStatus(about, { by: agency, status, ...more })),
    async fetchDocument() {
      const { item, message, files } = await fetchOldest('edoc');
      assert.ok(message.kind === 'document');
      return { item, message, files };
    },
    async statuses() {
      const told: string[][] = [];
      while ((await waiting('status')).length > 0) {
        const { message } = await fetchOldest('status');
        assert.ok(message.kind === 'status');
        told.push([message.statusCode, message.from.organId, message.responseFor.documentId]);
      }
      return told;
    },
    sent: async (documentId) => (await ask('getSentEdocList')).reply.items.find((each) => each.documentId === documentId),
  };
}
