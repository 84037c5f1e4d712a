import { constants, existsSync, readFileSync } from 'node:fs';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '#kernel/config.ts';
import { diskSpace, nearestFolder, spaceInWords } from '#kernel/disk.ts';
import { findOffice } from '#engines/files/index.ts';
import { ok, problem, warning, type Finding } from './finding.ts';

/** What the machine gives: the runtime, the disk, the programs beside us, and how the outside reaches us. */
export async function checkSurroundings(config: Config): Promise<Finding[]> {
  return [checkRuntime(process.versions.node), await checkFolder(config.dataDir), await checkSpace(config.dataDir), ...checkAddress(config), await checkOffice(await findOffice())];
}

const OLDEST_NODE = 24;

export function checkRuntime(version: string): Finding {
  if (Number(version.split('.')[0]) >= OLDEST_NODE) return ok({ vi: `Node.js ${version}`, en: `Node.js ${version}` });
  return problem(
    { vi: `Node.js ${version} quá cũ: cần từ ${String(OLDEST_NODE)}`, en: `Node.js ${version} is too old: ${String(OLDEST_NODE)} or newer is needed` },
    { vi: 'Chạy bằng npx lienthong doctor (Node đúng bản đi kèm), hoặc cài Node mới.', en: 'Run npx lienthong doctor, which brings its own Node, or install a newer one.' },
  );
}

async function checkFolder(dataDir: string): Promise<Finding> {
  const place = nearestFolder(dataDir);
  const isWritable = await access(place, constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  );
  if (isWritable) return ok({ vi: `Ghi được vào thư mục dữ liệu ${dataDir}`, en: `The data folder ${dataDir} can be written` });
  return problem(
    { vi: `Không ghi được vào ${place}`, en: `${place} cannot be written` },
    { vi: 'Giao thư mục cho người dùng đang chạy hệ thống (chown), hoặc đặt DATA_DIR tới nơi khác.', en: 'Give the folder to the user that runs the installation (chown), or set DATA_DIR to another place.' },
  );
}

async function checkSpace(dataDir: string): Promise<Finding> {
  const space = await diskSpace(dataDir);
  const { fixVi, fixEn, ...text } = spaceInWords(space);
  if (space.level === 'enough') return ok(text);
  return (space.level === 'full' ? problem : warning)(text, { vi: fixVi, en: fixEn });
}

export function checkAddress(config: Pick<Config, 'publicUrl' | 'host'>): Finding[] {
  const { publicUrl, host } = config;
  const isLocal = (name: string): boolean => name === 'localhost' || name === '[::1]' || name.startsWith('127.');
  if (publicUrl === undefined) {
    const text = { vi: 'Chưa đặt PUBLIC_URL: hệ thống chỉ dùng được trên máy này', en: 'PUBLIC_URL is not set: for use on this machine only' };
    const fix = { vi: 'Khi đưa vào dùng thật, đặt PUBLIC_URL=https://… sau một proxy có TLS (docs/operating.md).', en: 'For real use set PUBLIC_URL=https://… behind a proxy that ends TLS (docs/operating.md).' };
    if (isLocal(host)) return [warning(text, fix)];
    return [problem({ vi: `HOST=${host} mở ra mạng mà không có HTTPS: mật khẩu đi qua mạng không mã hóa`, en: `HOST=${host} is open to the network without HTTPS: passwords travel in clear` }, fix)];
  }
  const url = new URL(publicUrl);
  if (url.protocol === 'https:') return [ok({ vi: `Địa chỉ ${publicUrl} dùng HTTPS`, en: `The address ${publicUrl} uses HTTPS` })];
  if (isLocal(url.hostname)) return [ok({ vi: `Địa chỉ ${publicUrl} chỉ dùng trên máy này`, en: `The address ${publicUrl} is for this machine only` })];
  return [
    problem(
      { vi: `Địa chỉ ${publicUrl} không dùng HTTPS: mật khẩu đi qua mạng không mã hóa, khóa truy cập (passkey) không hoạt động`, en: `The address ${publicUrl} has no HTTPS: passwords travel in clear, passkeys do not work` },
      { vi: 'Đặt một proxy có TLS phía trước rồi đổi PUBLIC_URL sang https://…', en: 'Put a proxy that ends TLS in front and change PUBLIC_URL to https://…' },
    ),
  ];
}

async function checkOffice(program: string | undefined): Promise<Finding> {
  if (program !== undefined) return ok({ vi: `LibreOffice: ${program}`, en: `LibreOffice: ${program}` });
  return warning(
    { vi: 'Không có LibreOffice: chỉ nhận tệp PDF, không đổi được DOCX sang PDF', en: 'No LibreOffice: only PDF is taken, DOCX cannot be converted' },
    { vi: 'Cài LibreOffice trên máy chủ (Debian/Ubuntu: apt install libreoffice-writer) nếu người dùng soạn bằng Word.', en: 'Install LibreOffice on the server (Debian, Ubuntu: apt install libreoffice-writer) if people write in Word.' },
  );
}

/** Whether the installation has a secret yet; to read the configuration without one would make it. */
export function hasSecret(dataDir: string): boolean {
  const file = join(dataDir, 'secrets', 'app-secret');
  return existsSync(file) && readFileSync(file, 'utf8').trim().length >= 32;
}
