import type { CatalogTable } from './catalog.ts';

/** The rows of one schema's tables as TypeScript, for Kysely. Text columns with a CHECK list become unions. */
export function tableTypes(schema: string, tables: readonly CatalogTable[]): string {
  const own = tables.filter((table) => table.schema === schema);
  const bodies = own.map((table) => `export type ${typeName(table.name)} = {\n${table.columns.map((column) => `  ${column.name}: ${columnType(table, column)};`).join('\n')}\n};`);
  const map = own.map((table) => `  '${schema}.${table.name}': ${typeName(table.name)};`).join('\n');
  const body = bodies.join('\n\n');
  const imports = ['Instant', 'Json'].filter((name) => body.includes(name));
  const first = imports.length === 0 ? '' : `import type { ${imports.join(', ')} } from '#kernel/table-columns.ts';\n\n`;
  return `// Generated from the migrations by \`npm run generate\`. Do not edit.\n${first}${body}\n\nexport type Tables = {\n${map}\n};\n`;
}

function typeName(table: string): string {
  return `${table.replace(/(^|_)(\w)/g, (_whole, _start, letter: string) => letter.toUpperCase())}Row`;
}

const TYPES: Record<string, string> = {
  uuid: 'string',
  text: 'string',
  'character varying': 'string',
  date: 'string',
  tsvector: 'string',
  inet: 'string',
  'time without time zone': 'string',
  '"char"': 'string',
  xid8: 'string',
  interval: 'string',
  smallint: 'number',
  integer: 'number',
  bigint: 'number',
  real: 'number',
  'double precision': 'number',
  numeric: 'string',
  boolean: 'boolean',
  bytea: 'Buffer',
  'timestamp with time zone': 'Instant',
  jsonb: 'Json',
  json: 'Json',
};

function columnType(table: CatalogTable, column: { name: string; type: string; notNull: boolean; default: string | null }): string {
  const array = column.type.endsWith('[]');
  const base = array ? column.type.slice(0, -2) : column.type.replace(/\(.*\)$/, '');
  const known = TYPES[base];
  if (known === undefined) throw new Error(`no TypeScript type is known for ${column.type} of ${table.schema}.${table.name}.${column.name}`);
  const type = (known === 'string' ? choices(table, column.name) : undefined) ?? known;
  return `${array ? `${type}[]` : type}${column.notNull ? '' : ' | null'}`;
}

/** The values that a CHECK of the form `column in (…)` allows. */
function choices(table: CatalogTable, column: string): string | undefined {
  const pattern = new RegExp(`^CHECK \\(\\(${column} = ANY \\(ARRAY\\[(.*)\\]\\)\\)\\)$`);
  for (const constraint of table.constraints) {
    const list = constraint.kind === 'c' ? pattern.exec(constraint.definition)?.[1] : undefined;
    if (list !== undefined) return [...list.matchAll(/'([^']*)'::text/g)].map((match) => `'${match[1] ?? ''}'`).join(' | ');
  }
  return undefined;
}
