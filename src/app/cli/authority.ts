import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { systemActor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import { readConfig } from '#kernel/config.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { createLog } from '#kernel/log.ts';
import { formatDay, parseCalendarDay, type CalendarDay } from '#kernel/time.ts';
import { authorityErrors, authorityState, establishAuthority, openRootKey, planAuthority, publishRootList, writeRootKey } from '#engines/signatures/index.ts';
import { openInstallation } from '../installation.ts';
import { choosePassword, typedOrShared, type ChosenPassword } from './authority-password.ts';
import { protocolText, stateText, type KeyFiles } from './authority-words.ts';

const USAGE = `Cách dùng / usage: npx lienthong authority VIỆC
  show                       có những khóa nào, số hiệu, hạn, danh sách thu hồi kế tiếp / what there is and until when

  ceremony                   lập khóa theo nghi thức, có người chứng kiến / makes the keys in a planned act
    --organization "TÊN"     tỉnh hoặc cơ quan chủ quản / whose authority it is
    --witness "HỌ TÊN"       người chứng kiến, ghi nhiều lần, ít nhất hai / a witness, at least two
    --out THƯ_MỤC            nơi ghi tệp khóa gốc và biên bản (ổ rời) / where the root's key file and the protocol go
    --offline-root           khóa gốc chỉ nằm trong tệp, không vào cơ sở dữ liệu / the root's key stays in the file alone
    --shares N --needed M    mật khẩu chia N mảnh, đủ M mảnh thì mở được; không có thì gõ mật khẩu
                             the password in N shares of which M open the file; otherwise it is typed
    --key LOẠI               khóa gốc / the root's key: p-384 (mặc định), p-256, rsa-3072, rsa-4096
    --issuing-key LOẠI       khóa cấp chứng thư / the issuing key: p-256 (mặc định), p-384, rsa-3072, rsa-4096
    --root-list-days N       danh sách thu hồi của CA gốc có hạn N ngày / the root's list holds N days: 365
    --replace                lập cơ quan mới thay cơ quan đang có / puts a new one in the place of the present one
    --former-until NGÀY      CA gốc cũ chỉ được tin tới hết ngày này (NĂM-THÁNG-NGÀY), khi khóa cũ không còn đáng tin;
                             không có thì CA gốc cũ vẫn được tin / the former root’s last day, when its key is doubtful

  publish-root-crl           danh sách thu hồi kế tiếp của CA gốc / the root's next revocation list
    --key TỆP                tệp khóa gốc, khi khóa không nằm trong hệ thống / the key file
    --share MẢNH             một mảnh mật khẩu hoặc tệp chứa nó, ghi nhiều lần; không có thì gõ mật khẩu / a share, or a file with it
    --days N                 365
`;

/** A mistake in the call: it is told with the usage, and the command ends with 64. */
class UsageError extends Error {}

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
const flag = { type: 'boolean', default: false } as const;

function ceremony(args: string[]): ReturnType<Verb> {
  const asked = readCeremony(args);
  return (kernel) => holdCeremony(kernel, asked);
}

async function holdCeremony(kernel: Kernel, asked: Asked): Promise<string> {
  const { organization, replaces } = asked;
  const planned = await planAuthority(kernel, { organization, rootKind: asked.rootKind, replaces });
  // The key is brought to safety before anything points to it: a file too many does no harm, a lost key would.
  const files = asked.folder === undefined ? undefined : await writeKeyFiles(asked.folder, planned, asked.shares);
  const { hasFormer } = await run(
    kernel,
    establishAuthority,
    { ...planned, organization, issuingKind: asked.issuingKind, keepsRootKey: !asked.isOffline, rootListDays: asked.rootListDays, formerUntil: asked.formerUntil },
    { actor },
  );
  const state = await authorityState(kernel.database.pool, kernel.clock.now());
  const protocol = protocolText({
    organization,
    at: kernel.clock.now(),
    witnesses: asked.witnesses,
    generation: planned.generation,
    state,
    keyFile: files,
    isOffline: asked.isOffline,
    former: hasFormer ? { until: asked.formerUntil === undefined ? undefined : formatDay(asked.formerUntil) } : undefined,
  });
  if (asked.folder !== undefined) writeFileSync(join(asked.folder, `bien-ban-G${String(planned.generation)}.txt`), protocol, { flag: 'wx' });
  return protocol;
}

const KEY_KINDS = ['p-256', 'p-384', 'rsa-3072', 'rsa-4096'] as const;
type KeyKind = (typeof KEY_KINDS)[number];

type Asked = {
  organization: string;
  witnesses: string[];
  folder: string | undefined;
  isOffline: boolean;
  replaces: boolean;
  shares: { count: number; needed: number } | undefined;
  rootKind: KeyKind;
  issuingKind: KeyKind;
  rootListDays: number;
  formerUntil: CalendarDay | undefined;
};

const ceremonyOptions = {
  organization: text,
  witness: several,
  out: text,
  'offline-root': flag,
  shares: text,
  needed: text,
  key: { ...text, default: 'p-384' },
  'issuing-key': { ...text, default: 'p-256' },
  'root-list-days': { ...text, default: '365' },
  replace: flag,
  'former-until': text,
} as const;

/** X.520 lets an organization's name have 64 characters. */
const LONGEST_NAME = 64;

/** @throws UsageError naming everything that is wrong at once. */
function readCeremony(args: string[]): Asked {
  const values = parsed(() => parseArgs({ args, options: ceremonyOptions }).values);
  const problems: string[] = [];
  const check = (isRight: boolean, problem: string): void => {
    if (!isRight) problems.push(problem);
  };
  const organization = values.organization?.normalize('NFC').trim() ?? '';
  const witnesses = [...new Set(values.witness.map((name) => name.normalize('NFC').trim()).filter((name) => name !== ''))];
  const formerUntil = values['former-until'] === undefined ? undefined : parseCalendarDay(values['former-until']);
  const numbers = { shares: wholeNumber(values.shares, 2, 16), needed: wholeNumber(values.needed, 2, 16), days: wholeNumber(values['root-list-days'], 1, 1100) };
  const wantsShares = values.shares !== undefined || values.needed !== undefined;
  check(organization !== '' && organization.length <= LONGEST_NAME, `--organization: từ 1 đến ${String(LONGEST_NAME)} ký tự / 1 to ${String(LONGEST_NAME)} characters`);
  check(witnesses.length >= 2, '--witness: cần ít nhất hai người chứng kiến / at least two witnesses');
  check(!values['offline-root'] || values.out !== undefined, '--offline-root: cần --out để ghi tệp khóa / needs --out for the key file');
  check(!wantsShares || (numbers.shares !== undefined && numbers.needed !== undefined && numbers.needed <= numbers.shares), '--shares, --needed: 2 ≤ M ≤ N ≤ 16');
  check(!wantsShares || values.out !== undefined, '--shares: cần --out / needs --out');
  check(isKeyKind(values.key), `--key: ${KEY_KINDS.join(', ')}`);
  check(isKeyKind(values['issuing-key']), `--issuing-key: ${KEY_KINDS.join(', ')}`);
  check(numbers.days !== undefined, '--root-list-days: 1 – 1100');
  check(values['former-until'] === undefined || formerUntil !== undefined, '--former-until: NĂM-THÁNG-NGÀY / YYYY-MM-DD');
  if (problems.length > 0 || !isKeyKind(values.key) || !isKeyKind(values['issuing-key']) || numbers.days === undefined) throw new UsageError(problems.join('\n'));
  return {
    organization,
    witnesses,
    folder: values.out,
    isOffline: values['offline-root'],
    replaces: values.replace,
    shares: numbers.shares === undefined || numbers.needed === undefined ? undefined : { count: numbers.shares, needed: numbers.needed },
    rootKind: values.key,
    issuingKind: values['issuing-key'],
    rootListDays: numbers.days,
    formerUntil,
  };
}

function parsed<Values>(read: () => Values): Values {
  try {
    return read();
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function isKeyKind(value: string): value is KeyKind {
  return KEY_KINDS.some((kind) => kind === value);
}

function wholeNumber(value: string | undefined, from: number, to: number): number | undefined {
  const number = Number(value);
  return value !== undefined && /^\d+$/.test(value) && number >= from && number <= to ? number : undefined;
}

/** Writes the key file and the shares of its password, each readable by its owner only. Nothing that is there is overwritten. */
async function writeKeyFiles(folder: string, planned: Awaited<ReturnType<typeof planAuthority>>, shares: Asked['shares']): Promise<KeyFiles> {
  const { generation, root } = planned;
  const suffix = `G${String(generation)}`;
  const keyFile = `khoa-goc-${suffix}.p12`;
  if (existsSync(join(folder, keyFile))) throw authorityErrors.keyFileExists({ values: { file: join(folder, keyFile) } });
  const chosen: ChosenPassword = await choosePassword(shares);
  const file = await writeRootKey(root, chosen.password);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const secret = { mode: 0o600, flag: 'wx' } as const;
  writeFileSync(join(folder, keyFile), file, secret);
  writeFileSync(join(folder, `chung-thu-goc-${suffix}.crt`), root.certificate.raw, { flag: 'wx' });
  chosen.shares.forEach((share, index) => {
    writeFileSync(join(folder, `manh-${String(index + 1)}-cua-${String(chosen.shares.length)}-${suffix}.txt`), `${share}\n`, secret);
  });
  return { keyFile, sharesNeeded: shares?.needed, shareCount: chosen.shares.length };
}

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
