import { join } from 'node:path';
import { systemClock } from '#kernel/clock.ts';
import { publicFolder } from '#engines/signatures/index.ts';
import { verifyFiles } from './verify-files.ts';

const USAGE = 64;
const usage = `Cách dùng / usage: npx lienthong verify TỆP… [--json] [--content=TỆP-ĐÃ-KÝ]

  PDF, XML, ASiC, JWS, hoặc chữ ký tách rời .p7s nằm cạnh tệp đã ký (công-văn.docx và công-văn.docx.p7s).
  PDF, XML, ASiC, JWS, or a detached .p7s beside the signed file (letter.docx and letter.docx.p7s).

  0  hợp lệ / TOTAL-PASSED           1  không hợp lệ / TOTAL-FAILED
  2  chưa kết luận / INDETERMINATE   3  không đọc được / could not be read

Gốc tin cậy / trusted roots: TRUST_ANCHORS (.pem, .crt, .crl), và cơ quan chứng thực nội bộ trong DATA_DIR/pki
`;

/** `lienthong verify FILE… [--json] [--content=FILE]`: see `verifyFiles`. Reads files and folders only, no database. @returns the exit status */
export async function main(args: string[]): Promise<number> {
  const paths = args.filter((arg) => !arg.startsWith('--'));
  const options = args.filter((arg) => arg.startsWith('--'));
  const contents = options.flatMap((option) => (option.startsWith('--content=') ? [option.slice('--content='.length)] : []));
  const isUnclear = contents.length > 1 || (contents.length === 1 && paths.length > 1);
  if (paths.length === 0 || isUnclear || options.some((option) => option !== '--json' && !option.startsWith('--content='))) {
    process.stderr.write(usage);
    return USAGE;
  }
  const anchors = process.env['TRUST_ANCHORS'];
  return verifyFiles({
    paths,
    json: options.includes('--json'),
    content: contents[0],
    trustFolders: [publicFolder(process.env['DATA_DIR'] ?? join(process.cwd(), 'data')), ...(anchors === undefined || anchors === '' ? [] : [anchors])],
    now: systemClock().now(),
    write: (text) => process.stdout.write(text),
  });
}
