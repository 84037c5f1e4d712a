/** What the network, or the program at the other end, said of a failed call, in words for an operator. */

export type TroubleWords = {
  vi: string;
  en: string;
  fixVi: string;
  fixEn: string;
  /** The code of the network for the expert, such as ECONNREFUSED; otherwise our own. */
  raw: string;
};

type Words = Omit<TroubleWords, 'raw'>;

const NETWORK: readonly (readonly [RegExp, Words])[] = [
  [/ECONNREFUSED/, { vi: 'máy chủ bên kia từ chối kết nối', en: 'the server there refuses the connection', fixVi: 'Kiểm tra địa chỉ và cổng; nếu đúng, báo bên kia xem phần mềm có đang chạy không.', fixEn: 'Check the address and the port; if they are right, let the other side see whether its software runs.' }],
  [/ENOTFOUND|EAI_AGAIN|EAI_FAIL/, { vi: 'không tìm thấy tên máy chủ bên kia', en: 'the name of the server there cannot be found', fixVi: 'Kiểm tra tên miền trong địa chỉ; nếu đúng, kiểm tra máy chủ phân giải tên miền (DNS) của hệ thống này.', fixEn: 'Check the name in the address; if it is right, check the name server (DNS) of this installation.' }],
  [/ETIMEDOUT|UND_ERR_CONNECT_TIMEOUT|UND_ERR_HEADERS_TIMEOUT|UND_ERR_BODY_TIMEOUT|ESOCKETTIMEDOUT|no sign of life/, { vi: 'bên kia không trả lời kịp', en: 'the other side did not answer in time', fixVi: 'Chờ vài phút rồi thử lại; nếu vẫn vậy, kiểm tra tường lửa hai bên và báo bên kia.', fixEn: 'Wait some minutes and try again; if it stays so, check the firewalls on both sides and tell the other side.' }],
  [/EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|ENETDOWN/, { vi: 'không có đường mạng tới máy chủ bên kia', en: 'there is no way through the network to the server there', fixVi: 'Kiểm tra đường truyền số liệu chuyên dùng, định tuyến và tường lửa.', fixEn: 'Check the dedicated data network, the routes and the firewalls.' }],
  [/ECONNRESET|ECONNABORTED|EPIPE|UND_ERR_SOCKET|socket hang up|other side closed/, { vi: 'kết nối bị ngắt giữa chừng', en: 'the connection was cut off', fixVi: 'Thử lại; nếu lặp lại, kiểm tra tường lửa, máy trung gian và báo bên kia.', fixEn: 'Try again; if it goes on, check firewalls and machines in between, and tell the other side.' }],
  [/CERT_HAS_EXPIRED|certificate has expired/, { vi: 'chứng thư máy chủ bên kia đã hết hạn', en: 'the certificate of the server there has expired', fixVi: 'Báo bên kia thay chứng thư máy chủ rồi thử lại.', fixEn: 'Ask the other side to replace its server’s certificate, then try again.' }],
  [/CERT_NOT_YET_VALID|certificate is not yet valid/, { vi: 'chứng thư máy chủ bên kia chưa có hiệu lực', en: 'the certificate of the server there is not valid yet', fixVi: 'Kiểm tra đồng hồ của hệ thống này; nếu đúng giờ, báo bên kia kiểm tra chứng thư.', fixEn: 'Check the clock of this installation; if it is right, ask the other side about its certificate.' }],
  [/CERT_REVOKED/, { vi: 'chứng thư máy chủ bên kia đã bị thu hồi', en: 'the certificate of the server there was revoked', fixVi: 'Không nối cho tới khi bên kia thay chứng thư; gọi điện xác nhận với bên kia.', fixEn: 'Do not connect until the other side has replaced it; ask them by telephone.' }],
  [/ERR_TLS_CERT_ALTNAME_INVALID|HOSTNAME_MISMATCH|does not match certificate/, { vi: 'chứng thư máy chủ bên kia không mang tên trong địa chỉ', en: 'the certificate of the server there does not bear the name in the address', fixVi: 'Kiểm tra tên miền trong địa chỉ; nếu đúng, báo bên kia thay chứng thư mang tên đó.', fixEn: 'Check the name in the address; if it is right, ask the other side for a certificate with that name.' }],
  [/SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|CERT_UNTRUSTED|CERT_CHAIN_TOO_LONG|INVALID_CA|self[- ]signed certificate|unable to (?:verify|get)/, { vi: 'hệ thống chưa tin nơi cấp chứng thư máy chủ bên kia', en: 'whoever issued the certificate of the server there is not trusted here', fixVi: 'Đối chiếu rồi thêm chứng thư gốc của bên kia ở phần chứng thư của kết nối, hoặc đề nghị bên kia dùng chứng thư khác.', fixEn: 'Compare and add the root certificate of the other side under the certificates of the connection, or ask for another certificate.' }],
  [/EPROTO|ERR_SSL|ERR_TLS|wrong version number|alert /, { vi: 'hai bên không lập được kết nối an toàn (TLS)', en: 'no safe connection (TLS) could be made', fixVi: 'Kiểm tra địa chỉ có đúng cổng https; bên kia cần TLS 1.2 trở lên và, nếu có yêu cầu, chấp nhận chứng thư của hệ thống này.', fixEn: 'See whether the address names the https port; the other side needs TLS 1.2 or newer and, where it asks for one, has to accept our certificate.' }],
  [/HPE_/, { vi: 'máy chủ bên kia trả lời không theo giao thức HTTP', en: 'the server there does not speak HTTP', fixVi: 'Kiểm tra cổng trong địa chỉ và http hay https.', fixEn: 'Check the port in the address, and http or https.' }],
];

