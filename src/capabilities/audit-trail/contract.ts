import { z } from 'zod';

export const PAGE_SIZE = 50;
/** An inspector's question covers at most so many days: the span is what bounds the search. */
export const MOST_DAYS = 366;

const instant = z.iso.datetime({ offset: true });

/** What is asked of the record; without a span, the last seven days. */
export const trailQuery = z.object({
  from: instant.optional(),
  to: instant.optional(),
  agencyId: z.uuid().optional(),
  personId: z.uuid().optional(),
  /** The module that recorded it, such as `exchange`. */
  module: z.string().regex(/^[a-z][a-z0-9-]*$/).max(50).optional(),
  subjectType: z.string().max(100).optional(),
  subjectId: z.string().max(200).optional(),
  text: z.string().max(200).optional(),
  after: z.string().max(100).optional(),
});
export type TrailQuery = z.output<typeof trailQuery>;

export const exportQuery = trailQuery.omit({ after: true }).extend({ format: z.enum(['csv', 'json']) });

export const trailRow = z.object({
  /** `agency.entry`: both are needed to find it again. */
  id: z.string(),
  agencyId: z.uuid(),
  agencyName: z.string(),
  at: z.string(),
  /** What happened, in the reader's language. */
  text: z.string(),
  type: z.string(),
  actorName: z.string(),
  actorTitle: z.string().nullable(),
  onBehalfOf: z.string().nullable(),
  subject: z.object({ type: z.string(), id: z.string() }),
  requestId: z.string(),
  data: z.record(z.string(), z.unknown()),
  /** What another agency's document says is left out of the text and the data. */
  isContentHidden: z.boolean(),
  leafHash: z.string(),
  leafIndex: z.number().int().nullable(),
});
export type TrailRow = z.output<typeof trailRow>;

export const trailPage = z.object({ rows: z.array(trailRow), next: z.string().nullable() });
export type TrailPage = z.output<typeof trailPage>;

export const holdBody = z
  .object({
    agencyId: z.uuid().optional(),
    subject: z.object({ type: z.string().min(1).max(100), id: z.string().min(1).max(200) }).optional(),
    personId: z.uuid().optional(),
    from: instant.optional(),
    to: instant.optional(),
    reason: z.string().trim().min(5).max(1000),
  })
  .refine(({ from, to }) => from === undefined || to === undefined || new Date(from) <= new Date(to), { path: ['to'], error: 'Thời điểm kết thúc phải sau thời điểm bắt đầu.|The end must come after the beginning.' });
export const liftBody = z.object({ reason: z.string().trim().min(5).max(1000) });
export const ruleBody = z.object({
  module: z.string().regex(/^[a-z][a-z0-9-]*$/).max(50),
  keepYears: z.number().int().min(1).max(100),
  legalBasis: z.string().trim().min(5).max(500),
});

export const keeping = z.object({
  holds: z.array(
    z.object({
      id: z.uuid(),
      agencyName: z.string().nullable(),
      subject: z.object({ type: z.string(), id: z.string() }).nullable(),
      personId: z.string().nullable(),
      from: z.string().nullable(),
      to: z.string().nullable(),
      reason: z.string(),
      placedAt: z.string(),
      placedBy: z.string(),
      liftedAt: z.string().nullable(),
      liftedBy: z.string().nullable(),
      liftReason: z.string().nullable(),
    }),
  ),
  rules: z.array(z.object({ typePrefix: z.string(), keepYears: z.number().int(), validFrom: z.string(), validTo: z.string().nullable(), legalBasis: z.string() })),
  /** How many entries the rules would let go today. */
  due: z.number().int(),
  abilities: z.array(z.enum(['hold', 'rule'])),
});
export type Keeping = z.output<typeof keeping>;
