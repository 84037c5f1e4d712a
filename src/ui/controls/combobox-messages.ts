import { defineMessages } from '../i18n.ts';

/** Words of boxes with a list to choose from. */
export const comboboxMessages = defineMessages({
  vi: {
    none: 'Không có mục nào khớp với “{typed}”.',
    empty: 'Không có mục nào.',
    loading: 'Đang tải danh sách…',
    more: 'Còn {count} mục nữa; gõ thêm để thu hẹp.',
    clear: 'Xóa lựa chọn {label}',
    remove: 'Bỏ {label}',
    chosen: 'Đã chọn',
    members: '{count} nơi',
    clearAll: 'Bỏ hết ({count})',
  },
  en: {
    none: 'Nothing matches “{typed}”.',
    empty: 'The list is empty.',
    loading: 'Loading the list…',
    more: '{count} more; type to narrow down.',
    clear: 'Clear {label}',
    remove: 'Remove {label}',
    chosen: 'Chosen',
    members: '{count} place | {count} places',
    clearAll: 'Remove all ({count})',
  },
});
