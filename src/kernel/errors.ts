/** One entry of an error catalogue: what a person reads, in both languages, and what to do next. */
export type ErrorEntry = {
  /** HTTP status. */
  status: number;
  vi: string;
  en: string;
  /** What to do now. */
  fixVi?: string;
  fixEn?: string;
};

export type FieldProblem = { path: string; vi: string; en: string };

export type ErrorDetails = {
  /** Values for `{name}` in the texts. */
  values?: Record<string, string | number>;
  /** All problems of a form at once. */
  fields?: FieldProblem[];
  /** For the log only. */
  internal?: unknown;
  cause?: unknown;
  /** Machine-readable facts for the caller, such as the successor of a closed agency. */
  data?: unknown;
};

/** An error that a person can read. Everything else that is thrown is a defect and becomes `internal`. */
export class AppError extends Error {
  readonly code: string;
  readonly entry: ErrorEntry;
  readonly details: ErrorDetails;

  constructor(code: string, entry: ErrorEntry, details: ErrorDetails = {}) {
    super(`${code}: ${fill(entry.en, details.values)}`, { cause: details.cause });
    this.name = 'AppError';
    this.code = code;
    this.entry = entry;
    this.details = details;
  }

  /** What is sent to the caller, in the caller's language. */
  describe(language: 'vi' | 'en'): { code: string; message: string; fix?: string; fields?: { path: string; message: string }[]; data?: unknown } {
    const { values, fields, data } = this.details;
    const fix = language === 'vi' ? this.entry.fixVi : this.entry.fixEn;
    return {
      code: this.code,
      message: fill(language === 'vi' ? this.entry.vi : this.entry.en, values),
      ...(fix === undefined ? {} : { fix: fill(fix, values) }),
      ...(fields === undefined ? {} : { fields: fields.map((problem) => ({ path: problem.path, message: problem[language] })) }),
      ...(data === undefined ? {} : { data }),
    };
  }
}

function fill(text: string, values: Record<string, string | number> = {}): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

const catalogue = new Map<string, ErrorEntry>();

/**
 * Declares a module's errors. The code of an error is `<module>.<key>`.
 * @returns one constructor per key: `throw errors.notFound()`.
 * @throws Error when a code is declared twice.
 */
export function defineErrors<Key extends string>(module: string, entries: Record<Key, ErrorEntry>): Record<Key, (details?: ErrorDetails) => AppError> {
  const constructors: Partial<Record<Key, (details?: ErrorDetails) => AppError>> = {};
  for (const key of Object.keys(entries) as Key[]) {
    const code = `${module}.${key}`;
    const entry = entries[key];
    if (catalogue.has(code)) throw new Error(`error code ${code} is declared twice`);
    catalogue.set(code, entry);
    constructors[key] = (details) => new AppError(code, entry, details);
  }
  // safe because every key was just filled
  return constructors as Record<Key, (details?: ErrorDetails) => AppError>;
}

/** Every declared error, for the documentation and the tests about the codebase. */
export function errorCatalogue(): ReadonlyMap<string, ErrorEntry> {
  return catalogue;
}

export const kernelErrors = defineErrors('kernel', {
  internal: {
    status: 500,
    vi: 'Hệ thống gặp lỗi ngoài dự kiến. Việc của bạn chưa được thực hiện.',
    en: 'Something unexpected went wrong. Nothing was done.',
    fixVi: 'Hãy thử lại; nếu vẫn lỗi, gửi mã yêu cầu {requestId} cho quản trị viên.',
    fixEn: 'Try again; if it fails again, give the request id {requestId} to your administrator.',
  },
  unavailable: {
    status: 503,
    vi: 'Cơ sở dữ liệu tạm thời không trả lời. Chưa có gì bị mất hay bị ghi hai lần.',
    en: 'The database does not answer for the moment. Nothing was lost or written twice.',
    fixVi: 'Chờ vài giây rồi thử lại.',
    fixEn: 'Wait a few seconds and try again.',
  },
  storageFull: {
    status: 507,
    vi: 'Máy chủ hết chỗ lưu trữ nên chưa nhận được dữ liệu.',
    en: 'The server has no storage left, so the data was not taken.',
    fixVi: 'Báo quản trị viên giải phóng dung lượng rồi gửi lại.',
    fixEn: 'Ask the administrator to free space, then send it again.',
  },
  unauthenticated: {
    status: 401,
    vi: 'Bạn chưa đăng nhập hoặc phiên làm việc đã hết hạn.',
    en: 'You are not signed in, or your session has ended.',
    fixVi: 'Đăng nhập lại để tiếp tục.',
    fixEn: 'Sign in again to continue.',
  },
  forbidden: {
    status: 403,
    vi: 'Chức danh hiện tại của bạn không được làm việc này.',
    en: 'Your present post may not do this.',
    fixVi: 'Chuyển sang chức danh khác của bạn nếu có, hoặc liên hệ quản trị viên cơ quan.',
    fixEn: 'Switch to another of your posts if you hold one, or ask your agency’s administrator.',
  },
  notFound: {
    status: 404,
    vi: 'Không tìm thấy nội dung này.',
    en: 'There is nothing here.',
    fixVi: 'Kiểm tra lại địa chỉ hoặc quay về danh sách.',
    fixEn: 'Check the address or go back to the list.',
  },
  invalidInput: {
    status: 422,
    vi: 'Thông tin gửi lên chưa đúng.',
    en: 'What was sent is not right.',
    fixVi: 'Sửa các mục được đánh dấu rồi gửi lại.',
    fixEn: 'Correct the marked fields and send again.',
  },
  crossSite: {
    status: 403,
    vi: 'Yêu cầu này đến từ một trang khác nên bị từ chối.',
    en: 'This request came from another site and was refused.',
    fixVi: 'Mở lại trang của hệ thống và thực hiện tại đó.',
    fixEn: 'Open this system’s own page and do it there.',
  },
  requestTooSlow: {
    status: 408,
    vi: 'Dữ liệu gửi lên không đến đủ trong thời gian cho phép.',
    en: 'The request did not arrive in time.',
    fixVi: 'Kiểm tra đường truyền rồi gửi lại.',
    fixEn: 'Check the connection and send it again.',
  },
  tooManyRequests: {
    status: 429,
    vi: 'Bạn thao tác quá nhiều lần trong thời gian ngắn.',
    en: 'Too many attempts in a short time.',
    fixVi: 'Chờ {seconds} giây rồi thử lại.',
    fixEn: 'Wait {seconds} seconds and try again.',
  },
  conflict: {
    status: 409,
    vi: 'Yêu cầu cùng khóa lặp nhưng nội dung khác với lần trước.',
    en: 'The same idempotency key was used for a different request.',
    fixVi: 'Dùng khóa mới cho yêu cầu mới.',
    fixEn: 'Use a new key for a new request.',
  },
});
