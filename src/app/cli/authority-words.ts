import { formatInstant } from '#kernel/time.ts';
import type { AuthorityState } from '#engines/signatures/index.ts';
import type { Witness } from './authority-witnesses.ts';

const ROLES = { root: 'CA gốc', issuing: 'CA cấp chứng thư', timestamp: 'Dấu thời gian', ocsp: 'OCSP' } as const;
const RANK = ['root', 'issuing', 'timestamp', 'ocsp'];

/** What there is, for the operator's window. */
export function stateText(state: AuthorityState, now: Date): string {
  if (state.keys.length === 0) {
    return '\n  Chưa có cơ quan chứng thực nội bộ. Lập bằng: npx lienthong authority ceremony …\n  There is no built-in authority yet.\n\n';
  }
  const keys = [...state.keys].sort((a, b) => b.generation - a.generation || RANK.indexOf(a.role) - RANK.indexOf(b.role)).map((key) => {
    const { certificate } = key;
    const place = key.holder !== null ? `khóa trong thiết bị “${key.holder}” / in the device` : key.isHere ? 'khóa ở đây / here' : 'khóa ở ngoài / offline';
    return [
      `  ${ROLES[key.role]} · ${key.role} ${String(key.generation)}   ${key.keyKind}   ${place}`,
      `    ${certificate.subject.text}`,
      `    số hiệu / serial  ${certificate.serialHex}`,
      `    SHA-256           ${groups(certificate.fingerprint)}`,
      `    hết hạn / ends    ${formatInstant(certificate.notAfter)}${certificate.notAfter < now ? '   ✗ đã hết hạn / ended' : ''}`,
    ].join('\n');
  });
  const lists = state.lists.map((list) => {
    const mark = list.nextUpdate < now ? '✗ đã quá hạn / run out' : `danh sách kế tiếp trước / next before ${formatInstant(list.nextUpdate)}`;
    return `  Danh sách thu hồi / CRL ${list.issuer} G${String(list.generation)}: số / no. ${String(list.number)}, ${formatInstant(list.issuedAt)}; ${mark}`;
  });
  const { valid, revoked, ended } = state.issued;
  const issued = `  Chứng thư đã cấp / issued: ${String(valid)} còn hạn / valid, ${String(revoked)} đã thu hồi / revoked, ${String(ended)} đã hết hạn / ended`;
  return `\n${keys.join('\n\n')}\n\n${lists.join('\n')}${lists.length > 0 ? '\n' : ''}${issued}\n\n`;
}

export type KeyFiles = { keyFile: string; sharesNeeded: number | undefined; shareCount: number };

export type Ceremony = {
  organization: string;
  at: Date;
  witnesses: readonly Witness[];
  generation: number;
  state: AuthorityState;
  keyFile: KeyFiles | undefined;
  /** The device that has the keys, the root's too unless that is offline. */
  token: string | undefined;
  isOffline: boolean;
  /** The authority that this one replaces, and the last day of trust in its root, in words, if one was set. */
  former: { until: string | undefined } | undefined;
};

/** The certificates of the keys that were made, the root's first, each with the SHA-256 of its bytes. */
export function certificatesOf({ state, generation }: Pick<Ceremony, 'state' | 'generation'>): { role: string; subject: string; serial: string; sha256: string }[] {
  return madeKeys({ state, generation }).map(({ role, certificate }) => ({ role, subject: certificate.subject.text, serial: certificate.serialHex, sha256: certificate.fingerprint }));
}

function madeKeys({ state, generation }: Pick<Ceremony, 'state' | 'generation'>): AuthorityState['keys'] {
  const made = state.keys.filter((key) => (key.role === 'root' || key.role === 'issuing') && key.generation === generation);
  const services = RANK.slice(2).flatMap((role) => state.keys.findLast((key) => key.role === role) ?? []);
  return [...made.sort((a, b) => RANK.indexOf(a.role) - RANK.indexOf(b.role)), ...services];
}

