/** A vendor's client, as its makers would write it, for tests of the provincial axis. */
import assert from 'node:assert/strict';
import type { Id } from '#kernel/ids.ts';
import { isoInVietnam, parseCalendarDay } from '#kernel/time.ts';
import { builtInProfiles, readEdxml, toDocumentMessage, writeEdxml, type DocumentMessage, type EdxmlBusiness, type EdxmlMessage, type EdxmlProfile, type StatusMessage } from '../../../edxml/index.ts';
import type { EnvelopeDocument } from '../../../contract.ts';
import { aDocument } from '../../../testing.ts';
import type { Installation } from '../../testing.ts';

const unsigned = (): EdxmlProfile => {
  const [first] = builtInProfiles;
  if (first === undefined) throw new Error('there is a profile');
  return { ...first, signature: { form: 'none' } };
};

export type PacketLetter = { from: { code: string; name: string }; to: readonly string[]; document?: Partial<EnvelopeDocument>; business?: EdxmlBusiness; sentAt?: Date; file?: string | Buffer | null; fileName?: string; documentId?: string };

/** A document message as bytes. */
export function aPacket(letter: PacketLetter): Promise<Buffer> {
  const { from, to, file = 'văn bản của đơn vị khác' } = letter;
  const message = toDocumentMessage({
    document: aDocument({ number: '88', notation: 'VP', issuedOn: '2026-11-19', summary: 'V/v phối hợp', ...letter.document }),
    from: { name: from.name, codes: [from.code] },
    to: to.map((code) => ({ name: `Cơ quan ${code}`, codes: [code] })),
    profile: unsigned(),
    sentAt: isoInVietnam(letter.sentAt ?? new Date('2026-11-20T01:00:00Z')),
    ...(letter.business === undefined ? {} : { business: letter.business }),
    ...(letter.documentId === undefined ? {} : { extra: { documentId: letter.documentId } }),
  });
  const attachments = file === null ? [] : [{ contentId: 'f1', name: letter.fileName ?? 'van-ban.txt', description: 'Văn bản', mediaType: letter.fileName?.endsWith('.pdf') === true ? 'application/pdf' : 'text/plain', open: () => once(Buffer.from(file)) }];
  return collect(writeEdxml(message, { profile: unsigned(), attachments }));
}

export type VendorSystem = {
  agencyId: Id<'agency'>;
  /** What waits for the system, of which it then says that it has it. */
  fetchAll(messageType: 'edoc' | 'status'): Promise<EdxmlMessage[]>;
  /** Says a status about a document that it has, and lets everything be done. */
  tell(about: DocumentMessage, status: StatusMessage['statusCode'], more?: { at?: Date; description?: string }): Promise<void>;
};

/** A vendor's system with one agency, connected to an installation. */
export async function aVendorSystem(place: Installation, agency: { code: string; name: string }): Promise<VendorSystem> {
  const systemId = `he-thong-${agency.code.replaceAll('.', '-')}`.toLowerCase();
  const { body } = await place.call<{ key: { secret: string } }>('POST', '/api/v1/exchange/systems', { body: { name: `Phần mềm của ${agency.name}`, systemId, isSandbox: false, agencies: [agency], quotas: { messagesPerDay: 5000, megabytesPerDay: 10_240, requestsPerMinute: 10_000 } } });
  const headers = { 'x-systemid': systemId, 'x-secretkey': body.key.secret };
  const [linked] = await place.house.sql<{ id: Id<'agency'> }>('select agency_id as id from exchange.partner_agency where code = $1', [agency.code]);
  const post = (call: string, given: object | Buffer): Promise<Response> => {
    const isPacket = Buffer.isBuffer(given);
    return fetch(`${place.address}/v1/${call}`, { method: 'POST', headers: { ...headers, 'content-type': isPacket ? 'application/octet-stream' : 'application/json' }, body: isPacket ? new Uint8Array(given) : JSON.stringify(given) });
  };
  return {
    agencyId: linked?.id ?? assert.fail('the system has its agency'),
    fetchAll: async (messageType) => {
      // safe because this call is answered in JSON
      const { items } = (await (await post('getReceivedEdocList', { messageType })).json()) as { items: { docId: string }[] };
      const messages: EdxmlMessage[] = [];
      for (const { docId } of items) {
        messages.push((await openPacket(Buffer.from(await (await post('getEdoc', { docId })).arrayBuffer()))).message);
        await post('updateStatus', { docId, status: 'done' });
      }
      return messages;
    },
    tell: async (about, status, more) => {
      const reply = await post('sendEdoc', await aStatus(about, { by: agency, status, at: place.house.clock.now(), ...more }));
      assert.equal(reply.status, 200, await reply.text());
      await place.house.drain();
    },
  };
}

async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  yield await Promise.resolve(bytes);
}

/** A status message that answers a document message which was fetched. */
export function aStatus(about: DocumentMessage, given: { by: { code: string; name: string }; status: StatusMessage['statusCode']; description?: string; at?: Date; documentId?: string }): Promise<Buffer> {
  const nothing = { organizationInCharge: '', organAdd: '', email: '', telephone: '', fax: '', website: '' };
  const message: StatusMessage = {
    kind: 'status',
    from: { organId: given.by.code, organName: given.by.name, ...nothing },
    responseFor: {
      organId: about.from.organId,
      code: `${about.codeNumber}/${about.codeNotation}`,
      promulgationDay: about.promulgationDay ?? parseCalendarDay('2026-11-19') ?? null,
      documentId: given.documentId ?? about.documentId,
    },
    staff: { department: 'Văn phòng', departmentId: '', staff: 'Trần Thị Mai', staffId: '', email: '', mobile: '' },
    statusCode: given.status,
    description: given.description ?? '',
    at: (given.at ?? new Date('2026-11-20T03:00:00Z')).toISOString(),
  };
  return collect(writeEdxml(message, { profile: unsigned() }));
}

/** What a packet says, with the content of its files. */
export async function openPacket(bytes: Buffer): Promise<{ message: EdxmlMessage; files: Buffer[] }> {
  const files: Buffer[] = [];
  const reading = await readEdxml(once(bytes), {
    unwrap: false,
    sink: async (_head, content) => {
      files.push(await collect(content));
    },
  });
  if (!reading.ok) throw new Error(reading.problem.code);
  return { message: reading.message, files };
}

async function collect(source: AsyncIterable<unknown>): Promise<Buffer> {
  const pieces: Buffer[] = [];
  // safe because the streams of the codec give bytes
  for await (const piece of source) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}
