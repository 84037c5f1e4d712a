import { readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { PostgresError } from './error.ts';

/** The unprivileged account that PostgreSQL runs under when we are root: PostgreSQL refuses to run as root. */
export type Account = { name: string; uid: number; gid: number };

/**
 * Chooses the account when this process is root; undefined means "as ourselves". In order: the configured one ("name" or "uid:gid"),
 * the owner of the existing data, `postgres`, `nobody`. It never makes an account.
 */
export function chooseAccount(wanted: string | undefined, owner: { uid: number; gid: number } | undefined): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  if (wanted) return configured(wanted);
  if (owner && owner.uid !== 0) return { name: String(owner.uid), uid: owner.uid, gid: owner.gid };
  const known = accounts();
  const found = known.get('postgres') ?? known.get('nobody');
  if (found) return found;
  throw new PostgresError('POSTGRES_NO_ACCOUNT', {
    vi: 'PostgreSQL không chạy dưới quyền root và máy này không có tài khoản "postgres" hay "nobody". Hãy chạy bằng một người dùng thường, hoặc đặt LIENTHONG_POSTGRES_USER (tên, hoặc uid:gid).',
    en: 'PostgreSQL does not run as root and this machine has no account "postgres" or "nobody". Run as an ordinary user, or set LIENTHONG_POSTGRES_USER (a name, or uid:gid).',
  });
}

/** The first directory on the way to `path` (itself included) that the account may not enter; undefined when the way is free. */
export function closedDirectory(path: string, account: Account | undefined): string | undefined {
  if (!account) return undefined;
  const above = dirname(path) === path ? undefined : closedDirectory(dirname(path), account);
  if (above) return above;
  const stat = statSync(path);
  const bit = stat.uid === account.uid ? 0o100 : stat.gid === account.gid ? 0o010 : 0o001;
  return stat.mode & bit ? undefined : path;
}

function configured(wanted: string): Account {
  const numeric = /^(\d+):(\d+)$/.exec(wanted);
  const account = numeric ? { name: wanted, uid: Number(numeric[1]), gid: Number(numeric[2]) } : accounts().get(wanted);
  if (account && account.uid !== 0) return account;
  throw new PostgresError('POSTGRES_BAD_ACCOUNT', {
    vi: `LIENTHONG_POSTGRES_USER là "${wanted}": không có tài khoản ấy, hoặc đó là root. Hãy đặt tên một tài khoản thường đang có, hoặc uid:gid.`,
    en: `LIENTHONG_POSTGRES_USER is "${wanted}": there is no such account, or it is root. Name an existing ordinary account, or uid:gid.`,
  });
}

function accounts(): Map<string, Account> {
  const known = new Map<string, Account>();
  for (const line of readFileSync('/etc/passwd', 'utf8').split('\n')) {
    const [name, , uid, gid] = line.split(':');
    if (name && uid && gid && Number(uid) > 0) known.set(name, { name, uid: Number(uid), gid: Number(gid) });
  }
  return known;
}
