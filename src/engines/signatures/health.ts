import { basename } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Kernel } from '#kernel/kernel.ts';
import { AppError } from '#kernel/errors.ts';
import type { Health, HealthCheck } from '#kernel/module.ts';
import { knownPeers, type KnownPeer } from './adapters/timestamps/time-peers.ts';
import { timestampAccuracySeconds } from './domain/pki/timestamp-authority.ts';
import { isTokenAway, withToken } from './adapters/built-in-authority/authority-key.ts';
import { documentReader, type DocumentReader } from './adapters/document-reader/reader.ts';
import { ClockError, trustedNow } from './adapters/built-in-authority/trusted-clock.ts';
import { logFailedStart, READER_NOT_STARTED } from './read-with-lookups.ts';
import { trustFileTexts, TrustFolderError } from './trust-folder.ts';
import { refusedFiles } from './trust.ts';

const DAY_MS = 86_400_000;
/** An issuing authority's list is made anew each day and holds a week; a root whose key is elsewhere needs an appointment. */
const WARN_BEFORE = { issuing: 3 * DAY_MS, root: 30 * DAY_MS };

/** Verifiers refuse certificates of the built-in authority when its revocation list has run out, so it is said before. */
export const revocationListHealth: HealthCheck = {
  name: 'revocation-lists',
  check: async (kernel) => {
    const now = kernel.clock.now();
    const { rows } = await kernel.database.pool.query<{ issuer: 'issuing' | 'root'; isHere: boolean; end: Date }>(
      `select list.issuer, bool_and(key.container is not null or key.holder is not null) as "isHere", max(list.next_update) as end
         from signatures.revocation_list as list join signatures.authority_key as key on key.role = list.issuer and key.generation = list.generation
        where key.valid_to > $1 group by list.issuer, list.generation`,
      [now],
    );
    const due = rows.filter(({ issuer, end }) => end.getTime() - now.getTime() < WARN_BEFORE[issuer]);
    if (due.length === 0) return { status: 'ok', vi: 'Danh sách thu hồi còn hạn', en: 'The revocation lists are in force' };
    const issuers = [...new Set(due.map(({ issuer }) => issuer))].join(', ');
    const hasEnded = due.some(({ end }) => end <= now);
    const isElsewhere = due.some(({ isHere }) => !isHere);
    return {
      status: 'warn',
      vi: hasEnded ? `Danh sách thu hồi của ${issuers} đã quá hạn: bên kiểm tra ngoài có thể không chấp nhận chứng thư của CA cài sẵn` : `Danh sách thu hồi của ${issuers} sắp hết hạn`,
      en: hasEnded ? `The revocation list of ${issuers} has run out: verifiers elsewhere may refuse certificates of the built-in authority` : `The revocation list of ${issuers} runs out soon`,
      fixVi: isElsewhere
        ? 'Mang tệp khóa gốc tới và chạy: npx lienthong authority publish-root-crl --key TỆP.'
        : 'Chạy tiến trình worker (npx lienthong start --services=worker): nó phát hành danh sách mới.',
      fixEn: isElsewhere ? 'Bring the root’s key file and run: npx lienthong authority publish-root-crl --key FILE.' : 'Run a worker (npx lienthong start --services=worker): it issues new lists.',
    };
  },
};

/** The built-in time-stamping authority gives out nothing while its clock cannot be believed, and then nobody can sign. */
export const authorityClockHealth: HealthCheck = {
  name: 'timestamp-clock',
  check: async (kernel) => {
    try {
      await trustedNow(kernel);
      return { status: 'ok', vi: 'Đồng hồ cấp dấu thời gian đúng', en: 'The time-stamping clock is right' };
    } catch (error) {
      if (!(error instanceof ClockError)) throw error;
      return {
        status: 'warn',
        vi: `Ngừng cấp dấu thời gian: ${error.vi}`,
        en: `No timestamps are given out: ${error.message}`,
        fixVi: 'Sửa đồng bộ giờ (NTP) trên máy này và máy cơ sở dữ liệu; cấp lại ngay khi hai đồng hồ khớp.',
        fixEn: 'Mend NTP on this machine and the database’s; timestamps go on as soon as the clocks agree.',
      };
    }
  },
};

