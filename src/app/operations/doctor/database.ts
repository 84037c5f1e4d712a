import pg from 'pg';
import type { Queryable } from '#kernel/database.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { listMigrations, schemaOf } from '#kernel/migrate.ts';
import { appliedMigrations } from '../tables.ts';
import { ok, problem, warning, type Finding } from './finding.ts';

const OLDEST_SERVER = 150_000;

export type DatabaseState = { findings: Finding[]; /** Whether the installation's tables are there and its role may connect. */ isUsable: boolean };

/** Whether PostgreSQL can be reached, is new enough, has our tables, and lets the application do no more than it should. */
export async function checkDatabase(kernel: Kernel, ownerUrl: string): Promise<DatabaseState> {
  const owner = new pg.Client({ connectionString: ownerUrl, application_name: 'lienthong doctor', connectionTimeoutMillis: 10_000 });
  owner.on('error', () => undefined);
  try {
    await owner.connect();
  } catch (error) {
    return { findings: [unreachable(error)], isUsable: false };
  }
  try {
    const findings = [await checkVersion(owner)];
    const applied = await appliedMigrations(owner);
    if (applied === undefined) {
      const text = { vi: 'Cơ sở dữ liệu chưa có bảng nào của hệ thống', en: 'The database has no tables of this installation yet' };
      return { findings: [...findings, warning(text, { vi: 'Chạy npm start, hoặc npx lienthong migrate.', en: 'Run npm start, or npx lienthong migrate.' })], isUsable: false };
    }
    findings.push(checkMigrations(kernel, applied));
    const role = await checkRole(kernel);
    return { findings: [...findings, ...role.findings], isUsable: role.canConnect };
  } finally {
    await owner.end();
  }
}

const REFUSED = { vi: 'Máy chủ PostgreSQL không nhận kết nối: nó có đang chạy, đúng máy và đúng cổng không?', en: 'The server refuses connections: does it run, on this host and port?' };
const REASONS: Record<string, { vi: string; en: string }> = {
  ECONNREFUSED: REFUSED,
  // the socket is not there
  ENOENT: REFUSED,
  ENOTFOUND: { vi: 'Không tìm thấy tên máy trong DATABASE_URL.', en: 'The host name in DATABASE_URL cannot be found.' },
  '28P01': { vi: 'Sai tên hoặc mật khẩu trong DATABASE_URL.', en: 'The user or the password in DATABASE_URL is wrong.' },
  '28000': { vi: 'PostgreSQL không cho người dùng này vào: xem pg_hba.conf.', en: 'PostgreSQL does not let this user in: see pg_hba.conf.' },
  '3D000': { vi: 'Cơ sở dữ liệu trong DATABASE_URL chưa được tạo: createdb.', en: 'The database in DATABASE_URL does not exist: createdb.' },
};

function unreachable(error: unknown): Finding {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
  const message = error instanceof Error ? error.message : String(error);
  return problem(
    { vi: `Không kết nối được PostgreSQL: ${message}`, en: `PostgreSQL cannot be reached: ${message}` },
    REASONS[code] ?? { vi: 'Kiểm tra DATABASE_URL, mạng và nhật ký của PostgreSQL.', en: 'Check DATABASE_URL, the network and the log of PostgreSQL.' },
  );
}

async function checkVersion(owner: pg.Client): Promise<Finding> {
  const { rows } = await owner.query<{ version: string; number: number }>(
    `select current_setting('server_version') as version, current_setting('server_version_num')::int as number`,
  );
  const { version, number } = rows[0] ?? { version: '?', number: 0 };
  if (number >= OLDEST_SERVER) return ok({ vi: `PostgreSQL ${version} trả lời`, en: `PostgreSQL ${version} answers` });
  return problem(
    { vi: `PostgreSQL ${version} quá cũ: cần từ 15`, en: `PostgreSQL ${version} is too old: 15 or newer is needed` },
    { vi: 'Nâng cấp máy chủ, hoặc sao lưu rồi khôi phục sang máy chủ mới.', en: 'Upgrade the server, or back up and restore to a new one.' },
  );
}