/** Codes of our own that are about the line itself. */
const OWN: Readonly<Record<string, Words>> = {
  timeout: { vi: 'bên kia không trả lời kịp', en: 'the other side did not answer in time', fixVi: 'Chờ vài phút rồi thử lại; nếu vẫn vậy, kiểm tra tường lửa hai bên và báo bên kia.', fixEn: 'Wait some minutes and try again; if it stays so, check the firewalls on both sides and tell the other side.' },
  tlsFailed: { vi: 'không lập được kết nối an toàn với bên kia', en: 'there is no safe connection to the other side', fixVi: 'Báo bên kia kiểm tra chứng thư máy chủ rồi thử lại.', fixEn: 'Let the other side look at its server’s certificate, then try again.' },
  unreachable: { vi: 'không nối được tới máy chủ bên kia', en: 'the server there cannot be reached', fixVi: 'Kiểm tra địa chỉ, đường truyền và tường lửa, rồi thử lại.', fixEn: 'Check the address, the network and the firewall, then try again.' },
  replyUnreadable: { vi: 'bên kia trả lời theo dạng mà hệ thống không đọc được', en: 'the other side answers in a form that cannot be read', fixVi: 'Kiểm tra địa chỉ có đúng là của bên kia; nếu đúng, báo bên kia kèm mã kỹ thuật.', fixEn: 'See whether the address is that of the other side; if it is, tell them with the technical code.' },
  replyUnsigned: { vi: 'câu trả lời không có chữ ký của bên kia', en: 'the answer is not signed by the other side', fixVi: 'Kiểm tra địa chỉ; có thể một máy trung gian đã trả lời thay. Nếu đúng, báo bên kia.', fixEn: 'Check the address; a machine in between may have answered. If it is right, tell the other side.' },
  noAddress: { vi: 'đối tác chưa có địa chỉ nên hệ thống không gọi tới được', en: 'the partner has no address, so it cannot be called', fixVi: 'Ghi địa chỉ của đối tác, hoặc chờ đối tác tự gọi đến.', fixEn: 'Enter the address of the partner, or wait until it calls.' },
  versionUnknown: { vi: 'hai bên không có phiên bản giao thức chung', en: 'both sides speak no common version', fixVi: 'Nâng cấp phần mềm ở bên cũ hơn.', fixEn: 'Upgrade the older side.' },
  keyUnknown: { vi: 'bên kia không nhận ra khóa của hệ thống này', en: 'the other side does not know our key', fixVi: 'Gọi điện đối chiếu vân tay khóa với quản trị viên bên kia; nếu khác, ghép nối lại.', fixEn: 'Compare the fingerprint of the key with the other administrator by telephone; if it differs, connect anew.' },
  signatureWrong: { vi: 'bên kia cho rằng chữ ký của lời gọi không đúng', en: 'the other side finds the signature of the call wrong', fixVi: 'Gọi điện đối chiếu vân tay khóa với quản trị viên bên kia.', fixEn: 'Compare the fingerprint of the key with the other administrator by telephone.' },
  clockSkew: { vi: 'đồng hồ hai bên lệch nhau', en: 'the clocks of both sides differ', fixVi: 'Kiểm tra đồng bộ giờ (NTP) ở cả hai bên.', fixEn: 'Check the time synchronisation (NTP) on both sides.' },
  signatureExpired: { vi: 'lời gọi tới bên kia quá muộn so với giờ ký', en: 'the call came too late after it was signed', fixVi: 'Kiểm tra đồng bộ giờ (NTP) ở cả hai bên và độ trễ đường truyền.', fixEn: 'Check the time synchronisation (NTP) on both sides and the delay of the network.' },
  fileDamaged: { vi: 'một tệp bị hỏng trên đường và được gửi lại', en: 'a file was damaged on its way and is sent again', fixVi: 'Không phải làm gì; nếu lặp lại nhiều lần, kiểm tra đường truyền.', fixEn: 'There is nothing to do; if it goes on, check the network.' },
  connectionCut: { vi: 'kết nối bị ngắt giữa chừng', en: 'the connection was cut off', fixVi: 'Thử lại; nếu lặp lại, kiểm tra đường truyền.', fixEn: 'Try again; if it goes on, check the network.' },
  packetCertificateEnded: { vi: 'chứng thư ký gói tin gửi bên này đã hết hạn', en: 'the certificate that signs packets for them has ended', fixVi: 'Thay chứng thư ký gói tin của kết nối; các gói đang chờ tự đi ngay sau đó.', fixEn: 'Replace the certificate that signs packets for this connection; what waits then goes by itself.' },
  neverCalled: { vi: 'hệ thống bên kia chưa gọi đến lần nào', en: 'the other system has never called', fixVi: 'Báo đơn vị vận hành bên kia bật kết nối bằng khóa đã cấp.', fixEn: 'Ask its operators to connect with the key that they got.' },
  defect: { vi: 'phần mềm này gặp lỗi khi xử lý', en: 'this software failed', fixVi: 'Báo đơn vị hỗ trợ kèm mã kỹ thuật và giờ xảy ra.', fixEn: 'Tell support, with the technical code and the time.' },
};

