import { spawn } from 'node:child_process';
import { join } from 'node:path';
import pg from 'pg';
import { DEMO_PASSWORD, demoAccounts } from '#seeds/demo-accounts.ts';
import { DEMO_PIN, missingCredentials, seedCredentials } from '#seeds/credentials.ts';
import { seedPlan, type SeedPlan } from '#seeds/seed-plan.ts';
import { seedThanhHoa } from '#seeds/thanh-hoa.ts';
import type { Installation } from './installation.ts';

/**
 * Whether the sample province belongs into this database: when nobody has put an agency into the directory yet, or when
 * loading it was cut off before everybody had a key.
 */
export async function needsSeeding(installation: Installation): Promise<boolean> {
  if (await isEmpty(installation)) return true;
  const { people } = await unfinished(installation);
  return people.length > 0;
}

async function isEmpty({ kernel }: Installation): Promise<boolean> {
  const { rowCount } = await kernel.database.pool.query('select 1 from identity.agency limit 1');
  return rowCount === 0;
}

/** The keys that the sample province still lacks; nothing in a database that is no sample. */
async function unfinished({ kernel }: Installation): Promise<SeedPlan> {
  const { rowCount } = await kernel.database.pool.query('select 1 from identity.account where is_demo limit 1');
  const isMeasuring = await kernel.database.pool.query('select 1 from identity.agency offset 100 limit 1');
  // The province for measuring has demonstration accounts too, but no keys at all.
  return rowCount === 0 || isMeasuring.rowCount !== 0 ? { people: [], agencies: [] } : missingCredentials(kernel, await seedPlan(kernel));
}

/**
 * Fills an empty database in a process of its own, whose progress goes to this terminal: keys and images take memory that
 * a server would keep as long as it runs.
 */
export async function seedAside(onProgress: (text: string) => void): Promise<void> {
  onProgress('Nạp tỉnh mẫu: Thanh Hóa sau 01/7/2025');
  const child = spawn(process.execPath, [...process.execArgv, join(import.meta.dirname, 'main.ts'), 'seed', '--if-needed'], { stdio: 'inherit' });
  const status = await new Promise<number | null>((done, failed) => {
    child.on('error', failed);
    child.on('close', done);
  });
  if (status !== 0) throw new Error(`Chưa nạp được tỉnh mẫu / the sample province could not be loaded (${String(status)})`);
}

/** Fills an empty database with the small province, or goes on where that was cut off. @returns whether there was anything to do. */
export async function seedWhenEmpty(installation: Installation, onProgress: (text: string) => void): Promise<boolean> {
  const guard = new pg.Client({ connectionString: installation.ownerDirectUrl });
  await guard.connect();
  try {
    // A loading process whose server was killed may still be at it: wait for it, then do what is left.
    await guard.query('select pg_advisory_lock($1)', [SEEDING_LOCK]);
    return await seed(installation, onProgress);
  } finally {
    await guard.end();
  }
}

const SEEDING_LOCK = 7_249_003;

async function seed(installation: Installation, onProgress: (text: string) => void): Promise<boolean> {
  const { kernel } = installation;
  const isNew = await isEmpty(installation);
  if (isNew) onProgress('Nạp tỉnh mẫu: Thanh Hóa sau 01/7/2025');
  const plan = isNew ? await seedThanhHoa(kernel) : await unfinished(installation);
  if (plan.people.length === 0) return false;
  onProgress(`Cấp chứng thư số mẫu cho ${String(plan.people.length)} người và ${String(plan.agencies.length)} cơ quan`);
  await seedCredentials(kernel, plan, (done, all) => {
    onProgress(`  ${String(done)}/${String(all)} chứng thư`);
  });
  return true;
}

/** The address, the demonstration accounts while there are any, and what to try first. */
export async function welcome(installation: Installation, address: string): Promise<string> {
  const { rowCount } = await installation.kernel.database.pool.query('select 1 from identity.account where is_demo limit 1');
  const lines = ['', `  Mở trình duyệt: ${address}/app/`, `  Kiểm tra chữ ký (ai cũng dùng được): ${address}/kiem-tra`, ''];
  if (rowCount !== 0) {
    const width = Math.max(...demoAccounts.map((account) => account.login.length));
    lines.push(
      `  Tài khoản dùng thử (mật khẩu ${DEMO_PASSWORD}, mã PIN ký số ${DEMO_PIN}):`,
      ...demoAccounts.map((account) => `    ${account.login.padEnd(width)}  ${account.who}. ${account.tryThis}`),
      '',
      '  Dữ liệu mẫu có người và chữ ký giả định; chứng thư do CA cài sẵn cấp, không phải CA công cộng.',
      '',
    );
  }
  lines.push('  Dừng: Ctrl-C', '');
  return `${lines.join('\n')}\n`;
}