function checkMigrations(kernel: Kernel, applied: readonly { module: string; name: string; sha256: string }[]): Finding {
  const ran = new Map(applied.map((migration) => [`${migration.module}/${migration.name}`, migration.sha256]));
  const known = listMigrations(kernel.modules).map(({ module, name, sha256 }) => ({ key: `${module}/${name}`, sha256 }));
  const pending = known.filter(({ key }) => !ran.has(key)).map(({ key }) => key);
  const changed = known.filter(({ key, sha256 }) => ran.has(key) && ran.get(key) !== sha256).map(({ key }) => key);
  const future = [...ran.keys()].filter((key) => !known.some((each) => each.key === key));
  if (changed.length > 0 || future.length > 0) {
    return problem(
      { vi: `Cơ sở dữ liệu không khớp phiên bản này: ${[...changed, ...future].join(', ')}`, en: `The database does not fit this version: ${[...changed, ...future].join(', ')}` },
      { vi: 'Chạy đúng phiên bản đã cập nhật cơ sở dữ liệu này.', en: 'Run the version that brought this database up to date.' },
    );
  }
  if (pending.length === 0) return ok({ vi: `Cấu trúc đã mới nhất (${String(known.length)} bước)`, en: `The schema is up to date (${String(known.length)} migrations)` });
  return warning(
    { vi: `Còn ${String(pending.length)} bước cập nhật chưa chạy: ${pending.join(', ')}`, en: `${String(pending.length)} migrations have not run: ${pending.join(', ')}` },
    { vi: 'Sao lưu, rồi chạy npx lienthong migrate (npm start cũng tự chạy).', en: 'Back up, then run npx lienthong migrate (npm start does it too).' },
  );
}

/** The application's role must be able to connect, and unable to alter a table or to change the record. */
async function checkRole(kernel: Kernel): Promise<{ findings: Finding[]; canConnect: boolean }> {
  const { pool } = kernel.database;
  const role = new URL(kernel.database.directUrl).username;
  try {
    await pool.query('select 1');
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const finding = problem(
      { vi: `Vai trò ${role} của ứng dụng không vào được cơ sở dữ liệu: ${message}`, en: `The application’s role ${role} cannot connect: ${message}` },
      {
        vi: 'Vai trò chưa được tạo, hoặc APP_SECRET (DATA_DIR/secrets/app-secret) không phải của hệ thống này. Đặt lại cho đúng, rồi chạy npx lienthong migrate.',
        en: 'The role was not made yet, or APP_SECRET (DATA_DIR/secrets/app-secret) is another installation’s. Put the right one back, then run npx lienthong migrate.',
      },
    );
    return { findings: [finding], canConnect: false };
  }
  const excess = await excessOfRole(pool, kernel.modules.map((module) => schemaOf(module.name)));
  if (excess.length === 0) {
    const text = { vi: `Vai trò ${role} của ứng dụng không sửa được bảng và nhật ký`, en: `The application’s role ${role} can alter neither tables nor the record` };
    return { findings: [ok(text)], canConnect: true };
  }
  const finding = problem(
    { vi: `Vai trò ${role} của ứng dụng có quyền thừa: ${excess.join(', ')}`, en: `The application’s role ${role} may do too much: ${excess.join(', ')}` },
    { vi: 'Thu lại các quyền đó, rồi chạy npx lienthong migrate để cấp lại đúng quyền.', en: 'Revoke these rights, then run npx lienthong migrate to grant the right ones.' },
  );
  return { findings: [finding], canConnect: true };
}

async function excessOfRole(q: Queryable, schemas: readonly string[]): Promise<string[]> {
  const { rows } = await q.query(
    `select excess from (
       select 1, 'superuser' as excess from pg_roles where rolname = current_user and rolsuper
       union all select 2, 'create role' from pg_roles where rolname = current_user and rolcreaterole
       union all select 3, 'create in ' || nspname from pg_namespace where nspname = any($1) and has_schema_privilege(oid, 'create')
       union all select 4, 'owner of ' || schemaname || '.' || tablename from pg_tables where schemaname = any($1) and tableowner = current_user
       union all select 5, 'change ' || n.nspname || '.' || c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
         where n.nspname = any($1) and c.relkind in ('r', 'p') and obj_description(c.oid, 'pg_class') like '%Append-only.%'
           and (has_table_privilege(c.oid, 'update') or has_table_privilege(c.oid, 'delete') or has_table_privilege(c.oid, 'truncate'))
     ) as found (place, excess) order by place, excess limit 10`,
    [schemas],
  );
  return rows.map((row) => String(row['excess']));
}
