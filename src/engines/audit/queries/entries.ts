import type { AuditEntry } from '../domain/entry.ts';

/** The columns of an entry, with the instant as text to the microsecond, so that no change of it can hide. */
export const ENTRY_COLUMNS = `e.id, e.agency_id, to_char(e.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US') as at,
  e.type, e.actor, e.subject_type, e.subject_id, e.data, e.request_id`;

export type EntryColumns = {
  id: string;
  agency_id: string;
  at: string;
  type: string;
  actor: Record<string, unknown>;
  subject_type: string;
  subject_id: string;
  data: Record<string, unknown>;
  request_id: string;
};

/** The entry as it was hashed when it was recorded. */
export function toEntry(row: EntryColumns): AuditEntry {
  return {
    id: row.id,
    agencyId: row.agency_id,
    // Recorded to the millisecond: other microseconds than 000 are a change, and stay so that the hash shows it.
    at: `${row.at.replace(/000$/, '')}Z`,
    type: row.type,
    actor: row.actor,
    subject: { type: row.subject_type, id: row.subject_id },
    data: row.data,
    requestId: row.request_id,
  };
}
