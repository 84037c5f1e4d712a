import type { Kernel } from '#kernel/kernel.ts';
import { AppError } from '#kernel/errors.ts';
import type { Id } from '#kernel/ids.ts';
import { formatInstant } from '#kernel/time.ts';
import { inclusionProof, latestTreeHead, leafHash, verifyAll, otherKeys, verifyCheckpoint, verifyInclusion } from '#engines/audit/index.ts';
import { listDamaged, readBytes } from '#engines/files/index.ts';
import { readiness } from '../../health.ts';
import { ok, problem, warning, type Finding } from './finding.ts';

/** What the installation holds: files, the record, jobs, certificates, accounts. */
export async function checkContents(kernel: Kernel, options: { isFull: boolean }): Promise<Finding[]> {
  return [
    await checkFiles(kernel),
    ...(await checkDamage(kernel)),
    ...(await checkParts(kernel)),
    options.isFull ? await checkWholeRecord(kernel) : await checkNewestRecords(kernel),
    ...(await checkRecordKeys(kernel)),
    ...(await checkJobs(kernel)),
    ...(await checkDemoAccounts(kernel)),
  ];
}

/** Reads one stored file back. */
async function checkFiles(kernel: Kernel): Promise<Finding> {
  const { rows } = await kernel.database.pool.query<{ sha256: string }>(
    `select encode(sha256, 'hex') as sha256 from files.blob where kept and damage is null order by last_stored_at desc limit 1`,
  );
  return readBack(kernel, rows[0]?.sha256 ?? null);
}

async function readBack(kernel: Kernel, sha256: string | null): Promise<Finding> {
  const place = kernel.config.filesUrl.split('?')[0] ?? '';
  try {
    // Any hash will do to see that the store answers.
    await readBytes(kernel, sha256 ?? '0'.repeat(64));
  } catch (error) {
    if (sha256 === null && error instanceof AppError && error.code === 'files.notStored') return ok({ vi: `Kho tệp ${place} trả lời, chưa có tệp nào`, en: `The file store ${place} answers and is empty` });
    const message = error instanceof Error ? error.message : String(error);
    return problem(
      { vi: `Không đọc được tệp từ kho ${place}: ${message}`, en: `A stored file cannot be read from ${place}: ${message}` },
      { vi: 'Kiểm tra FILES_URL, quyền đọc và kết nối tới kho tệp.', en: 'Check FILES_URL, permissions and the connection to the store.' },
    );
  }
  return ok({ vi: `Kho tệp ${place} đọc được và đúng mã băm`, en: `The file store ${place} gives a file back with the right hash` });
}

/** The bytes that the nightly check found damaged, by their names in the store. */
async function checkDamage(kernel: Kernel): Promise<Finding[]> {
  const damaged = await listDamaged(kernel.database.pool, NAMED + 1);
  if (damaged.length === 0) return [];
  const names = damaged.slice(0, NAMED).map(({ sha256 }) => sha256).join(', ') + (damaged.length > NAMED ? ', …' : '');
  return [
    problem(
      { vi: `Tệp trong kho bị hỏng hoặc mất: ${names}`, en: `Stored files are damaged or missing: ${names}` },
      {
        vi: 'Chép lại từ thư mục files/ của một bản sao lưu, đúng đường dẫn; lần kiểm tra đêm sau sẽ xóa cảnh báo.',
        en: 'Put them back from the files/ of a backup, under the same path; the nightly check then clears the mark.',
      },
    ),
  ];
}

const NAMED = 5;
/** The doctor looks at these itself, and closer. */
const LOOKED_AT = new Set(['database', 'disk', 'files', 'jobs']);

/** What the other parts say of themselves, as /health/ready does. */
async function checkParts(kernel: Kernel): Promise<Finding[]> {
  return (await readiness(kernel)).flatMap((check) => {
    if (check.status === 'ok' || LOOKED_AT.has(check.name)) return [];
    const { vi, en, fixVi, fixEn } = check;
    return [(check.status === 'fail' ? problem : warning)({ vi, en }, { vi: fixVi, en: fixEn })];
  });
}

const NEWEST = 200;
const RECORD_FIX = {
  vi: 'Giữ nguyên hiện trạng, không sửa gì thêm; đối chiếu với bản sao lưu gần nhất và báo người phụ trách an toàn thông tin.',
  en: 'Leave everything as it is; compare with the latest backup and tell the person in charge of security.',
};

/** The newest entries, each recomputed from its content up to the signed root. */
async function checkNewestRecords(kernel: Kernel): Promise<Finding> {
  const { pool } = kernel.database;
  const head = await latestTreeHead(pool);
  if (head === undefined) return ok({ vi: 'Nhật ký chưa có bản ghi niêm phong', en: 'The record has no sealed entries yet' });
  if (!verifyCheckpoint(head, head.publicKey, head.signature)) return problem({ vi: 'Chữ ký trên gốc cây nhật ký không đúng', en: 'The signature of the tree head does not hold' }, RECORD_FIX);
  const { rows } = await pool.query<{ agency_id: Id<'agency'>; entry_id: string }>('select agency_id, entry_id from audit.sealed order by leaf_index desc limit $1', [NEWEST]);
  for (const row of rows) {
    if (!(await isInTree(kernel, row))) {
      return problem({ vi: `Bản ghi nhật ký ${row.entry_id} không khớp với cây đã niêm phong`, en: `The entry ${row.entry_id} does not fit the sealed tree` }, RECORD_FIX);
    }
  }
  const count = String(rows.length);
  return ok({ vi: `${count} bản ghi nhật ký mới nhất nguyên vẹn (kiểm tra tất cả: --full)`, en: `The newest ${count} entries of the record are intact (all of them: --full)` });
}

