/** Who stands behind a signature: a person, an agency, a machine that stamps times. Certificates rarely say it; these are the signs. */
import type { Certificate } from '../pki/certificate.ts';
import { OID } from '../pki/oids.ts';

/** Words with which names of Vietnamese agencies begin and family names do not. Two words where one is also a family name. */
const agencyStarts = [
  'ủy ban', 'uỷ ban', 'ubnd', 'hđnd', 'ubmttq', 'hội đồng', 'hội', 'liên đoàn', 'liên hiệp', 'mặt trận', 'đoàn thanh niên', 'đoàn tncs', 'đoàn đại biểu',
  'bộ', 'sở', 'cục', 'tổng cục', 'chi cục', 'vụ', 'ban', 'phòng', 'văn phòng', 'thanh tra', 'kho bạc', 'kiểm toán', 'bảo hiểm', 'thuế', 'hải quan',
  'công an', 'quân khu', 'bộ đội', 'tòa án', 'toà án', 'viện', 'học viện', 'trường', 'đại học', 'bệnh viện', 'trung tâm', 'trạm', 'nhà', 'cổng',
  'báo', 'đài', 'tạp chí', 'tỉnh', 'thành phố', 'thành ủy', 'tỉnh ủy', 'huyện ủy', 'quận ủy', 'đảng', 'đảng ủy', 'quận', 'huyện', 'xã', 'phường', 'thị trấn', 'thị xã',
  'công ty', 'tổng công ty', 'tập đoàn', 'ngân hàng', 'quỹ', 'chi nhánh', 'hợp tác xã', 'doanh nghiệp', 'chi hội', 'quốc hội', 'chính phủ', 'máy chủ', 'hệ thống',
] as const; // prettier-ignore

type SignerKind = 'person' | 'agency' | 'timestamp';

/** Certificates repeat from file to file. */
const guessed = new WeakMap<Certificate, SignerKind>();

/** Guesses from the certificate alone. Never more than a guess: the report shows the name beside it. */
export function guessSignerKind(certificate: Certificate): SignerKind {
  const known = guessed.get(certificate);
  if (known !== undefined) return known;
  const kind = guess(certificate);
  guessed.set(certificate, kind);
  return kind;
}

function guess(certificate: Certificate): SignerKind {
  const { subject } = certificate;
  if (certificate.extendedKeyUsage?.includes(OID.timeStamping) === true) return 'timestamp';
  const has = (wanted: string) => subject.attributes.some((attribute) => attribute.oid === wanted);
  if (has(OID.givenName) || has(OID.surname) || has(OID.title)) return 'person';
  if (has(OID.organizationIdentifier)) return 'agency';
  if (subject.userIds.some((id) => /^(CCCD|CMND|CMT|HC):/i.test(id))) return 'person';
  if (subject.userIds.some((id) => /^(MST|MNS|MDN):/i.test(id))) return 'agency';
  return isAgencyName(subject.commonName ?? '', subject.organization) ? 'agency' : 'person';
}

function isAgencyName(name: string, organization: string | undefined): boolean {
  const folded = name.toLowerCase().normalize('NFC').trim();
  if (folded === '' || folded === organization?.toLowerCase().normalize('NFC').trim()) return true;
  if (agencyStarts.some((start) => folded === start || folded.startsWith(`${start} `))) return true;
  const words = folded.split(/\s+/);
  return words.length > 6 || !/^[\p{L}\s.'-]+$/u.test(folded);
}

interface Seen {
  readonly kind: SignerKind;
  readonly reason: string | undefined;
  /** Area of the visible field in square points; 0 when invisible. */
  readonly area: number;
}

/**
 * True for initials ("ký nháy"): the dictionary says so, or a later person signed with a picture more than twice as large. Initials stand
 * before the signature of the person with authority (NĐ 30/2020), never after.
 */
export function areInitials(signature: Seen, later: readonly Seen[]): boolean {
  if (signature.kind !== 'person') return false;
  if (/ký nháy|ký tắt|initial/i.test(signature.reason ?? '')) return true;
  return later.some((other) => other.kind === 'person' && signature.area > 0 && signature.area * 2 < other.area);
}
