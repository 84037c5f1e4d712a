import type { CatalogTable } from './catalog.ts';

export type LintProblem = { table: string; problem: string };

type Scope = 'agency' | 'reference' | 'installation';

/**
 * The rules that let the database be distributed by agency without a rewrite (docs/decisions/0003): every key of an
 * agency's table begins with the agency, nothing hides in triggers, nothing sets the key to null.
 */
export function lintCatalog(tables: readonly CatalogTable[]): LintProblem[] {
  const scopes = new Map(tables.map((table) => [`${table.schema}.${table.name}`, scopeOf(table)]));
  return tables.flatMap((table) => lintTable(table, scopes).map((problem) => ({ table: `${table.schema}.${table.name}`, problem })));
}

function scopeOf(table: CatalogTable): Scope | undefined {
  const word = /^Scope: (agency|reference|installation)\./.exec(table.comment ?? '')?.[1];
  return word === 'agency' || word === 'reference' || word === 'installation' ? word : undefined;
}

function lintTable(table: CatalogTable, scopes: ReadonlyMap<string, Scope | undefined>): string[] {
  const scope = scopeOf(table);
  const problems: string[] = [];
  if (scope === undefined) problems.push('its comment does not begin with "Scope: agency|reference|installation."');
  if (table.triggers.length > 0) problems.push(`it has triggers (${table.triggers.join(', ')}): do it in the command`);
  const primary = table.constraints.find((constraint) => constraint.kind === 'p');
  if (primary === undefined) problems.push('it has no primary key');
  for (const constraint of table.constraints) {
    if (constraint.kind === 'f' && constraint.deleteAction === 'n') problems.push(`${constraint.name} says ON DELETE SET NULL`);
    if (constraint.kind === 'f') problems.push(...lintForeignKey(scope, constraint, scopes));
    if (scope === 'agency' && (constraint.kind === 'p' || constraint.kind === 'u') && constraint.columns[0] !== 'agency_id') {
      problems.push(`${constraint.name} does not begin with agency_id`);
    }
  }
  for (const index of table.indexes) {
    if (scope === 'agency' && index.unique && index.columns[0] !== 'agency_id') problems.push(`the unique index ${index.name} does not begin with agency_id`);
  }
  return problems;
}

function lintForeignKey(scope: Scope | undefined, constraint: { name: string; columns: string[]; target: string | null }, scopes: ReadonlyMap<string, Scope | undefined>): string[] {
  const target = constraint.target === null ? undefined : scopes.get(constraint.target);
  if (scope === 'agency' && target === 'agency' && constraint.columns[0] !== 'agency_id') return [`${constraint.name} points to an agency's table without agency_id`];
  if (scope === 'agency' && target === 'installation') return [`${constraint.name} points from an agency's table to one of the installation`];
  if (scope !== 'agency' && target === 'agency') return [`${constraint.name} points to an agency's table from one that is shared`];
  return [];
}

/** What no hand-written statement may say, since a distributed database refuses it or does it wrongly. */
export function lintStatements(file: string, text: string): string[] {
  const problems: string[] = [];
  if (/skip\s+locked/i.test(text)) problems.push(`${file}: SKIP LOCKED is refused across shards: claim by a conditional update that names the agency`);
  for (const match of text.matchAll(/\bupdate\s+[a-z_]+\.[a-z_]+[^;`]*?\bset\b([^;`]*)/gi)) {
    if (/\b(random|gen_random_uuid|clock_timestamp|uuidv7|uuidv4|nextval)\s*\(/i.test(match[1] ?? '')) problems.push(`${file}: a volatile function in an UPDATE is refused on a distributed table: compute the value first`);
  }
  return problems;
}
