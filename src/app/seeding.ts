import { DEMO_PASSWORD, demoAccounts } from '#seeds/demo-accounts.ts';
import { DEMO_PIN, seedCredentials } from '#seeds/credentials.ts';
import { seedThanhHoa } from '#seeds/thanh-hoa.ts';
import type { Installation } from './installation.ts';

/** Fills an empty database with the small province. @returns whether it did. */
export async function seedWhenEmpty(installation: Installation, onProgress: (text: string) => void): Promise<boolean> {
  const { kernel } = installation;
  const { rowCount } = await kernel.database.pool.query('select 1 from identity.agency limit 1');
  if (rowCount !== 0) return false;
  onProgress('Nạp tỉnh mẫu: Thanh Hóa sau 01/7/2025');
  const plan = await seedThanhHoa(kernel);
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
