import { defineMessages, type Translate } from '../i18n.ts';

/** Words of the route line, the same in a list and on a page. */
export const routeMessages = defineMessages({
  vi: {
    done: 'đã qua',
    present: 'đang ở đây',
    future: 'chưa tới',
    stopped: 'trả lại',
    skipped: 'bỏ qua',
    waiting: 'Ở đây đã {length}',
    onBehalfOf: 'thay {name}',
    between: '{length}',
    arrived: '{arrived} trên {count} nơi đã xong',
    branches: '{count} nơi nhận',
    showAll: 'Xem cả {count} nơi nhận',
    showFewer: 'Thu gọn',
  },
  en: {
    done: 'passed',
    present: 'here now',
    future: 'ahead',
    stopped: 'returned',
    skipped: 'skipped',
    waiting: 'Here for {length}',
    onBehalfOf: 'for {name}',
    between: '{length}',
    arrived: '{arrived} of {count} done',
    branches: '{count} recipient | {count} recipients',
    showAll: 'Show all {count} recipients',
    showFewer: 'Show fewer',
  },
});

export type RouteTranslate = Translate<keyof (typeof routeMessages)['vi']>;
