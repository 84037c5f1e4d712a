import { z } from 'zod';
import { envelopeTrace, messageTrace } from '#engines/exchange/contract.ts';

export const spans = ['hour', 'day', 'month'] as const;
export type Span = (typeof spans)[number];
export const flowQuery = z.object({ span: z.enum(spans).default('hour') });

/** In which part of the map an agency stands. */
export const flowGroups = ['province', 'department', 'commune', 'outside', 'other'] as const;
export type FlowGroup = (typeof flowGroups)[number];

const flowNode = z.object({ id: z.uuid(), name: z.string(), abbreviation: z.string(), group: z.enum(flowGroups), sent: z.number().int(), received: z.number().int() });
const flowEdge = z.object({ from: z.uuid(), to: z.uuid(), sent: z.number().int(), arrived: z.number().int(), troubled: z.number().int() });
export const flowReply = z.object({
  span: z.enum(spans),
  from: z.string(),
  /** Whatever went until then is counted; null before the first counting. */
  until: z.string().nullable(),
  nodes: z.array(flowNode),
  edges: z.array(flowEdge),
  /** How many pairs there are; the quietest are left out above a bound. */
  pairs: z.number().int(),
  throughput: z.array(z.object({ at: z.string(), sent: z.number().int(), arrived: z.number().int() })),
  sent: z.number().int(),
  arrived: z.number().int(),
  troubled: z.number().int(),
});
export type FlowReply = z.output<typeof flowReply>;
export type FlowNode = FlowReply['nodes'][number];
export type FlowEdge = FlowReply['edges'][number];

export const partnerHealth = z.object({
  id: z.uuid(),
  name: z.string(),
  protocol: z.string(),
  state: z.string(),
  circuit: z.enum(['closed', 'open', 'half_open']),
  openedAt: z.string().nullable(),
  probeAt: z.string().nullable(),
  lastSuccessAt: z.string().nullable(),
  problem: z.string().nullable(),
  waiting: z.number().int(),
  sent: z.number().int(),
  failed: z.number().int(),
  quarantined: z.number().int(),
});
export type PartnerHealth = z.output<typeof partnerHealth>;
export const partnersReply = z.object({ partners: z.array(partnerHealth) });

/** The columns of the statistics, in their order on the screen and on paper. */
export const figureNames = [
  'sent', 'recipients', 'arrived', 'refused', 'returned', 'waiting', 'needPaper', 'sentSigned', 'sentValid', 'sentOnTime', 'sentLate',
  'received', 'receivedSigned', 'receivedOutside', 'noticeOnTime', 'noticeLate', 'noticeOpen', 'noticeOverdue',
] as const;
export type FigureName = (typeof figureNames)[number];
const figures = z.record(z.enum(figureNames), z.number().int());
export type Figures = z.output<typeof figures>;

const month = z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/, 'Tháng phải có dạng 2026-11.|A month is written as 2026-11.');
export const statisticsQuery = z.object({ from: month, to: month, level: z.enum(flowGroups).optional() }).refine(({ from, to }) => from <= to && monthsBetween(from, to) < 24, {
  path: ['to'],
  error: 'Chọn tháng cuối không trước tháng đầu và không quá 24 tháng.|Choose an end that is not before the beginning, within 24 months.',
});
export type StatisticsQuery = z.output<typeof statisticsQuery>;

/** How many months lie between two, written `2026-11`. */
export function monthsBetween(from: string, to: string): number {
  const months = (text: string): number => Number(text.slice(0, 4)) * 12 + Number(text.slice(5, 7));
  return months(to) - months(from);
}

export const statisticsReply = z.object({
  from: month,
  to: month,
  /** Whatever went until then is counted; null where there are no figures. */
  countedAt: z.string().nullable(),
  agencies: z.array(z.object({ agencyId: z.uuid(), name: z.string(), group: z.enum(flowGroups), figures })),
  levels: z.array(z.object({ group: z.enum(flowGroups), agencies: z.number().int(), figures })),
  months: z.array(z.object({ month, figures })),
  total: figures,
  /** Signed, due in these months and not sent today, by agency. */
  unsent: z.object({ total: z.number().int(), agencies: z.array(z.object({ agencyId: z.uuid(), name: z.string(), count: z.number().int() })) }),
});
export type StatisticsReply = z.output<typeof statisticsReply>;

