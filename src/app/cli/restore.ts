import { readConfig } from '#kernel/config.ts';
import { createLog } from '#kernel/log.ts';
import { modules } from '../capabilities.ts';
import { openInstallation } from '../installation.ts';
import { openBackup } from '../operations/manifest.ts';
import { checkBackup, restore, type RestoreVerdict } from '../operations/restore.ts';
import { appSecretOf, missingSecrets } from '../operations/secrets.ts';
import { folderArgument } from './folder-argument.ts';
import { createProgress } from './progress.ts';

/** Restores a backup into an empty database. Ends with 0 only if everything that was read back is as it was. */
export async function main(args: string[]): Promise<number> {
  const folder = folderArgument(args, 'DATA_DIR=… npx lienthong restore THƯ_MỤC');
  if (folder === undefined) return 64;
  const progress = createProgress();
  const backup = await openBackup(folder);
  const backedUp = await checkBackup(backup, modules, progress.step);
  // With the backup's own secret the configuration makes none of its own in a new folder.
  const config = readConfig({ ...process.env, APP_SECRET: appSecretOf(backedUp) });
  const secrets = await missingSecrets(backedUp, { dataDir: config.dataDir, environmentSecret: process.env['APP_SECRET'] || undefined });
  const installation = await openInstallation(config, { migrate: false, log: createLog({ level: 'error' }), onProgress: progress.step });
  try {
    const verdict = await restore({ backup, modules, kernel: installation.kernel, ownerUrl: config.databaseDirectUrl ?? installation.ownerUrl, secrets, onProgress: progress.step });
    process.stdout.write(report(verdict, backup.manifest.files.missing.length));
    return verdict.ok ? 0 : 1;
  } finally {
    await installation.close();
  }
}

function report(verdict: RestoreVerdict, missingFiles: number): string {
  const line = (holds: boolean, vi: string, en: string): string => `  ${holds ? '✓' : '✗'} ${vi} · ${en}`;
  const { audit } = verdict;
  const lines = [
    '',
    line(
      verdict.wrongTables.length === 0,
      verdict.wrongTables.length === 0 ? `đủ ${verdict.rows.toLocaleString('vi-VN')} dòng và ${verdict.files.toLocaleString('vi-VN')} tệp` : `sai số dòng ở ${verdict.wrongTables.join(', ')}`,
      'row counts and files',
    ),
    line(audit.ok, audit.ok ? `nhật ký nguyên vẹn, ${audit.size.toLocaleString('vi-VN')} bản ghi đã niêm phong` : `nhật ký có vấn đề: ${JSON.stringify(audit.problem)}`, 'audit record recomputed'),
    line(verdict.hasSameTree, 'gốc cây nhật ký đúng như lúc sao lưu', 'same signed tree as in the backup'),
  ];
  if (missingFiles > 0) lines.push(`  ! ${missingFiles.toLocaleString('vi-VN')} tệp đã thiếu từ khi sao lưu · files were missing already when the backup was made`);
  const next = verdict.ok
    ? '  Khôi phục xong. Chạy tiếp với cùng DATA_DIR/DATABASE_URL: npm start · restored; go on with the same variables.'
    : '  Khôi phục CHƯA đạt: đừng đưa vào sử dụng. · The restore did NOT hold: do not use it.';
  return `${lines.join('\n')}\n\n${next}\n`;
}
