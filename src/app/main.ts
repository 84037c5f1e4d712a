import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ConfigError } from '#kernel/config.ts';
import { AppError } from '#kernel/errors.ts';
import { PostgresError } from '#kernel/postgres/index.ts';

type CliCommand = { summary: string; load: () => Promise<{ main: (args: string[]) => Promise<number> }> };

/** Every subcommand, loaded only when it is called. */
const commands: Record<string, CliCommand> = {
  start: { summary: 'Khởi động hệ thống (--services=web,worker) · start the installation', load: () => import('./cli/start.ts') },
  migrate: { summary: 'Cập nhật cấu trúc cơ sở dữ liệu · bring the database up to date', load: () => import('./cli/migrate.ts') },
  seed: { summary: 'Nạp dữ liệu mẫu (--profile thanh-hoa|tra-vinh) · load sample data', load: () => import('./cli/seed.ts') },
  administrator: { summary: 'Tạo quản trị viên đầu tiên của tỉnh: administrator --login … --name … · make the first administrator', load: () => import('./cli/administrator.ts') },
  authority: { summary: 'Cơ quan chứng thực nội bộ: authority show | ceremony … | publish-root-crl … · the built-in authority', load: () => import('./cli/authority.ts') },
  demo: { summary: 'Chạy trọn việc chính trong cửa sổ lệnh (--out THƯ_MỤC) · run the main job in the terminal', load: () => import('./cli/demo.ts') },
  verify: { summary: 'Kiểm tra chữ ký của tệp PDF, XML, ASiC, .p7s, JWS: verify TỆP… [--json] · validate signed files', load: () => import('./cli/verify.ts') },
  audit: { summary: 'Thời hạn giữ nhật ký: audit expire [--yes] · retention of the audit record', load: () => import('./cli/audit.ts') },
  evidence: { summary: 'Kiểm tra gói chứng cứ: evidence verify TỆP… [--json] · verify an evidence package, offline', load: () => import('./cli/evidence.ts') },
  exchange: { summary: 'Đối chiếu với hệ thống bạn sau khi khôi phục: exchange reconcile --since … · compare with partners after a restore', load: () => import('./cli/exchange.ts') },
  backup: { summary: 'Sao lưu: backup THƯ_MỤC · write a backup', load: () => import('./cli/backup.ts') },
  restore: { summary: 'Khôi phục vào cơ sở dữ liệu trống: restore THƯ_MỤC · restore into an empty database', load: () => import('./cli/restore.ts') },
  doctor: { summary: 'Tự kiểm tra cài đặt và chỉ cách sửa · check the installation and say how to mend it', load: () => import('./cli/doctor.ts') },
};

const USAGE = 64;
const COMPILED = join(import.meta.dirname, '../../.cache/compile');

/** The command line's entry. @returns the exit status. */
async function main(argv: string[]): Promise<number> {
  const [name, ...rest] = argv;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    process.stdout.write(help());
    return name === undefined ? USAGE : 0;
  }
  const command = commands[name];
  if (command === undefined) {
    process.stderr.write(`Không có lệnh "${name}" / unknown command.\n\n${help()}`);
    return USAGE;
  }
  // What Node makes of the sources is kept, by their hash, for the next start; where the folder cannot be written to, it goes without. Threads have no part in it:
  // one that is ended while it writes the cache takes the process along.
  enableCompileCache(COMPILED);
  try {
    const { main: run } = await command.load();
    return await run(rest);
  } catch (error) {
    if (isWrongCall(error)) {
      process.stderr.write(`Lệnh ${name} không hiểu cách gọi này / this call is not understood: ${error.message}\n\n${line(name, command)}\n`);
      return USAGE;
    }
    process.stderr.write(`${explain(error)}\n`);
    return 1;
  }
}

/** An option that the command does not have, or one without its value. */
function isWrongCall(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS_');
}

function help(): string {
  const lines = Object.entries(commands).map(([name, command]) => line(name, command));
  return `Liên Thông\n\nCách dùng / usage: npx lienthong LỆNH [tùy chọn]\n\n${lines.join('\n')}\n\nBiến môi trường / environment: xem docs/operating.md\n`;
}

function line(name: string, { summary }: CliCommand): string {
  return `  ${name.padEnd(13)} ${summary}`;
}

/** An error that an operator can act on is shown as its message; a defect is shown with its stack. */
function explain(error: unknown): string {
  if (error instanceof ConfigError) return error.message;
  if (error instanceof PostgresError) return `${error.vi}\n${error.en}`;
  if (error instanceof AppError) return (['vi', 'en'] as const).map((language) => inLanguage(error, language)).join('\n');
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
    return 'Cổng này đang được chương trình khác dùng. Đặt cổng khác: PORT=8081 npm start\nThe port is taken. Choose another: PORT=8081 npm start';
  }
  return error instanceof Error ? `${error.stack ?? error.message}${error.cause === undefined ? '' : `\n← ${explain(error.cause)}`}` : String(error);
}

function inLanguage(error: AppError, language: 'vi' | 'en'): string {
  const { message, fix } = error.describe(language);
  return fix === undefined ? message : `${message}\n  → ${fix}`;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  process.exitCode = await main(process.argv.slice(2));
}
