import { z } from 'zod';

/**
 * What a failure means for a parcel. `final`: it comes back to its sender. `later`: the axis answered and the line is good;
 * tried again with growing pauses. `again`: the line itself is not right; counted against its circuit.
 */
export const retryClass = z.enum(['final', 'later', 'again']);
export type RetryClass = z.infer<typeof retryClass>;

export type ErrorRule = { code: string; retry: RetryClass; vi: string; source: string };

const PROVINCIAL = 'Bảng mã của trục cấp tỉnh (Lạng Sơn, hiện thực công khai); trục quốc gia chưa công bố bảng riêng';
const SDK = 'Bộ công cụ SDK VXP 2.0';

/**
 * Codes in the body of a reply. Those that speak about one packet or one receiver are final; those that speak about us or
 * about the axis are not, since otherwise one expired secret would send every document back to its sender.
 */
export const errorRules: readonly ErrorRule[] = [
  { code: '10', retry: 'final', vi: 'Tệp gói tin không hợp lệ', source: PROVINCIAL },
  { code: '15', retry: 'again', vi: 'Sai mã hệ thống hoặc khóa bí mật', source: PROVINCIAL },
  { code: '18', retry: 'final', vi: 'Nơi nhận không có trên trục', source: PROVINCIAL },
  { code: '19', retry: 'later', vi: 'Nơi gửi chưa đăng ký trên trục', source: PROVINCIAL },
  { code: '20', retry: 'again', vi: 'Lỗi của trục', source: PROVINCIAL },
  { code: '21', retry: 'later', vi: 'Trục chưa xử lý được tệp', source: PROVINCIAL },
  { code: '22', retry: 'final', vi: 'Gói tin không đúng chuẩn edXML', source: PROVINCIAL },
  { code: '23', retry: 'final', vi: 'Nơi nhận đã bị khóa', source: PROVINCIAL },
  { code: '100', retry: 'later', vi: 'Trục chưa trả được tệp', source: SDK },
];

/** What a code means: by the settings, by the table; one that nobody knows may pass, and stays in sight while it does not. */
export function ruleFor(code: string, overrides: readonly Pick<ErrorRule, 'code' | 'retry' | 'source'>[]): ErrorRule {
  const known = errorRules.find((rule) => rule.code === code);
  const own = overrides.find((rule) => rule.code === code);
  if (own !== undefined) return { vi: known?.vi ?? `Mã lỗi ${code}`, ...own };
  return known ?? { code, retry: 'later', vi: `Mã lỗi ${code} chưa rõ nghĩa`, source: SDK };
}

/** What an HTTP status means before any body is read (RFC 9110). */
export function classOfHttp(status: number): { code: string; retry: RetryClass } | undefined {
  if (status >= 200 && status < 300) return undefined;
  if (status === 401 || status === 403) return { code: 'notAuthenticated', retry: 'again' };
  if (status === 413) return { code: 'packetTooLarge', retry: 'final' };
  if (status === 429) return { code: 'tooManyRequests', retry: 'later' };
  return { code: `http${String(status)}`, retry: status >= 500 || status === 408 ? 'again' : 'later' };
}
