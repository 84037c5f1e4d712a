import { formatInstant } from '#kernel/time.ts';
import type { Evidence } from './gather.ts';

/** What a person finds who unpacks the package in ten years and knows nothing of us. */
export function readmeText({ envelope, agency, side, receipts, log }: Evidence, madeAt: Date): string {
  const { number, notation, summary, senderName } = envelope.document;
  const whose = side === 'sender' ? 'nơi gửi' : 'nơi nhận';
  return `GÓI CHỨNG CỨ GỬI, NHẬN VĂN BẢN ĐIỆN TỬ

Văn bản: ${number}/${notation} · ${summary}
Cơ quan ban hành: ${senderName}
Lập từ hồ sơ của ${whose}: ${agency.name}, lúc ${formatInstant(madeAt)} (giờ Việt Nam)
Trong gói: ${String(envelope.files.length)} tệp văn bản, ${String(receipts.length)} biên nhận, ${String(log.entries.length)} mục nhật ký kèm chứng minh.

Các phần
  evidence.json      mục lục, mã băm SHA-256 của từng phần
  envelope.json      gói tin đúng từng ký tự như đã gửi; biên nhận dẫn mã băm của tệp này
  files/             các tệp của văn bản, giữ nguyên chữ ký số
  receipts/          biên nhận có chữ ký số (ES256) của hệ thống bên nhận
  keys/              khóa công khai để kiểm tra biên nhận
  log/               các mục nhật ký, chứng minh nằm trong cây Merkle (RFC 9162), gốc cây có chữ ký và dấu thời gian (RFC 3161)
  reports/           báo cáo kiểm tra chữ ký số khi gửi, nhận
  material/          chứng thư, danh sách thu hồi (CRL), trả lời OCSP dùng khi kiểm tra
  META-INF/          chữ ký niêm phong toàn bộ gói (ASiC-E, ETSI EN 319 162-1)

Cách kiểm tra, không cần mạng và không cần tin hệ thống đã lập gói này
  npx lienthong-evidence TỆP --trust=THƯ_MỤC_CHỨNG_THƯ_GỐC
  Chứng thư gốc phải có từ nguồn bạn tin, không lấy trong gói: nơi công bố của tổ chức chứng thực; với chứng thư do chính hệ thống cấp
  thì tải ở địa chỉ /pki/root.crt của hệ thống đó và đối chiếu dấu vân tay SHA-256 với quản trị hệ thống qua điện thoại hoặc văn bản.

EVIDENCE OF THE EXCHANGE OF AN ELECTRONIC DOCUMENT
Everything in this package verifies offline: hashes, signatures, receipts, the way of each log entry to the signed and time-stamped root.
Bring your own trusted root certificates: npx lienthong-evidence FILE --trust=FOLDER
They must come from where you trust, not from this package: from the authority that published them; those of an installation's own authority
from /pki/root.crt at its address, their SHA-256 fingerprint compared with its administrator by another way.
`;
}