export const boxes = ['sent', 'received'] as const;
export type Box = (typeof boxes)[number];
export const documentFilters = ['late', 'undelivered', 'unanswered', 'refused', 'unsigned'] as const;
export const documentsQuery = z.object({
  agencyId: z.uuid().optional(),
  box: z.enum(boxes),
  filter: z.enum(documentFilters).optional(),
  from: month,
  to: month,
  after: z.string().max(100).optional(),
});
export const documentRow = z.object({
  id: z.string(),
  number: z.string(),
  summary: z.string().nullable(),
  senderName: z.string(),
  kind: z.string(),
  isSigned: z.boolean(),
  at: z.string(),
  dueAt: z.string().nullable(),
  /** Sent by its deadline, or told its sender on the day; null where there is no measure yet. */
  isLate: z.boolean().nullable(),
  toldAt: z.string().nullable(),
  recipients: z.number().int().nullable(),
  arrived: z.number().int().nullable(),
  troubled: z.number().int().nullable(),
});
export type DocumentRow = z.output<typeof documentRow>;
export const documentsReply = z.object({ agencyId: z.uuid(), agencyName: z.string(), rows: z.array(documentRow), next: z.string().nullable() });
export type DocumentsReply = z.output<typeof documentsReply>;

export const unsentReply = z.object({
  count: z.number().int(),
  rows: z.array(
    z.object({
      agencyId: z.uuid(),
      agencyName: z.string(),
      subject: z.object({ type: z.string(), id: z.string() }),
      isOwn: z.boolean(),
      number: z.string().nullable(),
      /** Of the own agency only. */
      summary: z.string().nullable(),
      signerName: z.string().nullable(),
      signedAt: z.string(),
      dueAt: z.string(),
      waitsFor: z.enum(['number', 'seal', 'issue']),
    }),
  ),
});
export type UnsentReply = z.output<typeof unsentReply>;
export type UnsentRow = UnsentReply['rows'][number];

const hidden = { summary: z.string().nullable(), /** The address of the evidence package, for whoever may take it. */ evidence: z.string().nullable() };
export const tracedEnvelope = envelopeTrace.omit({ summary: true }).extend({ ...hidden, isOwn: z.boolean() });
export type TracedEnvelope = z.output<typeof tracedEnvelope>;
export const tracedMessage = messageTrace.omit({ summary: true }).extend({ ...hidden, isOwn: z.boolean() });
export type TracedMessage = z.output<typeof tracedMessage>;

export const alertKinds = ['partner_down', 'queue_old', 'receipt_late', 'connection_ends'] as const;
export const ruleRoles = ['clerk', 'chief_of_office', 'leader', 'agency_admin'] as const;
export const keeperRoles = ['province_admin', 'auditor'] as const;
const minutes = z.coerce.number().int().min(1).max(43_200);
const email = z.email('Địa chỉ thư điện tử chưa đúng.|This is no e-mail address.').max(200);
export const ruleBody = z.object({
  name: z.string().trim().min(1, 'Nhập tên quy tắc.|Enter a name.').max(200),
  thresholdMinutes: minutes,
  quietMinutes: minutes,
  isOn: z.boolean(),
  agencyRoles: z.array(z.enum(ruleRoles)).max(10),
  keeperRoles: z.array(z.enum(keeperRoles)).max(10),
  postIds: z.array(z.object({ agencyId: z.uuid(), postId: z.uuid() })).max(20),
  emails: z.array(email).max(20),
});
export type RuleBody = z.output<typeof ruleBody>;
export const newRuleBody = ruleBody.extend({ kind: z.enum(alertKinds) });
export const ruleRow = ruleBody.omit({ postIds: true }).extend({
  id: z.uuid(),
  kind: z.enum(alertKinds),
  posts: z.array(z.object({ agencyId: z.uuid(), postId: z.uuid(), name: z.string() })),
});
export type RuleRow = z.output<typeof ruleRow>;
export const rulesReply = z.object({ rules: z.array(ruleRow), canMail: z.boolean(), abilities: z.array(z.enum(['keep'])) });
export type RulesReply = z.output<typeof rulesReply>;

export const alertRow = z.object({
  id: z.uuid(),
  kind: z.enum(alertKinds),
  rule: z.string(),
  about: z.string(),
  /** Of a partner that is down: we cannot reach it, or it does not come for what waits for it. Of a connection that ends: what of it. */
  cause: z.enum(['line_open', 'not_fetched', 'version_foreign', 'record_contradicts', 'vendor_key', 'their_certificate', 'own_certificate']).nullable(),
  /** When a connection ends unless somebody acts; of others null. */
  endsAt: z.string().nullable(),
  subjectId: z.uuid(),
  agencyId: z.uuid().nullable(),
  state: z.enum(['open', 'acknowledged', 'over']),
  since: z.string(),
  openedAt: z.string(),
  toldAt: z.string().nullable(),
  overAt: z.string().nullable(),
  count: z.number().int(),
  acknowledgedAt: z.string().nullable(),
  acknowledgedBy: z.string().nullable(),
  note: z.string().nullable(),
  abilities: z.array(z.enum(['acknowledge'])),
});
export type AlertRow = z.output<typeof alertRow>;
export const alertsQuery = z.object({ state: z.enum(['standing', 'all']).default('standing'), after: z.uuid().optional() });
export const alertsReply = z.object({ rows: z.array(alertRow), next: z.uuid().nullable() });
export type AlertsReply = z.output<typeof alertsReply>;
export const acknowledgeBody = z.object({ note: z.string().trim().max(1000).optional() });
