/**
 * What a vendor's system is told when it does not get what it asked for. 10 to 23 are the codes that provincial axes use
 * (a public implementation); systems in use do not try these again. 30 and up are ours, for what those have no code for.
 */
const problems = {
  invalidFile: { code: 10, status: 422, vi: 'Tệp gửi lên không hợp lệ: {detail}', en: 'The file is not valid: {detail}' },
  bodyPacked: { code: 10, status: 415, vi: 'Thân yêu cầu đang nén ({detail}); gửi gói tin không nén, bỏ Content-Encoding.', en: 'The body is packed ({detail}); send the packet as it is, without Content-Encoding.' },
  wrongKey: { code: 15, status: 401, vi: 'Sai mã hệ thống (X-SystemId) hoặc khóa (X-SecretKey).', en: 'Wrong system id (X-SystemId) or key (X-SecretKey).' },
  expiredKey: { code: 15, status: 401, vi: 'Khóa đã hết hạn hoặc đã bị thu hồi; xin quản trị viên tỉnh cấp khóa mới.', en: 'The key has expired or was revoked; ask the province’s administrator for a new one.' },
  receiverUnknown: { code: 18, status: 422, vi: 'Nơi nhận không tồn tại trên hệ thống này: {detail}. Lấy lại danh sách cơ quan (getAgenciesList).', en: 'The receiver does not exist here: {detail}. Read the list of agencies again (getAgenciesList).' },
  senderUnknown: { code: 19, status: 422, vi: 'Cơ quan gửi chưa đăng ký với hệ thống này: {detail}. Đề nghị quản trị viên tỉnh thêm cơ quan.', en: 'The sending agency is not registered for this system: {detail}. Ask the province’s administrator to add it.' },
  senderClosed: { code: 19, status: 422, vi: 'Cơ quan gửi đã kết thúc hoạt động trước ngày ký văn bản: {detail}. Gửi bằng mã của cơ quan kế thừa.', en: 'The sending agency had ended before the document was signed: {detail}. Send under the code of its successor.' },
  broken: { code: 20, status: 500, vi: 'Trục gặp lỗi, chưa nhận được yêu cầu. Thử lại sau; nếu vẫn lỗi, báo mã yêu cầu {detail}.', en: 'The axis failed and took nothing. Try again later; if it goes on, tell the request id {detail}.' },
  unavailable: { code: 20, status: 503, vi: 'Trục tạm thời không phục vụ được. Thử lại sau ít phút.', en: 'The axis cannot serve for the moment. Try again in some minutes.' },
  signingEnded: { code: 20, status: 503, vi: 'Trục chưa ký được gói tin: {detail}. Gói tin vẫn giữ nguyên; thử lại sau khi quản trị viên tỉnh thay chứng thư.', en: 'The axis cannot sign packets: its certificate has ended. They are kept; try again when the province’s administrator has replaced it.' },
  storageFull: { code: 20, status: 507, vi: 'Trục hết chỗ lưu trữ, chưa nhận được yêu cầu. Thử lại sau ít phút; nếu vẫn lỗi, báo quản trị viên tỉnh.', en: 'The axis has no storage left and took nothing. Try again in some minutes; if it goes on, tell the province’s administrator.' },
  unwritable: { code: 21, status: 500, vi: 'Không lập được gói tin này: {detail}', en: 'This packet could not be written: {detail}' },
  notStandard: { code: 22, status: 422, vi: 'Gói tin không đúng quy chuẩn edXML: {detail}', en: 'The packet is not edXML as the standard has it: {detail}' },
  bodyWrong: { code: 22, status: 422, vi: 'Thiếu hoặc sai trường {detail} trong yêu cầu.', en: 'The field {detail} of the request is missing or wrong.' },
  receiverLocked: { code: 23, status: 422, vi: 'Nơi nhận đã ngừng hoạt động: {detail}.', en: 'The receiver is closed: {detail}.' },
  packetUnknown: { code: 30, status: 404, vi: 'Không có gói tin hoặc văn bản này cho hệ thống của bạn: {detail}.', en: 'There is no such packet or document for your system: {detail}.' },
  statusWrong: { code: 31, status: 422, vi: 'Trạng thái gói tin chỉ nhận processing, done hoặc fail.', en: 'The status of a packet is processing, done or fail.' },
  packetChanged: { code: 32, status: 409, vi: 'Mã thông điệp này đã dùng cho gói tin có nội dung khác; gói đến trước được giữ nguyên.', en: 'This message id was used for a packet with another content; the first one stands.' },
  quotaUsed: { code: 33, status: 429, vi: 'Đã hết hạn mức: {detail}.', en: 'The quota is used up: {detail}.' },
  suspended: { code: 34, status: 403, vi: 'Quản trị viên tỉnh đang tạm dừng kết nối của hệ thống này.', en: 'The province’s administrator has suspended this system.' },
  tooLarge: { code: 35, status: 413, vi: 'Gói tin lớn hơn mức cho phép là {detail} MB.', en: 'The packet is larger than the limit of {detail} MB.' },
  statusSettled: { code: 36, status: 409, vi: 'Gói tin này đã kết thúc với trạng thái {detail}.', en: 'This packet has ended with the status {detail}.' },
} as const;

export type AxisProblemName = keyof typeof problems;

export class AxisProblem extends Error {
  override readonly name = 'AxisProblem';
  readonly code: number;
  readonly status: number;
  readonly vi: string;
  readonly en: string;
  readonly docId: string | null;
  readonly retryAfterSeconds: number | undefined;

  constructor(name: AxisProblemName, more: { detail?: string; detailEn?: string; docId?: string; retryAfterSeconds?: number; cause?: unknown } = {}) {
    const problem = problems[name];
    const { detail = '', detailEn = detail } = more;
    super(`${String(problem.code)} ${name} ${detailEn}`.trim(), { cause: more.cause });
    this.code = problem.code;
    this.status = problem.status;
    this.vi = problem.vi.replace('{detail}', detail);
    this.en = problem.en.replace('{detail}', detailEn);
    this.docId = more.docId ?? null;
    this.retryAfterSeconds = more.retryAfterSeconds;
  }
}
