import { defineErrors } from '#kernel/errors.ts';

export const errors = defineErrors('exchange-desk', {
  notFound: {
    status: 404,
    vi: 'Không tìm thấy văn bản này trong phần gửi nhận của bạn.',
    en: 'There is no such document among those that you may follow.',
    fixVi: 'Quay về danh sách gửi nhận.',
    fixEn: 'Go back to the list.',
  },
  alertNotFound: {
    status: 404,
    vi: 'Không tìm thấy cảnh báo này.',
    en: 'There is no such alert.',
    fixVi: 'Quay về danh sách cảnh báo.',
    fixEn: 'Go back to the list of alerts.',
  },
  alertOver: {
    status: 409,
    vi: 'Cảnh báo này đã kết thúc hoặc đã có người nhận xử lý.',
    en: 'This alert is over, or somebody has taken note of it already.',
    fixVi: 'Tải lại danh sách để xem tình trạng mới.',
    fixEn: 'Look at the list again.',
  },
  ruleNotFound: {
    status: 404,
    vi: 'Không tìm thấy quy tắc cảnh báo này.',
    en: 'There is no such alert rule.',
    fixVi: 'Quay về danh sách quy tắc.',
    fixEn: 'Go back to the list of rules.',
  },
  nobodyTold: {
    status: 400,
    vi: 'Quy tắc đang bật mà chưa có người nhận nào.',
    en: 'The rule is on, and nobody would be told.',
    fixVi: 'Chọn ít nhất một vai trò, một người hoặc một địa chỉ thư, hoặc tắt quy tắc.',
    fixEn: 'Choose a role, a person or an address, or switch the rule off.',
  },
  mailNotOffered: {
    status: 400,
    vi: 'Hệ thống chưa cấu hình máy chủ thư nên không gửi được thư điện tử.',
    en: 'No mail server is configured, so no e-mail can be sent.',
    fixVi: 'Bỏ địa chỉ thư, hoặc nhờ người vận hành đặt SMTP_URL và MAIL_FROM.',
    fixEn: 'Leave the addresses out, or ask the operator to set SMTP_URL and MAIL_FROM.',
  },
});
