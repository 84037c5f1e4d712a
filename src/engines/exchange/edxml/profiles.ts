/** How each partner wants its messages: data with validity and source, so that an axis that changes its mind is a row, not a release. */
import { z } from 'zod';
import type { CalendarDay } from '#kernel/time.ts';

const day = z.iso.date();

export const edxmlProfile = z.object({
  code: z.string().min(1).max(60),
  name: z.object({ vi: z.string().min(1), en: z.string().min(1) }),
  validFrom: day,
  /** The last day, when there is one. */
  validTo: day.nullable(),
  /** Where this is known from. */
  basis: z.string().min(1),
  namespace: z.enum(['qcvn', 'eDocSchema', 'goVn']),
  /** The standard's own spelling is the misspelt one. */
  spelling: z.enum(['Bussiness', 'Business']),
  /** `toolkit` has DocumentId behind To and ToPlaces at the end; `numbered` follows the numbers of the standard. */
  order: z.enum(['toolkit', 'numbered']),
  /** Where `cid:` stands before an id: at both places, or in the manifest alone. */
  cid: z.enum(['both', 'manifest']),
  /** Whether a Reference also carries its id as an XLink. */
  hasLinks: z.boolean(),
  /** `toolkit` puts everything but pdf, doc, docx and zip into a ZIP, as receivers that use the Java toolkit undo it. */
  wrapping: z.enum(['none', 'toolkit']),
  dayForm: z.enum(['yyyy/MM/dd', 'dd/MM/yyyy']),
  /** Which of an agency's codes is written. */
  agencyCodes: z.enum(['qcvn-2016', 'qd-20-2020']),
  signature: z.discriminatedUnion('form', [
    z.object({ form: z.literal('none') }),
    /** XML Signature as the W3C has it, SHA-256. */
    z.object({ form: z.literal('standard') }),
    /** The element in the namespace of the message, with the identifiers that the toolkit writes. */
    z.object({ form: z.literal('legacy'), hash: z.enum(['sha1', 'sha256']), canonicalization: z.enum(['exclusive', 'inclusive']), isTransformMalformed: z.boolean() }),
  ]),
  /** `list-b` writes the place in list B of QCVN 102 as Type; `detail` writes 2 and the place as TypeDetail. */
  typeNumbers: z.enum(['list-b', 'detail']),
  /** For a document that directs nobody; the meaning of the numbers is disputed. */
  steeringType: z.number().int(),
});
export type EdxmlProfile = z.output<typeof edxmlProfile>;

const standard = {
  validFrom: '2018-07-12',
  validTo: null,
  namespace: 'qcvn',
  spelling: 'Bussiness',
  order: 'toolkit',
  cid: 'both',
  hasLinks: false,
  wrapping: 'none',
  dayForm: 'yyyy/MM/dd',
  agencyCodes: 'qd-20-2020',
  signature: { form: 'standard' },
  typeNumbers: 'detail',
  steeringType: 1,
} as const satisfies Partial<EdxmlProfile>;

/** What is known of those in use. Numbers and identifiers are as implementations have them; the element tables of the regulation are not confirmed. */
export const builtInProfiles: readonly EdxmlProfile[] = [
  {
    ...standard,
    code: 'national-axis',
    name: { vi: 'Trục liên thông văn bản quốc gia', en: 'National axis of document exchange' },
    basis: 'QCVN 102:2016/BTTTT; QĐ 28/2018/QĐ-TTg; bộ công cụ SDK 2.0.0',
  },
  {
    ...standard,
    code: 'java-toolkit',
    name: { vi: 'Đối tác dùng bộ công cụ Java EdXML102', en: 'Partner with the Java toolkit EdXML102' },
    basis: 'EdXML102-0.0.3 (10/2018): namespace, SHA-1, nén ZIP',
    wrapping: 'toolkit',
    agencyCodes: 'qcvn-2016',
    signature: { form: 'legacy', hash: 'sha1', canonicalization: 'inclusive', isTransformMalformed: true },
  },
  {
    ...standard,
    code: 'net-toolkit',
    name: { vi: 'Đối tác dùng bộ công cụ .NET', en: 'Partner with the .NET toolkit' },
    basis: 'EdXML102 .NET: thứ tự theo quy chuẩn, XLink, cid chỉ ở danh mục',
    order: 'numbered',
    cid: 'manifest',
    hasLinks: true,
    signature: { form: 'none' },
    typeNumbers: 'list-b',
  },
];

/** The profile of a partner that holds on a day; of several the one that began last. */
export function profileOn(profiles: readonly EdxmlProfile[], code: string, on: CalendarDay): EdxmlProfile | undefined {
  return profiles.filter((each) => each.code === code && each.validFrom <= on && (each.validTo === null || on <= each.validTo)).sort((a, b) => (a.validFrom < b.validFrom ? 1 : -1))[0];
}
