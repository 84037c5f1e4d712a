import { parseArgs } from 'node:util';
import { parseCalendarDay, type CalendarDay } from '#kernel/time.ts';
import { parsed, UsageError, wholeNumber } from './authority-arguments.ts';
import { distinct, FEWEST_WITNESSES, readWitness, type Witness } from './authority-witnesses.ts';

const text = { type: 'string' } as const;
const several = { type: 'string', multiple: true, default: [] as string[] } as const;
const flag = { type: 'boolean', default: false } as const;

const KEY_KINDS = ['p-256', 'p-384', 'rsa-3072', 'rsa-4096'] as const;
type KeyKind = (typeof KEY_KINDS)[number];

/** What a ceremony was asked to do. */
export type Asked = {
  organization: string;
  /** Empty when they are to be asked for. */
  witnesses: Witness[];
  folder: string | undefined;
  /** The device that makes and keeps the keys, as SIGNING_SERVICES names it. */
  token: string | undefined;
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
  token: text,
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
export function readCeremony(args: string[]): Asked {
  const values = parsed(() => parseArgs({ args, options: ceremonyOptions }).values);
  const problems: string[] = [];
  const check = (isRight: boolean, problem: string): void => {
    if (!isRight) problems.push(problem);
  };
  const organization = values.organization?.normalize('NFC').trim() ?? '';
  const witnesses = distinct(values.witness.flatMap((line) => readWitness(line) ?? []));
  const formerUntil = values['former-until'] === undefined ? undefined : parseCalendarDay(values['former-until']);
  const numbers = { shares: wholeNumber(values.shares, 2, 16), needed: wholeNumber(values.needed, 2, 16), days: wholeNumber(values['root-list-days'], 1, 1100) };
  const wantsShares = values.shares !== undefined || values.needed !== undefined;
  check(organization !== '' && organization.length <= LONGEST_NAME, `--organization: từ 1 đến ${String(LONGEST_NAME)} ký tự / 1 to ${String(LONGEST_NAME)} characters`);
  const isAsked = values.witness.length === 0 && process.stdin.isTTY;
  check(isAsked || (witnesses.length >= FEWEST_WITNESSES && witnesses.length === values.witness.length), '--witness: cần ít nhất hai người chứng kiến khác nhau, mỗi người ghi “Họ tên, chức vụ” / at least two different witnesses, each as “name, post”');
  check(!wantsShares || values.token === undefined || values['offline-root'], '--shares: khóa gốc trong thiết bị không có tệp; thêm --offline-root / the root’s key in a device has no file; add --offline-root');
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
    token: values.token,
    isOffline: values['offline-root'],
    replaces: values.replace,
    shares: numbers.shares === undefined || numbers.needed === undefined ? undefined : { count: numbers.shares, needed: numbers.needed },
    rootKind: values.key,
    issuingKind: values['issuing-key'],
    rootListDays: numbers.days,
    formerUntil,
  };
}

function isKeyKind(value: string): value is KeyKind {
  return KEY_KINDS.some((kind) => kind === value);
}
