import { existsSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { systemActor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import { readConfig } from '#kernel/config.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { createLog } from '#kernel/log.ts';
import { authorityState, openRootKey, publishRootList } from '#engines/signatures/index.ts';
import { openInstallation } from '../installation.ts';
import { parsed, UsageError, wholeNumber } from './authority-arguments.ts';
import { ceremony, CEREMONY_USAGE } from './authority-ceremony.ts';
import { typedOrShared } from './authority-password.ts';
import { stateText } from './authority-words.ts';

const USAGE = `Cách dùng / usage: npx lienthong authority VIỆC
  show                       có những khóa nào, số hiệu, hạn, danh sách thu hồi kế tiếp / what there is and until when

${CEREMONY_USAGE}
  publish-root-crl           danh sách thu hồi kế tiếp của CA gốc / the root's next revocation list
    --key TỆP                tệp khóa gốc, khi khóa không nằm trong hệ thống / the key file
    --share MẢNH             một mảnh mật khẩu hoặc tệp chứa nó, ghi nhiều lần; không có thì gõ mật khẩu / a share, or a file with it
    --days N                 365
`;

/** Reads its arguments before anything is opened; what it returns does the work and says what to print. */
type Verb = (args: string[]) => (kernel: Kernel) => Promise<string>;

const verbs: Readonly<Record<string, Verb>> = { show, ceremony, 'publish-root-crl': publishRootCrl };

/** The built-in certificate authority, for whoever keeps the machine. @returns 64 when it was called wrongly. */
export async function main(args: string[]): Promise<number> {
  const work = read(args);
  if (typeof work === 'string') {
    process.stderr.write(work);
    return 64;
  }
  const installation = await openInstallation(readConfig(), { log: createLog({ level: 'error' }) });
  try {
    process.stdout.write(await work(installation.kernel));
    return 0;
  } finally {
    await installation.close();
  }
}

function read([name = '', ...rest]: string[]): ReturnType<Verb> | string {
  try {
    return verbs[name]?.(rest) ?? USAGE;
  } catch (error) {
    if (error instanceof UsageError) return `${error.message}\n\n${USAGE}`;
    throw error;
  }
}

function show(args: string[]): ReturnType<Verb> {
  parsed(() => parseArgs({ args, options: {} }));
  return async (kernel) => {
    const now = kernel.clock.now();
    return stateText(await authorityState(kernel.database.pool, now), now);
  };
}

const actor = systemActor('authority');
const text = { type: 'string' } as const;
const several = { type: 'string', multiple: true, default: [] as string[] } as const;

function publishRootCrl(args: string[]): ReturnType<Verb> {
  const values = parsed(() => parseArgs({ args, options: { key: text, share: several, days: { ...text, default: '365' } } }).values);
  const holdsDays = wholeNumber(values.days, 1, 1100);
  if (holdsDays === undefined) throw new UsageError('--days: 1 – 1100');
  if (values.key !== undefined && !existsSync(values.key)) throw new UsageError('--key: không có tệp này / there is no such file');
  return async (kernel) => {
    const key = values.key === undefined ? undefined : await openRootKey(readFileSync(values.key), await typedOrShared(values.share));
    const { generation, number } = await run(kernel, publishRootList, { key, holdsDays }, { actor });
    return `\n  ✓ Danh sách thu hồi số ${String(number)} của CA gốc G${String(generation)}, hạn ${String(holdsDays)} ngày\n    The root’s revocation list no. ${String(number)} holds ${String(holdsDays)} days\n\n`;
  };
}
