import type { FigureName, FlowGroup } from './contract.ts';

/** What each figure is called on paper; the same words as on the screen. */
export const figureWords: Record<FigureName, string> = {
  sent: 'Văn bản gửi',
  recipients: 'Lượt nơi nhận',
  arrived: 'Đã đến',
  refused: 'Bị từ chối',
  returned: 'Bị trả về',
  waiting: 'Đang gửi',
  needPaper: 'Phải gửi giấy',
  sentSigned: 'Gửi có ký số',
  sentValid: 'Ký số hợp lệ',
  sentOnTime: 'Gửi đúng hạn',
  sentLate: 'Gửi chậm',
  received: 'Văn bản đến',
  receivedSigned: 'Đến có ký số',
  receivedOutside: 'Đến từ hệ thống khác',
  noticeOnTime: 'Báo nhận trong ngày',
  noticeLate: 'Báo nhận chậm',
  noticeOpen: 'Chưa báo nhận',
  noticeOverdue: 'Quá hạn báo nhận',
};

export const groupWords: Record<FlowGroup, string> = {
  province: 'Ủy ban nhân dân tỉnh',
  department: 'Sở, ban, ngành',
  commune: 'Xã, phường',
  outside: 'Ngoài hệ thống',
  other: 'Cơ quan, đơn vị khác',
};

/** The measures behind the figures, below every table of them. */
export const measures = [
  'Gửi đúng hạn: trong ngày ký, chậm nhất buổi sáng ngày làm việc tiếp theo (Điều 6.2 Quyết định 28/2018/QĐ-TTg). Văn bản không ghi giờ ký không xếp vào đúng hạn hay chậm.',
  'Báo nhận trong ngày: tiếp nhận hoặc từ chối ngay trong ngày đến (Điều 21.2.c Nghị định 30/2020/NĐ-CP).',
  'Phải gửi giấy: nơi nhận chưa kết nối liên thông.',
];