/** The protocol of a key ceremony, to be printed, compared and signed by hand. It holds no secret. */
export function protocolText(held: Ceremony): string {
  const { organization, at, witnesses, generation, former } = held;
  const described = madeKeys(held).map((key, index) =>
    [
      `   ${String(index + 1)}) ${ROLES[key.role]} (${key.keyKind})`,
      `      Tên: ${key.certificate.subject.text}`,
      `      Số hiệu: ${key.certificate.serialHex}`,
      `      Hiệu lực: từ ${formatInstant(key.certificate.notBefore)} đến ${formatInstant(key.certificate.notAfter)}`,
      `      Dấu vân tay SHA-256: ${groups(key.certificate.fingerprint)}`,
    ].join('\n'),
  );
  const signatures = ['Người thực hiện', ...witnesses.map(({ name, post }) => `Người chứng kiến: ${name}\n   ${post}`)].map((who) => {
    const [first = '', ...rest] = who.split('\n');
    return [`   ${first.padEnd(48)} ……………………………`, ...rest].join('\n');
  });
  return `
              BIÊN BẢN LẬP KHÓA CƠ QUAN CHỨNG THỰC NỘI BỘ
              (Nội bộ hệ thống Liên Thông; không phải CA công cộng)

1. Cơ quan: ${organization}
   Thời điểm: ${formatInstant(at)}
   Địa điểm: ……………………………………………………
   Thế hệ khóa: G${String(generation)}
   Người thực hiện: ……………………………………………
${witnesses.map(({ name, post }) => `   Người chứng kiến: ${name} – ${post}`).join('\n')}

2. Khóa và chứng thư đã tạo
${described.join('\n')}

3. Nơi giữ khóa
${keptWhere(held)}
${formerWords(former)}
4. Đối chiếu
   Người chứng kiến đã so dấu vân tay ở mục 2 với kết quả của lệnh:
   npx lienthong authority show
   Mã băm của biên bản này nằm trong nhật ký hệ thống; bản có con dấu điện tử
   và dấu thời gian là tệp bien-ban-G${String(generation)}.asice (khi lệnh có --out).

5. Chữ ký
${signatures.join('\n\n')}

`;
}

function formerWords(former: Ceremony['former']): string {
  if (former === undefined) return '';
  const until = former.until === undefined ? 'CA gốc của nó vẫn được tin' : `CA gốc của nó được tin đến hết ngày ${former.until}`;
  return `\n   Cơ quan chứng thực trước đó không cấp chứng thư mới nữa; ${until}.\n   Danh sách thu hồi và OCSP của nó vẫn hoạt động để kiểm tra chữ ký đã có.\n`;
}

function keptWhere({ keyFile, isOffline, token }: Ceremony): string {
  const device = token === undefined ? [] : [`   Khóa ${isOffline ? 'CA cấp chứng thư, dấu thời gian và OCSP' : 'CA gốc, CA cấp chứng thư, dấu thời gian và OCSP'} được tạo trong thiết bị “${token}” và không lấy ra được.`];
  if (token !== undefined && !isOffline) return device.join('\n');
  return [...device, rootKeptWhere(keyFile, isOffline)].join('\n');
}

function rootKeptWhere(keyFile: KeyFiles | undefined, isOffline: boolean): string {
  const inside = isOffline ? '   Khóa không nằm trong cơ sở dữ liệu của hệ thống.' : '   Khóa nằm trong cơ sở dữ liệu của hệ thống, mã hóa bằng khóa bí mật của cài đặt.';
  if (keyFile === undefined) return inside;
  const opened =
    keyFile.sharesNeeded === undefined
      ? '   Tệp được mã hóa bằng mật khẩu do người giữ khóa gõ; mật khẩu không được ghi lại.'
      : `   Tệp được mã hóa bằng mật khẩu chia ${String(keyFile.shareCount)} mảnh; đủ ${String(keyFile.sharesNeeded)} mảnh thì mở được. Mỗi mảnh giao một người, rồi xóa khỏi máy.`;
  const keepers = Array.from({ length: keyFile.shareCount }, (_, index) => `   Mảnh ${String(index + 1)} giao cho: ………………………………………`);
  return [`   Tệp khóa CA gốc: ${keyFile.keyFile}. Giao cho: ……………………………… Nơi cất: ………………………………`, inside, opened, ...keepers].join('\n');
}

/** A fingerprint in groups that two people can read to each other. */
function groups(hex: string): string {
  return hex.toUpperCase().match(/.{1,4}/g)?.join(' ') ?? '';
}
