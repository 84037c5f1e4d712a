import { createHash } from 'node:crypto';
import type { Queryable } from '#kernel/database.ts';
import type { LookupStep } from '../../domain/validation/lookups.ts';

export type CachedAnswer = { bytes: Buffer; goodUntil: Date };

/** Answers of authorities, by question. What it gives back is still checked by whoever validates. */
export type LookupCache = {
  find(step: LookupStep, now: Date): Promise<Buffer | undefined>;
  keep(step: LookupStep, answer: CachedAnswer, now: Date): Promise<void>;
};

/** Names a question: kind, address and what is posted. */
export function questionOf({ kind, url, body }: LookupStep): string {
  return createHash('sha256').update(`${kind} ${url} `).update(body ?? '').digest('hex');
}

const MEMORY_BYTES = 64 * 1024 * 1024;

/** In this process, the oldest first out; lists of large authorities have megabytes. */
export function createMemoryCache(maxBytes = MEMORY_BYTES): LookupCache {
  const kept = new Map<string, CachedAnswer>();
  let size = 0;
  const forget = (key: string): void => {
    size -= kept.get(key)?.bytes.length ?? 0;
    kept.delete(key);
  };
  return {
    find(step, now) {
      const key = questionOf(step);
      const found = kept.get(key);
      if (found !== undefined && found.goodUntil <= now) forget(key);
      return Promise.resolve(found !== undefined && found.goodUntil > now ? found.bytes : undefined);
    },
    keep(step, answer) {
      const key = questionOf(step);
      forget(key);
      kept.set(key, answer);
      size += answer.bytes.length;
      for (const oldest of kept.keys()) {
        if (size <= maxBytes) break;
        forget(oldest);
      }
      return Promise.resolve();
    },
  };
}

/**
 * In the database, shared by all processes and kept over a restart: lists and authorities' certificates. An answer about one certificate stays
 * in memory, so that nothing tells later whose document somebody from the public checked.
 */
export function createTableCache(q: Queryable): LookupCache {
  return {
    async find(step, now) {
      if (step.kind === 'ocsp') return undefined;
      const { rows } = await q.query(
        `select material.content from signatures.revocation_lookup lookup join signatures.validation_material material on material.sha256 = lookup.material_sha256
          where lookup.question = $1 and lookup.good_until > $2`,
        [questionOf(step), now],
      );
      // safe because the statement selects exactly this column
      return (rows[0] as { content: Buffer } | undefined)?.content;
    },
    async keep(step, { bytes, goodUntil }, now) {
      if (step.kind === 'ocsp') return;
      const sha256 = await keepMaterial(q, { kind: step.kind === 'issuer' ? 'certificate' : step.kind, content: bytes }, now);
      await q.query(
        `insert into signatures.revocation_lookup (question, kind, url, material_sha256, asked_at, good_until) values ($1, $2, $3, $4, $5, $6)
         on conflict (question) do update set material_sha256 = excluded.material_sha256, asked_at = excluded.asked_at, good_until = excluded.good_until`,
        [questionOf(step), step.kind, step.url, sha256, now, goodUntil],
      );
    },
  };
}

export type Material = { kind: 'certificate' | 'crl' | 'ocsp'; content: Buffer };

/** Keeps material under its hash, once; answers the hash. */
export async function keepMaterial(q: Queryable, { kind, content }: Material, now: Date): Promise<string> {
  const sha256 = createHash('sha256').update(content).digest('hex');
  await q.query(`insert into signatures.validation_material (sha256, kind, content, kept_at) values ($1, $2, $3, $4) on conflict (sha256) do nothing`, [sha256, kind, content, now]);
  return sha256;
}

/** As `keepMaterial` for many, in one statement; the same piece may come often. @returns the hashes in the order given. */
export async function keepMaterials(q: Queryable, materials: readonly Material[], now: Date): Promise<string[]> {
  const hashes = materials.map(({ content }) => createHash('sha256').update(content).digest('hex'));
  const different = [...new Map(materials.map((each, index) => [hashes[index] ?? '', each]))].toSorted(([one], [other]) => (one < other ? -1 : 1));
  await q.query(
    `insert into signatures.validation_material (sha256, kind, content, kept_at)
     select t.*, $4::timestamptz from unnest($1::text[], $2::text[], $3::bytea[]) as t on conflict (sha256) do nothing`,
    [different.map(([hash]) => hash), different.map(([, { kind }]) => kind), different.map(([, { content }]) => content), now],
  );
  return hashes;
}

/** Asks each in turn. */
export function chainCaches(...caches: readonly LookupCache[]): LookupCache {
  return {
    async find(step, now) {
      for (const cache of caches) {
        const found = await cache.find(step, now);
        if (found !== undefined) return found;
      }
      return undefined;
    },
    async keep(step, answer, now) {
      for (const cache of caches) await cache.keep(step, answer, now);
    },
  };
}
