import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemActor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { formatDay, isoInVietnam } from '#kernel/time.ts';
import { authorityErrors, authorityState, establishAuthority, planAuthority, recordCeremony, sealedContainer, writeRootKey } from '#engines/signatures/index.ts';
import { choosePassword, type ChosenPassword } from './authority-password.ts';
import { readCeremony, type Asked } from './authority-plan.ts';
import { askWitnesses, type Witness } from './authority-witnesses.ts';
import { certificatesOf, protocolText, type Ceremony, type KeyFiles } from './authority-words.ts';

const actor = systemActor('authority');

export const CEREMONY_USAGE = `  ceremony                   lập khóa theo nghi thức, có người chứng kiến / makes the keys in a planned act
    --organization "TÊN"     tỉnh hoặc cơ quan chủ quản / whose authority it is
    --witness "HỌ TÊN, CHỨC VỤ"
                             người chứng kiến, ghi nhiều lần, ít nhất hai; không có thì máy hỏi
                             a witness with the post, at least two; asked for where none is given
    --out THƯ_MỤC            nơi ghi tệp khóa gốc và biên bản (ổ rời) / where the root's key file and the protocol go
    --token TÊN              khóa được tạo và nằm trong thiết bị PKCS#11 có tên này trong SIGNING_SERVICES (cần mã PIN ở đó)
                             keys are made and kept in the PKCS#11 device of that name in SIGNING_SERVICES
    --offline-root           khóa gốc chỉ nằm trong tệp, không vào cơ sở dữ liệu / the root's key stays in the file alone
    --shares N --needed M    mật khẩu chia N mảnh, đủ M mảnh thì mở được; không có thì gõ mật khẩu
                             the password in N shares of which M open the file; otherwise it is typed
    --key LOẠI               khóa gốc / the root's key: p-384 (mặc định), p-256, rsa-3072, rsa-4096
    --issuing-key LOẠI       khóa cấp chứng thư / the issuing key: p-256 (mặc định), p-384, rsa-3072, rsa-4096
    --root-list-days N       danh sách thu hồi của CA gốc có hạn N ngày / the root's list holds N days: 365
    --replace                lập cơ quan mới thay cơ quan đang có / puts a new one in the place of the present one
    --former-until NGÀY      CA gốc cũ chỉ được tin tới hết ngày này (NĂM-THÁNG-NGÀY), khi khóa cũ không còn đáng tin;
                             không có thì CA gốc cũ vẫn được tin / the former root’s last day, when its key is doubtful
`;

/** Makes the keys in a planned act, with witnesses, and writes what was done. @throws UsageError before anything is opened */
export function ceremony(args: string[]): (kernel: Kernel) => Promise<string> {
  const asked = readCeremony(args);
  return async (kernel) => {
    const witnesses = asked.witnesses.length > 0 ? asked.witnesses : await askWitnesses({ input: process.stdin, output: process.stderr });
    return holdCeremony(kernel, { ...asked, witnesses });
  };
}

async function holdCeremony(kernel: Kernel, asked: Asked): Promise<string> {
  const { organization, replaces, isOffline, token, witnesses } = asked;
  const planned = await planAuthority(kernel, { organization, rootKind: asked.rootKind, replaces, rootHolder: isOffline ? undefined : token });
  // The key is brought to safety before anything points to it: a file too many does no harm, a lost key would.
  const files = asked.folder === undefined || planned.root.privateKey === undefined ? undefined : await writeKeyFiles(asked.folder, planned, asked.shares);
  const { hasFormer } = await run(
    kernel,
    establishAuthority,
    { ...planned, organization, issuingKind: asked.issuingKind, holder: token, keepsRootKey: !isOffline, rootListDays: asked.rootListDays, formerUntil: asked.formerUntil },
    { actor },
  );
  const held: Ceremony = {
    organization,
    at: kernel.clock.now(),
    witnesses,
    generation: planned.generation,
    state: await authorityState(kernel.database.pool, kernel.clock.now()),
    keyFile: files,
    token,
    isOffline,
    former: hasFormer ? { until: asked.formerUntil === undefined ? undefined : formatDay(asked.formerUntil) } : undefined,
  };
  const protocol = protocolText(held);
  if (asked.folder !== undefined) writeMinutes(asked.folder, held, protocol);
  const minutesSha256 = sha256(protocol);
  await run(kernel, recordCeremony, { organization, generation: planned.generation, witnesses: witnesses.map(inWords), certificates: certificatesOf(held), minutesSha256 }, { actor });
  if (asked.folder !== undefined) await sealMinutes(kernel, { folder: asked.folder, held, protocol, rootCertificate: planned.root.certificate.raw });
  return protocol;
}

const inWords = ({ name, post }: Witness): string => `${name}, ${post}`;
const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');
const nameOf = (generation: number, ending: string): string => `bien-ban-G${String(generation)}.${ending}`;

function writeMinutes(folder: string, { generation }: Ceremony, protocol: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(join(folder, nameOf(generation, 'txt')), protocol, { flag: 'wx' });
}

type Sealing = { folder: string; held: Ceremony; protocol: string; rootCertificate: Buffer };

/** Minutes, what they say in a form for programs, and the root's certificate, in one file that the new authority's own seal and time stamp close. */
async function sealMinutes(kernel: Kernel, { folder, held, protocol, rootCertificate }: Sealing): Promise<void> {
  const { organization, at, generation, witnesses, token } = held;
  const record = { organization, heldAt: isoInVietnam(at), generation, witnesses, ...(token === undefined ? {} : { token }), minutesSha256: sha256(protocol), certificates: certificatesOf(held) };
  const contents: [string, string, Buffer][] = [
    [nameOf(generation, 'txt'), 'text/plain', Buffer.from(protocol, 'utf8')],
    [nameOf(generation, 'json'), 'application/json', Buffer.from(`${JSON.stringify(record, null, 2)}\n`, 'utf8')],
    [`chung-thu-goc-G${String(generation)}.crt`, 'application/pkix-cert', rootCertificate],
  ];
  const pieces: Buffer[] = [];
  for await (const piece of await sealedContainer(kernel, { files: contents.map(([name, mimeType, bytes]) => ({ name, mimeType, read: () => once(bytes) })), modifiedAt: at })) pieces.push(piece);
  writeFileSync(join(folder, nameOf(generation, 'asice')), Buffer.concat(pieces), { flag: 'wx' });
  // Where the root's key has a file, its certificate was written beside that.
  if (held.keyFile === undefined) writeFileSync(join(folder, `chung-thu-goc-G${String(generation)}.crt`), rootCertificate, { flag: 'wx' });
}

async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  yield await Promise.resolve(bytes);
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
