import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readConfig } from '#kernel/config.ts';
import { createLog } from '#kernel/log.ts';
import { openInstallation } from '../installation.ts';
import { backUp, type BackupResult } from '../operations/backup.ts';
import { operationsErrors } from '../operations/errors.ts';
import { folderArgument } from './folder-argument.ts';
import { createProgress } from './progress.ts';

/** Writes one backup of the running or stopped installation. Ends with 1 when files were missing from it. */
export async function main(args: string[]): Promise<number> {
  const folder = folderArgument(args, 'npx lienthong backup THƯ_MỤC');
  if (folder === undefined) return 64;
  const progress = createProgress();
  const { DATABASE_URL, DATA_DIR } = process.env;
  const dataDir = DATA_DIR || './data';
  // Looked at before the configuration is read, which would make a secret in a new folder.
  if (!DATABASE_URL && !existsSync(join(dataDir, 'postgres'))) throw operationsErrors.nothingToBackUp({ values: { where: dataDir } });
  const config = readConfig();
  const installation = await openInstallation(config, { migrate: false, log: createLog({ level: 'error' }), onProgress: progress.step });
  try {
    const result = await backUp({ kernel: installation.kernel, ownerUrl: config.databaseDirectUrl ?? installation.ownerUrl, folder, onProgress: progress.step });
    process.stdout.write(report(result));
    return result.files.missing.length === 0 ? 0 : 1;
  } finally {
    await installation.close();
  }
}

function report({ folder, manifest, files }: BackupResult): string {
  const rows = manifest.tables.reduce((sum, table) => sum + table.rows, 0);
  const tree = manifest.treeHead === null ? '' : `, cây nhật ký cỡ ${String(manifest.treeHead.size)}`;
  const lines = [
    '',
    `  ✓ ${folder}`,
    `    ${rows.toLocaleString('vi-VN')} dòng, ${files.count.toLocaleString('vi-VN')} tệp (${(files.sizeBytes / 1e6).toLocaleString('vi-VN', { maximumFractionDigits: 1 })} MB)${tree}`,
    '',
    '  ! Thư mục secrets/ của bản sao lưu chứa KHÓA BÍ MẬT của hệ thống. Ai có nó cùng dữ liệu thì mở được mọi khóa ký được giữ ở đây.',
    '    Cất như cất con dấu: mã hóa khi đưa ra khỏi máy chủ, chỉ người có trách nhiệm được đọc.',
    '    secrets/ holds the SECRET KEYS of this installation. Keep it like the seal: encrypt it before it leaves the server.',
  ];
  if (files.linked > 0) {
    lines.push(
      `  ! ${files.linked.toLocaleString('vi-VN')} tệp nằm trên cùng ổ đĩa với dữ liệu (liên kết). Hãy chép bản sao lưu sang máy khác: hỏng ổ là mất cả hai.`,
      '    The files share the disk with the data (hard links). Copy the backup to another machine.',
    );
  }
  if (files.missing.length > 0) {
    lines.push(
      `  ✗ ${files.missing.length.toLocaleString('vi-VN')} tệp bị thiếu hoặc hỏng trong kho tệp nên không có trong bản sao lưu; danh sách ở manifest.json. Lấy lại chúng từ bản sao lưu trước.`,
      '    Files are missing from the store or damaged there, so the backup lacks them; manifest.json lists them.',
    );
  }
  return `${lines.join('\n')}\n\n`;
}
