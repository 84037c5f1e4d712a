import { defineMessages } from '#ui/i18n.ts';

/** Words of the packets that the national axis lists and does not give. */
export const withheldMessages = defineMessages({
  vi: {
    title: 'Gói tin trục chưa giao ({count})',
    text: 'Trục liệt kê các gói này nhưng chưa giao khi được hỏi. Gói khác vẫn được lấy về bình thường; các gói này tự được hỏi lại, mỗi lần cách xa hơn, nhiều nhất 6 giờ.',
    askAgain: 'Lấy lại ngay',
    asked: 'Trục đang được hỏi lại. Gói nào được giao thì rời danh sách.',
    packet: 'Gói tin',
    from: 'Nơi gửi: {code}',
    fromUnknown: 'Trục không cho biết nơi gửi',
    status: 'Gói trạng thái',
    why: 'Lý do',
    since: 'Từ lúc',
    sinceNarrow: 'Từ {at}',
    refusals: 'Đã hỏi',
    times: '{count} lần',
    timesNarrow: 'Đã hỏi {count} lần',
    next: 'Hỏi lại lúc',
    nextNarrow: 'Hỏi lại lúc {at}',
    due: 'Ngay lượt tới',
  },
  en: {
    title: 'Packets that the axis does not give ({count})',
    text: 'The axis lists them and did not give them when it was asked. All others are fetched as usual; these are asked for again by themselves, after longer and longer pauses, at most 6 hours.',
    askAgain: 'Ask again now',
    asked: 'The axis is being asked again. What it gives leaves the list.',
    packet: 'Packet',
    from: 'Sender: {code}',
    fromUnknown: 'The axis does not tell the sender',
    status: 'Status',
    why: 'Reason',
    since: 'Since',
    sinceNarrow: 'Since {at}',
    refusals: 'Asked',
    times: '{count} time | {count} times',
    timesNarrow: 'Asked {count} time | Asked {count} times',
    next: 'Asked again at',
    nextNarrow: 'Asked again at {at}',
    due: 'In the next round',
  },
});
export type WithheldKey = keyof (typeof withheldMessages)['vi'];
