import type { Queryable } from '#kernel/database.ts';

export type CatalogColumn = { name: string; type: string; notNull: boolean; default: string | null };
export type CatalogConstraint = { name: string; kind: 'p' | 'u' | 'f' | 'c' | 'x'; definition: string; columns: string[]; target: string | null; deleteAction: string };
export type CatalogIndex = { name: string; definition: string; unique: boolean; columns: string[] };
export type CatalogTable = {
  schema: string;
  name: string;
  comment: string | null;
  columns: CatalogColumn[];
  constraints: CatalogConstraint[];
  indexes: CatalogIndex[];
  triggers: string[];
};

/** The tables of the given schemas as PostgreSQL's catalog knows them, in a stable order. */
export async function readCatalog(q: Queryable, schemas: readonly string[]): Promise<CatalogTable[]> {
  const { rows } = await q.query(
    `select n.nspname as schema, c.relname as name, obj_description(c.oid, 'pg_class') as comment,
       (select json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod), 'notNull', a.attnotnull,
                'default', pg_get_expr(d.adbin, d.adrelid)) order by a.attnum)
          from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
         where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns,
       coalesce((select json_agg(json_build_object('name', k.conname, 'kind', k.contype, 'definition', pg_get_constraintdef(k.oid),
                'columns', (select json_agg(a.attname order by u.ord) from unnest(k.conkey) with ordinality u(att, ord)
                            join pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.att),
                'target', case when k.contype = 'f' then k.confrelid::regclass::text end, 'deleteAction', k.confdeltype) order by k.contype desc, k.conname)
          from pg_constraint k where k.conrelid = c.oid and k.contype in ('p', 'u', 'f', 'c', 'x')), '[]') as constraints,
       coalesce((select json_agg(json_build_object('name', i.relname, 'definition', pg_get_indexdef(x.indexrelid), 'unique', x.indisunique,
                'columns', (select json_agg(pg_get_indexdef(x.indexrelid, p, true) order by p) from generate_series(1, x.indnkeyatts) p)) order by i.relname)
          from pg_index x join pg_class i on i.oid = x.indexrelid
         where x.indrelid = c.oid and not exists (select 1 from pg_constraint k where k.conindid = x.indexrelid and k.contype in ('p', 'u', 'x'))), '[]') as indexes,
       coalesce((select json_agg(t.tgname order by t.tgname) from pg_trigger t where t.tgrelid = c.oid and not t.tgisinternal), '[]') as triggers
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = any($1) and c.relkind in ('r', 'p') and not c.relispartition
    order by 1, 2`,
    [schemas],
  );
  // safe because the statement builds exactly this shape
  return rows as CatalogTable[];
}

/** The migrated schema as one readable SQL text, the same for the same migrations on PostgreSQL 15 to 18. */
export function schemaSql(tables: readonly CatalogTable[]): string {
  const parts = tables.map((table) => {
    const name = `${table.schema}.${table.name}`;
    const columns = table.columns.map(
      (column) => `  ${column.name} ${column.type}${column.notNull ? ' not null' : ''}${column.default === null ? '' : ` default ${column.default}`}`,
    );
    // PostgreSQL 18 lists NOT NULL as constraints of their own; the columns say it already.
    const constraints = table.constraints.map((constraint) => `  constraint ${constraint.name} ${constraint.definition}`);
    const body = [...columns, ...constraints].join(',\n');
    const comment = table.comment === null ? '' : `\ncomment on table ${name} is '${table.comment.replaceAll("'", "''")}';`;
    const indexes = table.indexes.map((index) => `\n${index.definition};`).join('');
    return `create table ${name} (\n${body}\n);${comment}${indexes}`;
  });
  return `-- Generated from the migrations by \`npm run generate\`. Do not edit.\n\n${parts.join('\n\n')}\n`;
}