const PEER_PROBLEMS = {
  silent: { vi: 'không trả lời', en: 'does not answer' },
  malformed: { vi: 'trả lời sai dạng', en: 'answers in a wrong form' },
  refused: { vi: 'từ chối trả lời', en: 'refuses to answer' },
  unsynchronised: { vi: 'tự nó chưa đồng bộ giờ', en: 'is not synchronised itself' },
} as const;

/** The servers of NTP_PEERS, asked by the worker every five minutes. One that is away stops nothing, but without any the clocks are unwatched. */
export const timePeersHealth: HealthCheck = {
  name: 'time-peers',
  check: async (kernel) => {
    const peers = await knownPeers(kernel);
    if (peers.length === 0) return { status: 'ok', vi: 'Chưa khai báo máy chủ giờ (NTP_PEERS)', en: 'No time servers are configured (NTP_PEERS)' };
    const troubles = peers.flatMap((peer) => peerTrouble(peer) ?? []);
    if (troubles.length === 0) return { status: 'ok', vi: `Khớp với ${String(peers.length)} máy chủ giờ`, en: `In agreement with ${String(peers.length)} time servers` };
    return {
      status: 'warn',
      vi: troubles.map(({ vi }) => vi).join('; '),
      en: troubles.map(({ en }) => en).join('; '),
      fixVi: 'Kiểm tra đường tới máy chủ giờ (UDP 123), tiến trình worker và NTP trên máy cơ sở dữ liệu; lệch quá một giây thì ngừng cấp dấu thời gian.',
      fixEn: 'Check the way to the time servers (UDP 123), the worker, and NTP on the database’s machine; more than a second off, no timestamps are given out.',
    };
  },
};

function peerTrouble({ name, problem, offsetMs }: KnownPeer): { vi: string; en: string } | undefined {
  if (offsetMs !== undefined && Math.abs(offsetMs) > timestampAccuracySeconds * 1000) {
    const by = String(Math.round(Math.abs(offsetMs)));
    return { vi: `Đồng hồ cơ sở dữ liệu lệch ${by} mili giây so với máy chủ giờ ${name}`, en: `The database’s clock is ${by} ms off the time server ${name}` };
  }
  const { vi, en } = PEER_PROBLEMS[problem ?? 'silent'];
  return problem === undefined && offsetMs !== undefined ? undefined : { vi: `Máy chủ giờ ${name} ${vi}`, en: `The time server ${name} ${en}` };
}

/** A device that hangs is not waited for here; the lanes give it up later by themselves. */
const TOKEN_PATIENCE_MS = 5000;

/** Keys of the built-in authority that stand in tokens: without them no certificate, list, OCSP answer or timestamp is signed. */
export const authorityTokenHealth: HealthCheck = {
  name: 'authority-token',
  check: async (kernel) => {
    const { rows } = await kernel.database.pool.query<{ holder: string; keyIds: string[] }>(
      'select holder, array_agg(key_id) as "keyIds" from signatures.authority_key where holder is not null and valid_to > $1 group by holder order by holder',
      [kernel.clock.now()],
    );
    if (rows.length === 0) return { status: 'ok', vi: 'Khóa của CA cài sẵn không nằm trong thiết bị nào', en: 'No key of the built-in authority is in a device' };
    for (const { holder, keyIds } of rows) {
      const problem = await tokenProblem(kernel, { holder, keyIds });
      if (problem !== undefined) return problem;
    }
    return { status: 'ok', vi: 'Thiết bị giữ khóa của CA cài sẵn trả lời và có đủ khóa', en: 'The device with the built-in authority’s keys answers and has them all' };
  },
};

