import { canonicalJson } from './canonical-json.ts';
import { leafHashOf } from './tree.ts';

/** An entry as it is hashed and handed out with its proof. */
export type AuditEntry = {
  id: string;
  agencyId: string;
  /** ISO 8601 in UTC to the millisecond. */
  at: string;
  type: string;
  actor: Record<string, unknown>;
  subject: { type: string; id: string };
  data: Record<string, unknown>;
  requestId: string;
};

/** The leaf of an entry: SHA-256 of 0x00 and the entry's canonical JSON (RFC 9162 §2.1.1, RFC 8785). */
export function leafHash(entry: AuditEntry): Buffer {
  return leafHashOf(writeEntry({ ...entry, actor: canonicalJson(entry.actor), data: canonicalJson(entry.data) }));
}

/** An entry whose actor and data are canonical JSON already. */
export type WrittenEntry = Omit<AuditEntry, 'actor' | 'data'> & { actor: string; data: string };

/** The canonical JSON of an entry: its members are known, so their order is written down here once. */
export function writeEntry(entry: WrittenEntry): string {
  const { id, agencyId, at, type, actor, subject, data, requestId } = entry;
  const about = `"subject":{"id":${text(subject.id)},"type":${text(subject.type)}},"type":${text(type)}`;
  return `{"actor":${actor},"agencyId":${text(agencyId)},"at":${text(at)},"data":${data},"id":${text(id)},"requestId":${text(requestId)},${about}}`;
}

const text = canonicalJson;
