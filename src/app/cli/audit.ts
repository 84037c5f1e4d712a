import pg from 'pg';
import { parseArgs } from 'node:util';
import { readConfig } from '#kernel/config.ts';
import { createLog } from '#kernel/log.ts';
import { countDue, expireEntries, sealNow, verifyAll } from '#engines/audit/index.ts';
import { openInstallation } from '../installation.ts';

const USAGE = `Cách dùng / usage: npx lienthong audit expire [--yes]
  Đưa khỏi nhật ký nội dung các mục đã hết thời hạn giữ và không có lệnh giữ lại; mã băm ở lại trong cây.
  Không có --yes thì chỉ đếm. Nên sao lưu trước.
  Takes out what is past its time and under no hold; the hashes stay in the tree. Without --yes it only counts. Back up before.
`;

/** Retention of the audit record, which needs the owner of the tables: the application's own role can take nothing out. */
export async function main(args: string[]): Promise<number> {
  const isSure = read(args);
  if (isSure === undefined) {
    process.stderr.write(USAGE);
    return 64;
  }
  const config = readConfig();
  const installation = await openInstallation(config, { log: createLog({ level: 'error' }) });
  try {
    const { kernel } = installation;
    const now = kernel.clock.now();
    await sealNow(kernel);
    const due = await countDue(kernel.database.pool, now);
    if (!isSure || due === 0) {
      process.stdout.write(`  ${due.toLocaleString('vi-VN')} mục đã hết thời hạn giữ${due === 0 ? '.' : '; thêm --yes để đưa ra khỏi nhật ký.'}\n`);
      return 0;
    }
    const expired = await asOwner(config.databaseDirectUrl ?? installation.ownerUrl, (owner) => expireEntries(owner, now));
    const verdict = await verifyAll(kernel.database.pool);
    process.stdout.write(`  ✓ Đã đưa ra ${expired.toLocaleString('vi-VN')} mục; cây nhật ký ${verdict.ok ? 'vẫn kiểm chứng được' : 'KHÔNG kiểm chứng được, hãy khôi phục bản sao lưu'}.\n`);
    return verdict.ok ? 0 : 1;
  } finally {
    await installation.close();
  }
}

function read(args: string[]): boolean | undefined {
  try {
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options: { yes: { type: 'boolean', default: false } } });
    return positionals.length === 1 && positionals[0] === 'expire' ? values.yes : undefined;
  } catch {
    return undefined;
  }
}

async function asOwner<Result>(url: string, work: (owner: pg.Client) => Promise<Result>): Promise<Result> {
  const owner = new pg.Client({ connectionString: url });
  await owner.connect();
  try {
    return await work(owner);
  } finally {
    await owner.end();
  }
}