async function tokenProblem(kernel: Kernel, { holder, keyIds }: { holder: string; keyIds: string[] }): Promise<Health | undefined> {
  const fix = {
    fixVi: 'Cắm lại hoặc bật lại thiết bị, xem tệp SIGNING_SERVICES (tên, tokenLabel, mã PIN). Không có gì mất: danh sách thu hồi và việc đang chờ tự chạy tiếp.',
    fixEn: 'Plug the device in or turn it on, and look at SIGNING_SERVICES (name, tokenLabel, PIN). Nothing is lost: lists and what waits go on by themselves.',
  };
  try {
    const missing = await Promise.race([withToken(kernel, holder, (keys) => keys.missing(keyIds)), pause(TOKEN_PATIENCE_MS, 'late' as const, { ref: false })]);
    if (missing === 'late') return { status: 'warn', vi: `Thiết bị “${holder}” giữ khóa của CA cài sẵn không trả lời kịp`, en: `The device “${holder}” with the built-in authority’s keys does not answer in time`, ...fix };
    if (missing.length === 0) return undefined;
    const count = String(missing.length);
    return { status: 'warn', vi: `Thiết bị “${holder}” thiếu ${count} khóa của CA cài sẵn`, en: `The device “${holder}” lacks ${count} keys of the built-in authority`, ...fix };
  } catch (error) {
    if (!isTokenAway(error)) throw error;
    return { status: 'warn', vi: error.describe('vi').message, en: error.describe('en').message, ...fix };
  }
}

/** A file that is not used leaves signatures undecided that would pass, and one stops everything: it is said before somebody wonders. */
export const trustedListHealth: HealthCheck = {
  name: 'trusted-lists',
  check: async (kernel) => {
    try {
      const files = await refusedFiles(kernel);
      const [first, ...more] = files;
      if (first === undefined) return { status: 'ok', vi: 'Các tệp tin cậy đã được kiểm tra', en: 'The files of trust are checked' };
      // Each of a few files has a reason of its own; where many lie wrong, the screen of trust names them all.
      const because = (language: 'vi' | 'en') => files.slice(0, 3).map(({ name, code }) => `${files.length === 1 ? '' : `${name}: `}${trustFileTexts[code][language]}`).join(' ');
      const others = { vi: more.length === 0 ? '' : ` và ${String(more.length)} tệp khác`, en: more.length === 0 ? '' : ` and ${String(more.length)} more` };
      return { status: 'warn', vi: `Có vấn đề với tệp tin cậy ${first.name}${others.vi}`, en: `There is a problem with the file of trust ${first.name}${others.en}`, fixVi: because('vi'), fixEn: because('en') };
    } catch (error) {
      if (!(error instanceof TrustFolderError)) throw error;
      return {
        status: 'fail',
        vi: `Mọi việc kiểm tra chữ ký đang dừng: không đọc được ${basename(error.path)}`,
        en: `No signature can be judged: ${basename(error.path)} cannot be read`,
        fixVi: 'Sửa hoặc bỏ tệp này khỏi thư mục TRUST_ANCHORS, hoặc cấp quyền đọc thư mục; hệ thống tự đọc lại sau một phút.',
        fixEn: 'Mend or remove this file of the folder TRUST_ANCHORS, or make the folder readable; it is read again within a minute.',
      };
    }
  },
};

/** The process that reads files nobody vouches for: where it cannot be started on this machine, nothing that comes in is checked, and it waits. */
export const documentReaderHealth = readerHealth(documentReader);

/** The same for another reader. Letters wait meanwhile, and people can work: it is never a failure of the house. */
export function readerHealth(reader: Pick<DocumentReader, 'ensureStarted'>): HealthCheck {
  return {
    name: 'document-reader',
    check: async (kernel) => {
      try {
        await reader.ensureStarted();
        return { status: 'ok', vi: 'Bộ đọc tệp khởi động được', en: 'The file reader starts' };
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        logFailedStart(kernel, error);
        // Nothing else keeps it from starting.
        const said = `(${error.code})`;
        return { status: 'warn', ...READER_NOT_STARTED, vi: `${READER_NOT_STARTED.vi} ${said}`, en: `${READER_NOT_STARTED.en} ${said}` };
      }
    },
  };
}