async function isInTree(kernel: Kernel, row: { agency_id: Id<'agency'>; entry_id: string }): Promise<boolean> {
  try {
    const proof = await inclusionProof(kernel.database.pool, { agencyId: row.agency_id, entryId: row.entry_id });
    return verifyInclusion({ leafHash: leafHash(proof.entry), leafIndex: proof.leafIndex, treeSize: proof.head.size, path: proof.path, root: proof.head.root });
  } catch (error) {
    if (error instanceof AppError && error.code === 'audit.entryNotFound') return false;
    throw error;
  }
}

/** A rewritten history can be signed whole with a key that was put in: that there is another key is all that shows of it. */
async function checkRecordKeys(kernel: Kernel): Promise<Finding[]> {
  return (await otherKeys(kernel)).map(({ keyId, from, to, heads }) =>
    warning(
      {
        vi: `${String(heads)} gốc nhật ký (${formatInstant(from)} đến ${formatInstant(to)}) ký bằng khóa ${keyId}, không phải khóa hiện tại`,
        en: `${String(heads)} roots of the record (${from.toISOString()} to ${to.toISOString()}) are signed with the key ${keyId}, which is not the present one`,
      },
      { vi: 'Đúng nếu hệ thống đã từng thay khóa đúng vào lúc đó. Nếu không, nhật ký đã bị viết lại: đối chiếu với gốc mà hệ thống khác làm chứng.', en: 'Right if the key was replaced at that very time. If not, the record was rewritten: compare with the roots that other installations witnessed.' },
    ),
  );
}

async function checkWholeRecord(kernel: Kernel): Promise<Finding> {
  const verdict = await verifyAll(kernel.database.pool);
  const size = verdict.size.toLocaleString('vi-VN');
  if (verdict.ok) return ok({ vi: `Toàn bộ ${size} bản ghi nhật ký nguyên vẹn`, en: `All ${size} entries of the record are intact` });
  const detail = JSON.stringify(verdict.problem);
  return problem({ vi: `Nhật ký đã bị thay đổi: ${detail}`, en: `The record was changed: ${detail}` }, RECORD_FIX);
}

const JOB_PATIENCE_MS = 300_000;

async function checkJobs(kernel: Kernel): Promise<Finding[]> {
  const now = kernel.clock.now();
  const { rows } = await kernel.database.pool.query<{ kind: string; stuck: number; late: number }>(
    `select kind, count(*) filter (where failed_at is not null) as stuck, count(*) filter (where failed_at is null) as late from kernel.job
      where failed_at is not null or (run_at < $1 and (lease_until is null or lease_until < $2)) group by kind order by kind`,
    [new Date(now.getTime() - JOB_PATIENCE_MS), now],
  );
  const list = (which: 'stuck' | 'late'): string => rows.filter((row) => row[which] > 0).map((row) => `${row.kind} × ${String(row[which])}`).join(', ');
  const findings: Finding[] = [];
  if (list('stuck') !== '') {
    findings.push(
      problem(
        { vi: `Việc nền bị kẹt: ${list('stuck')}`, en: `Stuck jobs: ${list('stuck')}` },
        { vi: 'Đọc last_error trong kernel.job, sửa nguyên nhân rồi cho chạy lại (docs/operating.md, mục “Việc nền”).', en: 'Read last_error in kernel.job, mend the cause, then let them run again (docs/operating.md, “Jobs”).' },
      ),
    );
  }
  if (list('late') !== '') {
    findings.push(
      warning(
        { vi: `Việc nền quá hạn 5 phút chưa ai làm: ${list('late')}`, en: `Jobs that nobody has done for 5 minutes: ${list('late')}` },
        { vi: 'Chạy tiến trình worker (npx lienthong start --services=worker).', en: 'Run a worker (npx lienthong start --services=worker).' },
      ),
    );
  }
  return findings.length > 0 ? findings : [ok({ vi: 'Không có việc nền bị kẹt', en: 'No stuck jobs' })];
}

/** Demonstration accounts have a public password: in an installation that people reach from outside they are an open door. */
async function checkDemoAccounts(kernel: Kernel): Promise<Finding[]> {
  const isOpen = kernel.config.publicUrl?.startsWith('https:') === true;
  const { rows } = await kernel.database.pool.query<{ count: number }>('select count(*) as count from identity.account where is_demo and disabled_at is null');
  const count = rows[0]?.count ?? 0;
  if (count === 0) return [ok({ vi: 'Không có tài khoản dùng thử', en: 'No demonstration accounts' })];
  const text = { vi: `Có ${String(count)} tài khoản dùng thử với mật khẩu công khai`, en: `${String(count)} demonstration accounts with a public password` };
  const fix = {
    vi: 'Đưa vào dùng thật bằng một cơ sở dữ liệu mới, khởi động với npx lienthong start --no-seed, không dùng dữ liệu mẫu.',
    en: 'For real use begin with a new database and npx lienthong start --no-seed, without sample data.',
  };
  return [isOpen ? problem(text, fix) : warning(text, fix)];
}
