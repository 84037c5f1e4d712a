import { readFile, stat } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { formatInstant } from '#kernel/time.ts';
import { publicFolder } from '#engines/signatures/offline.ts';
import { verifyEvidence, type EvidenceOutcome, type EvidenceReport } from './verify.ts';

const USAGE = 64;
const usage = `Cách dùng / usage: npx lienthong evidence verify TỆP [--trust=THƯ_MỤC]… [--log-key=KHÓA]… [--witness=TỆP]… [--consistency=TỆP]… [--json]

  Kiểm tra gói chứng cứ gửi, nhận văn bản: không cần mạng, không cần cơ sở dữ liệu, không tin bên lập gói.
  Verifies an evidence package: no network, no database, no belief in whoever made it.

  --trust     thư mục chứng thư gốc tin cậy (.pem, .crt), danh sách thu hồi (.crl), danh sách tin cậy (.xml)
              folder with trusted roots, revocation lists, trusted lists; beside TRUST_ANCHORS and DATA_DIR/pki
  --log-key   khóa công khai của nhật ký, biết từ nguồn khác (origin+hash+key) / key of the record known from elsewhere
  --witness   gốc cây nhật ký mà nhân chứng giữ (checkpoint) / a root of the record that a witness kept
  --consistency  trả lời của /api/v1/audit/consistency?first=…&second=… khi kích thước gốc của nhân chứng khác kích thước trong gói
              reply of that address, where the witness kept another size than the package has

  0  tất cả đều đúng / all of it holds     1  có chỗ sai / something is wrong
  2  thiếu, chưa kết luận / incomplete     3  không đọc được tệp / the file cannot be read
`;
const statuses: Record<EvidenceOutcome, number> = { passed: 0, failed: 1, warned: 2 };
const marks: Record<EvidenceOutcome, string> = { passed: '✓', failed: '✗', warned: '!' };
const headlines: Record<EvidenceOutcome, string> = {
  passed: 'GÓI CHỨNG CỨ ĐÚNG / all of it holds',
  failed: 'GÓI CHỨNG CỨ KHÔNG ĐÚNG / it does not hold',
  warned: 'GÓI CHỨNG CỨ CHƯA ĐỦ ĐỂ KẾT LUẬN / not everything could be proven',
};
/** As much as a ZIP without 64-bit extensions holds in memory without harm. */
const MOST_BYTES = 2 * 1024 ** 3 - 1;

/** `lienthong evidence verify FILE`: see `verifyEvidence`. @returns the exit status: 0 only when all of it holds */
export async function main(args: string[]): Promise<number> {
  const parsed = readArguments(args);
  if (parsed === undefined) {
    process.stderr.write(usage);
    return USAGE;
  }
  const { path, json, trust, logKeys, witnesses, proofs } = parsed;
  try {
    const found = await stat(path);
    if (!found.isFile()) throw new Error('không phải tệp / no file');
    if (found.size > MOST_BYTES) throw new Error('> 2 GB');
    const witnessed = await Promise.all(witnesses.map((file) => readFile(file, 'utf8')));
    const consistency = await Promise.all(proofs.map((file) => readFile(file, 'utf8')));
    const report = await verifyEvidence(await readFile(path), { trustFolders: [...trust, ...usualFolders()], now: new Date(), logKeys, witnessed, consistency });
    process.stdout.write(json ? jsonOf(report) : textOf(report));
    return statuses[report.outcome];
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    process.stderr.write(`${plain(path)}: không đọc được / cannot be read (${plain(error.message)})\n`);
    return 3;
  }
}

type Arguments = { path: string; json: boolean; trust: string[]; logKeys: string[]; witnesses: string[]; proofs: string[] };

function readArguments(args: string[]): Arguments | undefined {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { json: { type: 'boolean' }, trust: { type: 'string', multiple: true }, 'log-key': { type: 'string', multiple: true }, witness: { type: 'string', multiple: true }, consistency: { type: 'string', multiple: true } },
    });
    const [verb, path, ...more] = positionals;
    if (verb !== 'verify' || path === undefined || more.length > 0) return undefined;
    return { path, json: values.json ?? false, trust: values.trust ?? [], logKeys: values['log-key'] ?? [], witnesses: values.witness ?? [], proofs: values.consistency ?? [] };
  } catch {
    return undefined;
  }
}

/** What a package says is shown as text: nothing in it moves the cursor, hides a line or turns the direction of writing. */
function plain(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\ufffd');
}

function jsonOf(report: EvidenceReport): string {
  const escaped = (character: string): string => Array.from({ length: character.length }, (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`).join('');
  return `${JSON.stringify(report, null, 2).replace(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, escaped)}\n`;
}

function usualFolders(): string[] {
  const { DATA_DIR: data, TRUST_ANCHORS: anchors } = process.env;
  // Only what is named: a folder that came along with the package is no source of trust.
  return [...(data === undefined || data === '' ? [] : [publicFolder(data)]), ...(anchors === undefined || anchors === '' ? [] : [anchors])];
}

function textOf({ outcome, about, checks }: EvidenceReport): string {
  const what =
    about === undefined
      ? []
      : [
          `${about.document.number}/${about.document.notation} · ${about.document.summary}`,
          `Nơi gửi / sender: ${about.document.senderName}`,
          `Lập từ hồ sơ của / from the records of: ${about.agency.name}, ${formatInstant(new Date(about.madeAt))} (UTC+7)`,
        ];
  const lines = checks.map((each) => `  ${marks[each.outcome]} ${each.about === '' ? '' : `${each.about}: `}${each.vi} / ${each.en}`);
  return [headlines[outcome], ...what, ...lines].map((line) => `${plain(line)}\n`).join('');
}
