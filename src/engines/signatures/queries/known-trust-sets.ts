import type { Queryable } from '#kernel/database.ts';
import { service, type Kernel } from '#kernel/kernel.ts';
import { RULES, type TrustSet } from '../trust.ts';

/** The one that was written down last; it changes rarely. */
const remembered = service<{ version: string | undefined }>(Symbol('remembered trust set'), () => ({ version: undefined }));

/** Writes down what a report is made by, so that it can be told later whether another trust set changes it. */
export async function rememberTrustSet(kernel: Kernel, { version, parts }: TrustSet): Promise<void> {
  if (remembered(kernel).version === version) return;
  await kernel.database.pool.query('insert into signatures.trust_set (version, rules, parts, seen_at) values ($1, $2, $3, $4) on conflict do nothing', [version, RULES, parts, kernel.clock.now()]);
  remembered(kernel).version = version;
}

/** What changed from one trust set to another, revocations aside. */
export type TrustChange = {
  /** Rules, an authority that is gone or whose period changed, a list that cannot be read: any report may become another. */
  isSweeping: boolean;
  rulesChanged: boolean;
  /** Something is trusted that was not: what was valid stays so. */
  addsTrust: boolean;
};

/** What changed since reports were made, by the version of theirs; a version that nobody wrote down may have been anything. */
export async function trustChanges(q: Queryable, { versions, now }: { versions: readonly string[]; now: TrustSet }): Promise<Map<string, TrustChange>> {
  const { rows } = await q.query('select version, rules, parts from signatures.trust_set where version = any($1)', [versions]);
  // safe because the statement selects exactly these columns
  const known = new Map((rows as { version: string; rules: string; parts: string[] }[]).map((row) => [row.version, row]));
  return new Map(versions.map((version) => [version, changeSince(known.get(version), now.parts)]));
}

function changeSince(before: { rules: string; parts: string[] } | undefined, now: readonly string[]): TrustChange {
  if (before?.rules !== RULES) return { isSweeping: true, rulesChanged: true, addsTrust: true };
  const [then, today] = [new Set(before.parts), new Set(now)];
  const came = now.filter((part) => !then.has(part));
  const isGone = before.parts.some((part) => !today.has(part));
  // A period of an authority that was trusted already is a limit, and so is a list that cannot be read.
  const limits = came.some((part) => part.startsWith('withheld ') || (part.includes(' ') && then.has(part.slice(0, part.indexOf(' ')))));
  return { isSweeping: isGone || limits, rulesChanged: false, addsTrust: came.length > 0 };
}
