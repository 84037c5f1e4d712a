import type { ColumnType } from 'kysely';

/** A timestamptz: read as a Date, written as one or as ISO text. */
export type Instant = ColumnType<Date, Date | string, Date | string>;

/** A jsonb: read as its parsed value, written as JSON text. */
export type Json = ColumnType<unknown, string, string>;
