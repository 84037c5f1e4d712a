/** A vendor's client, as its makers would write it, for tests of the provincial axis. */
import { isoInVietnam, parseCalendarDay } from '#kernel/time.ts';
import { builtInProfiles, readEdxml, toDocumentMessage, writeEdxml, type DocumentMessage, type EdxmlBusiness, type EdxmlMessage, type EdxmlProfile, type StatusMessage } from '../../../edxml/index.ts';
import type { EnvelopeDocument } from '../../../contract.ts';
import { aDocument } from '../../../testing.ts';

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
