import { defineErrors, type AppError } from '#kernel/errors.ts';
import { troubleInWords } from './trouble-words.ts';

export const partnerErrors = defineErrors('exchange', {
  partnerNotFound: {
    status: 404,
    vi: 'Không tìm thấy đối tác liên thông này.',
    en: 'There is no such partner.',
    fixVi: 'Quay về danh sách đối tác.',
    fixEn: 'Go back to the list of partners.',
  },
  partnerNameTaken: {
    status: 409,
    vi: 'Đã có đối tác tên “{name}”.',
    en: 'There is a partner called “{name}” already.',
    fixVi: 'Đặt tên khác để phân biệt.',
    fixEn: 'Choose another name.',
  },
  partnerConfigWrong: {
    status: 422,
    vi: 'Cấu hình đối tác chưa đúng: {problem}.',
    en: 'The settings of the partner are not right: {problem}.',
    fixVi: 'Sửa các mục được nêu rồi lưu lại.',
    fixEn: 'Correct what is named and save again.',
  },
  partnerStateWrong: {
    status: 409,
    vi: 'Không làm được việc này khi đối tác đang ở trạng thái “{state}”.',
    en: 'This cannot be done while the partner is “{state}”.',
    fixVi: 'Tải lại trang; có thể người khác vừa thay đổi.',
    fixEn: 'Reload the page; somebody else may just have changed it.',
  },
  partnerUnreachable: {
    status: 502,
    vi: 'Chưa kết nối được với đối tác: {vi}. Mã kỹ thuật: {raw}.',
    en: 'The partner could not be reached: {en}. Technical code: {raw}.',
    fixVi: '{fixVi}',
    fixEn: '{fixEn}',
  },
  partnerInvitesByKeys: {
    status: 422,
    vi: 'Hệ thống Liên Thông khác được kết nối bằng thư mời, không nhập tay.',
    en: 'Another installation is connected by an invitation, not by hand.',
    fixVi: 'Tạo thư mời, hoặc nhập thư mời mà bên kia gửi.',
    fixEn: 'Make an invitation, or enter the one that the other side sent.',
  },
  partnerAgencyLocal: {
    status: 409,
    vi: 'Cơ quan này thuộc hệ thống của tỉnh nên không gửi qua đối tác.',
    en: 'This agency is served by this installation, so nothing goes to it through a partner.',
    fixVi: 'Chọn cơ quan bên ngoài.',
    fixEn: 'Choose an agency outside.',
  },
  transferNotFound: {
    status: 404,
    vi: 'Không tìm thấy gói gửi đối tác này.',
    en: 'There is no such parcel.',
    fixVi: 'Quay về danh sách.',
    fixEn: 'Go back to the list.',
  },
  transferDone: {
    status: 409,
    vi: 'Gói này đã được đối tác xử lý nên không gửi lại.',
    en: 'The partner has dealt with this parcel, so it is not sent again.',
    fixVi: 'Tải lại danh sách.',
    fixEn: 'Reload the list.',
  },
  inboundNotFound: {
    status: 404,
    vi: 'Không tìm thấy gói đến này.',
    en: 'There is no such arrival.',
    fixVi: 'Quay về danh sách.',
    fixEn: 'Go back to the list.',
  },
  inboundDone: {
    status: 409,
    vi: 'Gói đến này đã được xử lý xong.',
    en: 'This arrival has been dealt with already.',
    fixVi: 'Tải lại danh sách.',
    fixEn: 'Reload the list.',
  },
  parcelChanged: {
    status: 409,
    vi: 'Gói cùng mã đã đến trước đó với nội dung khác.',
    en: 'A parcel with this id came before with another content.',
    fixVi: 'Bên gửi kiểm tra lại hệ thống của mình; gói đến trước được giữ nguyên.',
    fixEn: 'The sending side looks into its own system; the first content stands.',
  },
  arrivalElsewhere: {
    status: 422,
    vi: '{name} không thuộc hệ thống này nên không ai ở đó thấy gói.',
    en: '{name} is not served by this installation, so nobody there would see it.',
    fixVi: 'Chọn cơ quan thuộc hệ thống này.',
    fixEn: 'Choose an agency that is served here.',
  },
  arrivalToClosed: {
    status: 422,
    vi: '{name} không còn hoạt động nên không ai ở đó xử lý được gói.',
    en: '{name} is closed, so nobody there could deal with the arrival.',
    fixVi: 'Chọn cơ quan đang hoạt động.',
    fixEn: 'Choose an agency that is at work.',
  },
  claimOfAnother: {
    status: 422,
    vi: 'Văn bản này không mang tên {name} nên văn thư ở đó không ghi lại được.',
    en: 'This document is not in the name of {name}, so its clerks could not write it back.',
    fixVi: 'Chuyển cho cơ quan đứng tên văn bản, hoặc tự ghi lại hay kết thúc gói.',
    fixEn: 'Hand it to the agency in whose name it is, or write it back or end it yourself.',
  },
  arrivalNoClaim: {
    status: 409,
    vi: 'Gói này không phải văn bản mà đối tác nói là của hệ thống này, nên không ghi lại được.',
    en: 'This arrival is no document that a partner says to be ours, so there is nothing to write back.',
    fixVi: 'Tải lại danh sách rồi chọn việc phù hợp.',
    fixEn: 'Reload the list and choose what fits.',
  },
  claimUnfit: {
    status: 409,
    vi: 'Không ghi lại được văn bản này: {vi}.',
    en: 'This document cannot be written back: {en}.',
    fixVi: 'Hỏi đối tác về bản họ đang giữ, rồi kết thúc gói với lời giải thích.',
    fixEn: 'Ask the partner about what it holds, then end the arrival with an explanation.',
  },
  claimNeedsDecision: {
    status: 409,
    vi: 'Thử lại không chứng minh thêm được gì cho văn bản này.',
    en: 'Trying again proves nothing more about this document.',
    fixVi: 'Hỏi cơ quan gửi, rồi ghi lại vào sổ hoặc kết thúc gói.',
    fixEn: 'Ask the agency in whose name it is, then write it back or end it.',
  },
  invitationUnreadable: {
    status: 422,
    vi: 'Thư mời không đọc được hoặc đã bị sửa.',
    en: 'The invitation cannot be read, or was changed.',
    fixVi: 'Chép lại nguyên văn thư mời, hoặc xin thư mời mới.',
    fixEn: 'Copy the whole text again, or ask for a new one.',
  },
  invitationExpired: {
    status: 409,
    vi: 'Thư mời đã hết hạn hoặc đã được dùng.',
    en: 'The invitation has expired or was used.',
    fixVi: 'Xin bên kia tạo thư mời mới.',
    fixEn: 'Ask the other side for a new one.',
  },
  fingerprintDiffers: {
    status: 422,
    vi: 'Vân tay khóa không khớp với khóa nhận được.',
    en: 'The fingerprint does not belong to the key that came.',
    fixVi: 'Gọi điện cho quản trị viên bên kia để đối chiếu; không xác nhận nếu vẫn khác.',
    fixEn: 'Compare by telephone with the other administrator; do not confirm while it differs.',
  },
  partnerKeyNotFound: {
    status: 404,
    vi: 'Không có khóa cũ này, hoặc nó đã hết dùng.',
    en: 'There is no such former key, or it is good no more.',
    fixVi: 'Tải lại trang. Khóa đang dùng chỉ kết thúc khi bên kia đổi khóa.',
    fixEn: 'Reload the page. The key in use ends only when the other side takes a new one.',
  },
  partnerNotRotatable: {
    status: 409,
    vi: 'Chưa đổi được khóa: hệ thống kia phải đang kết nối và gọi đến được.',
    en: 'The key cannot be replaced: the other installation must be connected and reachable from here.',
    fixVi: 'Mở lại kết nối, hoặc chọn cách trao đổi có địa chỉ của bên kia, rồi đổi khóa.',
    fixEn: 'Resume the connection, or choose a way of exchange with its address, then replace the key.',
  },
  partnerReachWrong: {
    status: 422,
    vi: 'Cần địa chỉ của bên kia để gửi sang hoặc đến lấy.',
    en: 'Without its address the other installation can be neither sent to nor fetched from.',
    fixVi: 'Nhập địa chỉ, hoặc chọn để bên kia tự đến lấy.',
    fixEn: 'Enter the address, or let the other side fetch.',
  },
  anchorUnreadable: {
    status: 422,
    vi: 'Tệp không phải chứng thư số (PEM hoặc DER) đọc được.',
    en: 'The file is no certificate (PEM or DER) that can be read.',
    fixVi: 'Chọn tệp .crt, .cer hoặc .pem của tổ chức cấp chứng thư cho máy chủ bên kia.',
    fixEn: 'Choose the .crt, .cer or .pem file of the authority that certified the other side’s server.',
  },
  anchorThere: {
    status: 409,
    vi: 'Chứng thư “{name}” đã được tin cho kết nối này.',
    en: 'The certificate “{name}” is trusted for this connection already.',
    fixVi: 'Không cần thêm lần nữa.',
    fixEn: 'There is nothing to add.',
  },
  anchorsEnough: {
    status: 409,
    vi: 'Đã có {most} chứng thư tin cậy cho kết nối này.',
    en: 'There are {most} trusted certificates for this connection already.',
    fixVi: 'Gỡ chứng thư không còn dùng rồi thêm.',
    fixEn: 'Withdraw one that is no longer used first.',
  },
  anchorNotFound: {
    status: 404,
    vi: 'Không có chứng thư này trong danh sách tin cậy của kết nối.',
    en: 'This certificate is not trusted for this connection.',
    fixVi: 'Tải lại trang.',
    fixEn: 'Reload the page.',
  },
  certificatePairWrong: {
    status: 422,
    vi: 'Chứng thư và khóa riêng không đọc được hoặc không thuộc về nhau.',
    en: 'The certificate and the private key cannot be read or do not belong together.',
    fixVi: 'Chọn đúng cặp tệp PEM: chứng thư và khóa riêng không đặt mật khẩu.',
    fixEn: 'Choose the two PEM files that belong together; the key must have no password.',
  },
  conflictNotOurs: {
    status: 409,
    vi: '{name} thuộc hệ thống này nên không theo danh bạ của đối tác.',
    en: '{name} is served by this installation, so it does not follow a partner’s directory.',
    fixVi: 'Giữ theo danh bạ tỉnh, và báo đối tác sửa danh bạ của họ.',
    fixEn: 'Keep ours, and tell the partner to correct theirs.',
  },
  conflictNotFound: {
    status: 404,
    vi: 'Không tìm thấy khác biệt danh bạ này.',
    en: 'There is no such difference of the directories.',
    fixVi: 'Tải lại danh sách.',
    fixEn: 'Reload the list.',
  },
});

/**
 * `exchange.partnerUnreachable` with the reason in words, what to do about it, and the technical code beside it; a reason that the partner
 * gave in words of its own stands as it came.
 */
export function partnerUnreachable(failure: { code: string; message: string; cause?: unknown }): AppError {
  const { code, message: problem } = failure;
  const values = troubleInWords({ code, problem }) ?? {
    vi: problem,
    en: problem,
    fixVi: 'Kiểm tra địa chỉ, đường truyền và chứng thư, rồi thử lại.',
    fixEn: 'Check the address, the network and the certificate, then try again.',
    raw: code,
  };
  return partnerErrors.partnerUnreachable({ values, data: { code, problem }, cause: failure instanceof Error ? failure : failure.cause });
}