/** Raw codes as Node and OpenSSL write them. */
const RAW = /\b(?:E[A-Z]{4,}|EAI_[A-Z]+|UND_ERR_[A-Z_]+|ERR_[A-Z_]+|HPE_[A-Z_]+|[A-Z]+(?:_[A-Z]+)*_?CERT(?:_[A-Z]+)*|CERT_[A-Z_]+|UNABLE_TO_[A-Z_]+)\b/;

/**
 * A failure of the line to a partner in both languages, with what to do; undefined for a reason that the partner gave in words of its own.
 * The code of the network decides where the text holds one, since it says more than our own.
 */
export function troubleInWords(failure: { code: string | null; problem: string | null }): TroubleWords | undefined {
  const { code, problem } = failure;
  if (code === null) return undefined;
  const said = problem ?? '';
  const ofNetwork = NETWORK_CODES.has(code) ? NETWORK.find(([pattern]) => pattern.test(said))?.[1] : undefined;
  const words = ofNetwork ?? (Object.hasOwn(OWN, code) ? OWN[code] : undefined);
  return words === undefined ? undefined : { ...words, raw: RAW.exec(said)?.[0] ?? code };
}

/** The same in one line for the record, with the technical code; a reason of the partner's own by its code alone. */
export function failureInWords(failure: { code: string; problem: string }): { vi: string; en: string } {
  const words = troubleInWords(failure);
  return words === undefined ? { vi: failure.code, en: failure.code } : { vi: `${words.vi} (${words.raw})`, en: `${words.en} (${words.raw})` };
}

/** Codes under which the text is the network's own. */
const NETWORK_CODES: ReadonlySet<string> = new Set(['unreachable', 'timeout', 'tlsFailed']);

/** The network's code before its text, which alone does not always hold it ("certificate has expired"). */
export function withRawCode(problem: string, cause: unknown): string {
  const raw = cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined;
  return raw === undefined || problem.includes(raw) ? problem : `${raw}: ${problem}`;
}
